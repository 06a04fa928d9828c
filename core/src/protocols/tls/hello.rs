//! ClientHello and ServerHello (RFC 8446 section 4.1): what was offered, what was chosen.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

/// Values kept of one list: more than any program offers.
const LIST: usize = 64;
/// Longest name kept (RFC 1035 section 2.3.4 for host names; ALPN names are shorter).
const NAME: usize = 255;

/// `random` of a ServerHello that is a HelloRetryRequest (RFC 8446 section 4.1.3).
const RETRY: [u8; 32] = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11,
    0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
];

/// What a client offers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientHello {
    /// Bytes of the message with its header of four; the records around it are not counted.
    pub size: usize,
    /// First bytes of `random`: the same hello on both legs of a tunnel has the same.
    pub random: u64,
    /// Versions offered, newest first as the client wrote them; GREASE left out.
    pub versions: Box<[u16]>,
    /// Cipher suites, GREASE left out.
    pub ciphers: Box<[u16]>,
    /// Extensions in their order, GREASE left out.
    pub extensions: Box<[u16]>,
    /// Groups offered (`supported_groups`), GREASE left out.
    pub groups: Box<[u16]>,
    /// Groups that a key share was sent for.
    pub shares: Box<[u16]>,
    /// Application protocols (RFC 7301), as text.
    pub alpn: Box<[String]>,
    /// `server_name` (RFC 6066 section 3), lower case. With [`Self::ech`] it may be an outer name.
    pub server_name: Option<String>,
    /// It carries an encrypted ClientHello, or what looks like one: to others than the server, GREASE is the same.
    pub ech: bool,
    /// It offers a session or a shared key of before.
    pub resumes: bool,
    /// Data of the application follows at once (0-RTT).
    pub early_data: bool,
}

/// What a server chose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServerHello {
    /// The version.
    pub version: u16,
    /// The cipher suite.
    pub cipher: u16,
    /// It is a HelloRetryRequest: the client is to send another ClientHello.
    pub retry: bool,
    /// It goes on with a shared key: no certificate will come (TLS 1.3).
    pub resumed: bool,
    /// The application protocol, where it is in the clear (TLS 1.2).
    pub alpn: Option<String>,
}

/// Reads integers and lengths from the front; never beyond the end.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let (front, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(front)
    }

    fn u8(&mut self) -> Option<u8> {
        self.bytes(1)?.first().copied()
    }

    fn u16(&mut self) -> Option<u16> {
        Some(u16::from_be_bytes(*self.bytes(2)?.first_chunk()?))
    }

    /// A vector with a length of one byte before it.
    fn short(&mut self) -> Option<Reader<'a>> {
        let length = usize::from(self.u8()?);
        self.bytes(length).map(Reader)
    }

    /// A vector with a length of two bytes before it.
    fn long(&mut self) -> Option<Reader<'a>> {
        let length = usize::from(self.u16()?);
        self.bytes(length).map(Reader)
    }

    /// All that is left, as two-byte values without GREASE.
    fn values(mut self) -> Box<[u16]> {
        let mut out = Vec::new();
        while let Some(value) = self.u16() {
            if !grease(value) && out.len() < LIST {
                out.push(value);
            }
        }
        out.into()
    }
}

/// Values that mean nothing and keep servers tolerant (RFC 8701).
const fn grease(value: u16) -> bool {
    let [high, low] = value.to_be_bytes();
    high == low && low & 0x0f == 0x0a
}

fn text(bytes: &[u8]) -> String {
    let bytes = bytes.get(..NAME).unwrap_or(bytes);
    bytes.iter().map(|byte| if byte.is_ascii_graphic() { *byte as char } else { '.' }).collect()
}

/// The body of a ClientHello, behind the four bytes of its header.
#[must_use]
pub fn client(body: &[u8]) -> Option<ClientHello> {
    let mut reader = Reader(body);
    let legacy = reader.u16()?;
    let random = reader.bytes(32)?;
    let session = reader.short()?;
    let mut hello = ClientHello {
        size: body.len() + 4,
        random: u64::from_be_bytes(*random.first_chunk()?),
        ciphers: reader.long()?.values(),
        versions: [legacy].into(),
        ..ClientHello::default()
    };
    reader.short()?;
    let mut ticket = false;
    // Extensions may be missing altogether (RFC 5246 section 7.4.1.2).
    let Some(mut extensions) = reader.long() else { return Some(hello) };
    let mut seen = Vec::new();
    while let (Some(kind), Some(mut body)) = (extensions.u16(), extensions.long()) {
        if !grease(kind) && seen.len() < LIST {
            seen.push(kind);
        }
        match kind {
            0 => hello.server_name = server_name(body),
            10 => hello.groups = body.long().map_or_else(Box::default, Reader::values),
            16 => hello.alpn = protocols(body),
            35 => ticket = !body.0.is_empty(),
            41 => ticket = true,
            42 => hello.early_data = true,
            43 => hello.versions = body.short().map_or_else(Box::default, Reader::values),
            51 => hello.shares = shares(body),
            0xfe0d => hello.ech = true,
            _ => {}
        }
    }
    hello.extensions = seen.into();
    // In TLS 1.3 the session id is there for middleboxes alone (RFC 8446 appendix D.4).
    let newest = hello.versions.iter().copied().max().unwrap_or(legacy);
    hello.resumes = ticket || newest < 0x0304 && !session.0.is_empty();
    Some(hello)
}

