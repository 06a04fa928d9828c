//! TLS records without cryptography: a ClientHello as today's browsers send it (RFC 8446 section 4.1.2), alerts.

/// The group X25519MLKEM768, whose key share has 1216 bytes: the ClientHello no longer fits into one packet.
pub const X25519MLKEM768: u16 = 0x11ec;
/// The group X25519.
pub const X25519: u16 = 0x001d;
/// A reserved value that means nothing and must be ignored (RFC 8701).
pub const GREASE: u16 = 0x8a8a;
/// What fills key shares and random fields: recognisable, and good enough where nobody calculates with it.
pub const FILLING: u8 = 0x5a;

/// What a ClientHello holds besides what all have.
#[derive(Clone, Copy, Debug, Default)]
pub struct Hello<'a> {
    /// The server name; empty: no such extension.
    pub name: &'a str,
    /// With a post-quantum key share beside that of X25519.
    pub large: bool,
    /// With reserved values, and an `encrypted_client_hello` extension that holds nothing (RFC 9849 section 6.2).
    pub grease: bool,
    /// Another value tells one ClientHello from another: it is in `random`.
    pub seed: u8,
}

impl Hello<'_> {
    /// The ClientHello in one record.
    #[must_use]
    pub fn record(&self) -> Vec<u8> {
        let mut hello = vec![3, 3];
        hello.extend([FILLING ^ self.seed; 32]);
        hello.extend(short(&[FILLING; 32]));
        let mut ciphers = if self.grease { vec![GREASE] } else { Vec::new() };
        ciphers.extend([0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030]);
        hello.extend(long(&numbers(&ciphers)));
        hello.extend(short(&[0]));
        hello.extend(long(&self.extensions()));
        let length = hello.len();
        record(22, &[&[1, 0], &bytes(length)[..], &hello].concat())
    }

    fn extensions(&self) -> Vec<u8> {
        let mut groups = vec![X25519, 0x0017];
        let mut shares = share(X25519, 32);
        if self.large {
            groups.insert(0, X25519MLKEM768);
            shares = [share(X25519MLKEM768, 1216), shares].concat();
        }
        let mut versions = vec![0x0304, 0x0303];
        let mut out = Vec::new();
        if self.grease {
            groups.insert(0, GREASE);
            versions.insert(0, GREASE);
            shares = [share(GREASE, 1), shares].concat();
            out.extend(extension(GREASE, &[]));
        }
        if !self.name.is_empty() {
            out.extend(extension(0, &long(&[&[0], &long(self.name.as_bytes())[..]].concat())));
        }
        out.extend(extension(10, &long(&numbers(&groups))));
        out.extend(extension(13, &long(&numbers(&[0x0403, 0x0804, 0x0401, 0x0503, 0x0805]))));
        out.extend(extension(16, &long(&[short(b"h2"), short(b"http/1.1")].concat())));
        out.extend(extension(43, &short(&numbers(&versions))));
        out.extend(extension(45, &short(&[1])));
        out.extend(extension(51, &long(&shares)));
        if self.grease {
            // Outer, HKDF-SHA256 with AES-128-GCM, a number, an encapsulated key and a payload.
            let mut ech = vec![0, 0, 1, 0, 1, FILLING];
            ech.extend(long(&[FILLING; 32]));
            ech.extend(long(&[FILLING; 176]));
            out.extend(extension(0xfe0d, &ech));
        }
        out
    }
}

/// A record of this type.
#[must_use]
pub fn record(kind: u8, body: &[u8]) -> Vec<u8> {
    // The first ClientHello of a connection says TLS 1.0 here, all else 1.2 (RFC 8446 section 5.1).
    let version = if kind == 22 && body.first() == Some(&1) { 1 } else { 3 };
    [&[kind, 3, version], &bytes(body.len())[..], body].concat()
}

/// An alert in the clear: level 1 is a warning, 2 is fatal.
#[must_use]
pub fn alert(level: u8, number: u8) -> Vec<u8> {
    record(21, &[level, number])
}

/// A record whose inside nobody can read.
#[must_use]
pub fn encrypted(length: usize) -> Vec<u8> {
    record(23, &vec![FILLING; length])
}

fn share(group: u16, length: usize) -> Vec<u8> {
    [&group.to_be_bytes(), &long(&vec![FILLING; length])[..]].concat()
}

fn extension(kind: u16, body: &[u8]) -> Vec<u8> {
    [&kind.to_be_bytes(), &long(body)[..]].concat()
}

fn numbers(list: &[u16]) -> Vec<u8> {
    list.iter().flat_map(|number| number.to_be_bytes()).collect()
}

/// Two bytes of length, then these.
fn long(body: &[u8]) -> Vec<u8> {
    [&bytes(body.len())[..], body].concat()
}