/// A ClientHello in the format of SSL 2.0 (RFC 5246 appendix E.2), behind its two bytes of length.
#[must_use]
pub fn client_ssl2(message: &[u8]) -> Option<ClientHello> {
    let version = u16::from_be_bytes(*message.get(1..)?.first_chunk()?);
    Some(ClientHello { size: message.len(), versions: [version].into(), ..ClientHello::default() })
}

fn server_name(mut body: Reader<'_>) -> Option<String> {
    let mut list = body.long()?;
    while let (Some(kind), Some(name)) = (list.u8(), list.long()) {
        if kind == 0 && !name.0.is_empty() {
            return Some(text(name.0).trim_end_matches('.').to_ascii_lowercase());
        }
    }
    None
}

fn protocols(mut body: Reader<'_>) -> Box<[String]> {
    let mut out = Vec::new();
    let Some(mut list) = body.long() else { return Box::default() };
    while let Some(name) = list.short() {
        let greased = name.0.first_chunk().is_some_and(|bytes| name.0.len() == 2 && grease(u16::from_be_bytes(*bytes)));
        if !greased && out.len() < LIST {
            out.push(text(name.0));
        }
    }
    out.into()
}

fn shares(mut body: Reader<'_>) -> Box<[u16]> {
    let mut out = Vec::new();
    let Some(mut list) = body.long() else { return Box::default() };
    while let (Some(group), Some(_)) = (list.u16(), list.long()) {
        if !grease(group) && out.len() < LIST {
            out.push(group);
        }
    }
    out.into()
}

/// The body of a ServerHello, behind the four bytes of its header.
#[must_use]
pub fn server(body: &[u8]) -> Option<ServerHello> {
    let mut reader = Reader(body);
    let version = reader.u16()?;
    let random = reader.bytes(32)?;
    reader.short()?;
    let cipher = reader.u16()?;
    reader.u8()?;
    let mut hello = ServerHello { version, cipher, retry: random == RETRY, ..ServerHello::default() };
    let Some(mut extensions) = reader.long() else { return Some(hello) };
    while let (Some(kind), Some(mut body)) = (extensions.u16(), extensions.long()) {
        match kind {
            16 => hello.alpn = body.long().and_then(|mut list| list.short()).map(|name| text(name.0)),
            41 => hello.resumed = true,
            43 => hello.version = body.u16().unwrap_or(version),
            _ => {}
        }
    }
    Some(hello)
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;

    fn extension(kind: u16, body: &[u8]) -> Vec<u8> {
        let mut out = kind.to_be_bytes().to_vec();
        out.extend((body.len() as u16).to_be_bytes());
        out.extend(body);
        out
    }

    fn hello(extensions: &[Vec<u8>]) -> Vec<u8> {
        let mut out = vec![3, 3];
        out.extend([7; 32]);
        out.push(0);
        out.extend([0, 6, 0x1a, 0x1a, 0x13, 0x01, 0xc0, 0x2f]);
        out.extend([1, 0]);
        let extensions = extensions.concat();
        out.extend((extensions.len() as u16).to_be_bytes());
        out.extend(extensions);
        out
    }

    #[test]
    fn grease_is_left_out_and_ech_is_told() {
        let name = [&[0, 14, 0, 0, 11][..], b"Example.com"].concat();
        let body = hello(&[
            extension(0x2a2a, &[]),
            extension(0, &name),
            extension(16, &[0, 6, 2, 0x3a, 0x3a, 2, b'h', b'2']),
            extension(43, &[7, 0x4a, 0x4a, 3, 4, 3, 3, 0]),
            extension(10, &[0, 4, 0x5a, 0x5a, 0, 29]),
            extension(51, &[0, 5, 0, 29, 0, 1, 9]),
            extension(0xfe0d, &[0, 0, 1]),
        ]);
        let hello = client(&body).unwrap();
        assert_eq!(hello.server_name.as_deref(), Some("example.com"));
        assert_eq!((&*hello.alpn, &*hello.versions), (&["h2".into()][..], &[0x0304, 0x0303][..]));
        assert_eq!((&*hello.groups, &*hello.shares, &*hello.ciphers), (&[29][..], &[29][..], &[0x1301, 0xc02f][..]));
        assert!(hello.ech && !hello.resumes && !hello.early_data);
        assert_eq!(hello.size, body.len() + 4);
        for cut in 0..body.len() {
            let _ = client(&body[..cut]);
        }
    }

    #[test]
    fn a_hello_without_extensions_and_a_retry() {
        let mut body = hello(&[]);
        body.truncate(body.len() - 2);
        assert_eq!(&*client(&body).unwrap().versions, &[0x0303]);
        let mut answer = vec![3, 3];
        answer.extend(RETRY);
        answer.extend([0, 0x13, 0x02, 0, 0, 6, 0, 43, 0, 2, 3, 4]);
        let answer = server(&answer).unwrap();
        assert!(answer.retry);
        assert_eq!((answer.version, answer.cipher), (0x0304, 0x1302));
    }
}