/// One byte of length, then these.
fn short(body: &[u8]) -> Vec<u8> {
    let [_, low] = bytes(body.len());
    [&[low], body].concat()
}

/// The last two bytes of a length.
fn bytes(length: usize) -> [u8; 2] {
    let [.., high, low] = length.to_be_bytes();
    [high, low]
}

/// A handshake message in one record.
#[must_use]
pub fn handshake(kind: u8, body: &[u8]) -> Vec<u8> {
    record(22, &message(kind, body))
}

fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[kind, 0], &bytes(body.len())[..], body].concat()
}

/// A ServerHello of this version and cipher suite.
#[must_use]
pub fn server_hello(version: u16, cipher: u16) -> Vec<u8> {
    let mut body = vec![3, 3];
    body.extend([FILLING; 32]);
    body.extend(short(&[]));
    body.extend(cipher.to_be_bytes());
    body.push(0);
    let extensions = if version == 0x0304 { extension(43, &[3, 4]) } else { extension(0xff01, &[0]) };
    body.extend(long(&extensions));
    handshake(2, &body)
}

/// ChangeCipherSpec.
#[must_use]
pub fn change_cipher() -> Vec<u8> {
    record(20, &[1])
}

/// All that a TLS 1.3 server sends at once: ServerHello, ChangeCipherSpec, and encrypted extensions, certificate,
/// proof and Finished.
#[must_use]
pub fn flight13() -> Vec<u8> {
    let mut out = [server_hello(0x0304, 0x1301), change_cipher()].concat();
    for length in [23, 900, 281, 53] {
        out.extend(encrypted(length));
    }
    out
}

/// The client's Finished of TLS 1.3, with the ChangeCipherSpec before it.
#[must_use]
pub fn finished13() -> Vec<u8> {
    [change_cipher(), encrypted(53)].concat()
}

/// An alert as TLS 1.3 encrypts it: two bytes, a content type, a tag.
#[must_use]
pub fn hidden_alert() -> Vec<u8> {
    encrypted(19)
}

/// All that a TLS 1.2 server sends at once, with this certificate.
#[must_use]
pub fn flight12(certificate: &[u8]) -> Vec<u8> {
    let chain = [&[0], &bytes(certificate.len())[..], certificate].concat();
    let list = [&[0], &bytes(chain.len())[..], &chain].concat();
    [server_hello(0x0303, 0xc02f), handshake(11, &list), handshake(12, &[FILLING; 329]), handshake(14, &[])].concat()
}

/// The client's key exchange, ChangeCipherSpec and Finished of TLS 1.2.
#[must_use]
pub fn finished12() -> Vec<u8> {
    [handshake(16, &[FILLING; 66]), change_cipher(), record(22, &[FILLING; 40])].concat()
}

/// The server's ChangeCipherSpec and Finished of TLS 1.2.
#[must_use]
pub fn server_finished12() -> Vec<u8> {
    [change_cipher(), record(22, &[FILLING; 40])].concat()
}

/// A certificate without a key and with a signature that holds nothing; times as `YYMMDDHHMMSSZ`.
#[must_use]
pub fn certificate(subject: &str, issuer: &str, from: &str, to: &str) -> Vec<u8> {
    let name = |text: &str| {
        let pair = der(0x30, &[&der(6, &[&[0x55, 4, 3]]), &der(12, &[text.as_bytes()])]);
        der(0x30, &[&der(0x31, &[&pair])])
    };
    let algorithm = der(0x30, &[&der(6, &[&[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2]])]);
    let validity = der(0x30, &[&der(0x17, &[from.as_bytes()]), &der(0x17, &[to.as_bytes()])]);
    let names = der(0x30, &[&der(0x82, &[subject.as_bytes()])]);
    let extension = der(0x30, &[&der(6, &[&[0x55, 0x1d, 0x11]]), &der(4, &[&names])]);
    let key = der(0x30, &[&algorithm, &der(3, &[&[0], &[FILLING; 64]])]);
    let tbs = der(
        0x30,
        &[
            &der(0xa0, &[&der(2, &[&[2]])]),
            &der(2, &[&[1, 2, 3, 4]]),
            &algorithm,
            &name(issuer),
            &validity,
            &name(subject),
            &key,
            &der(0xa3, &[&der(0x30, &[&extension])]),
        ],
    );
    der(0x30, &[&tbs, &algorithm, &der(3, &[&[0], &[FILLING; 64]])])
}

/// An element of DER with these parts inside.
fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length = match content.len() {
        short @ 0..=127 => bytes(short)[1..].to_vec(),
        long => [&[0x82], &bytes(long)[..]].concat(),
    };
    [&[tag], &length[..], &content].concat()
}
