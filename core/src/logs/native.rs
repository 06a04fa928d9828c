//! The line that Squid invented and Cisco WSA took over: time of the finish, elapsed milliseconds, client, result code
//! and status, bytes, method, URL, user, how and whom upstream, MIME type, and then what each adds.
//!
//! Whose line it is, is said by the marks that only one of them writes ([`Native::own_mark`]); the first ten fields
//! alone can be either's.

use core::net::{IpAddr, SocketAddr};

use super::fields::{Fields, Target, address, epoch, is_dash, number, status, target};
use super::{Parsed, Record, Sent};
use crate::products::Id as Product;
use crate::protocols::http1::is_server_error;
use crate::time::{Span, Timestamp};

/// The fields of such a line.
#[derive(Clone, Debug)]
pub struct Native<'a> {
    /// When the transaction finished.
    pub time: Timestamp,
    /// How long it took.
    pub elapsed: Span,
    /// `elapsed` is padded with blanks, as Squid's `%6tr` does.
    pub padded: bool,
    /// Something stands before the time: syslog's header, or AsyncOS's `Info:`.
    pub prefix: &'a str,
    /// Client; `None` for a name in place of its address.
    pub client: Option<IpAddr>,
    /// Result code and status: `NONE/504`.
    pub token: &'a str,
    /// Result code: `NONE`.
    pub code: &'a str,
    /// Status; `None` for `000`.
    pub status: Option<u16>,
    /// Bytes sent to the client, header and body.
    pub bytes: u64,
    /// Method.
    pub method: &'a str,
    /// URL, or authority for CONNECT.
    pub url: &'a str,
    /// How the server was reached: `DIRECT`, `HIER_NONE`, `DEFAULT_PARENT`.
    pub hierarchy: &'a str,
    /// Which server: address, name or `-`.
    pub server: &'a str,
    /// MIME type, empty where the line ends before it.
    pub mime: &'a str,
    /// What follows.
    pub rest: &'a str,
}

/// Result codes of AsyncOS, without the suffix `_SSL` of decrypted requests.
const WSA_CODES: &[&str] = &[
    "NONE",
    "TCP_HIT",
    "TCP_IMS_HIT",
    "TCP_MEM_HIT",
    "TCP_MISS",
    "TCP_REFRESH_HIT",
    "TCP_CLIENT_REFRESH_MISS",
    "TCP_DENIED",
    "UDP_MISS",
    "FTP_HIT",
    "FTP_MEM_HIT",
    "FTP_MISS",
    "FTP_REFRESH_HIT",
    "FTP_DENIED",
];

impl<'a> Native<'a> {
    /// Reads a line; the error is the field that is not there.
    pub fn read(line: &'a str) -> Result<Self, Broken> {
        let mut fields = Fields::new(line, 0);
        let mut native = Self::begun(line, &mut fields)?;
        let from = fields.at();
        let user = match line.as_bytes().get(from) {
            Some(b'"') => fields.quoted(),
            _ => fields.bare(),
        };
        user.ok_or(Broken { at: from, field: "user" })?;
        (native.hierarchy, native.server) = fields.field("hierarchy/server", hierarchy_and_server)?;
        native.mime = fields.bare().unwrap_or_default();
        native.rest = fields.rest();
        Ok(native)
    }

    /// A line that ends in its URL or user, as a transport cuts it: what stands there, with nobody contacted as far as it
    /// says.
    #[must_use]
    pub fn cut(line: &'a str) -> Option<Self> {
        let mut fields = Fields::new(line, 0);
        let native = Self::begun(line, &mut fields).ok()?;
        let user = fields.quoted();
        (user.is_none() || fields.rest().is_empty()).then_some(native)
    }

    /// The fields up to the URL.
    fn begun(line: &'a str, fields: &mut Fields<'a>) -> Result<Self, Broken> {
        let (time, start) = begin(fields)?;
        let blanks = fields.blanks();
        let elapsed = fields.field("elapsed", |t| number(t.strip_prefix('-').unwrap_or(t)))?;
        // One blank separates fields; `%6tr` writes more before a number of fewer than six digits.
        let padded = blanks > 1;
        let client = fields.field("client", |t| {
            let client = address(t);
            (client.is_some() || client_like(t)).then_some(client)
        })?;
        let (token, code, status) =
            fields.field("result code/status", |t| code_and_status(t).map(|(code, status)| (t, code, status)))?;
        let bytes = fields.field("size", |t| if is_dash(t) { Some(0) } else { number(t) })?;
        let method = fields.field("method", |t| method_like(t).then_some(t))?;
        let url = fields.field("URL", Some)?;
        Ok(Self {
            time,
            elapsed: Span::milliseconds(i64::try_from(elapsed).unwrap_or(i64::MAX)),
            padded,
            prefix: line.get(..start).unwrap_or_default(),
            client,
            token,
            code,
            status,
            bytes,
            method,
            url,
            hierarchy: "",
            server: "-",
            mime: "",
            rest: "",
        })
    }

    /// The product that alone writes such a line, if it shows.
    ///
    /// Cisco: the verdict block `<…>`, `tunnel://`, the method `TCP_CONNECT`, codes with `_SSL`, a prefix `Info:` — and
    /// `NONE/5xx` beside a server that was contacted: Squid writes its code NONE where it contacted nobody, AsyncOS
    /// writes it for a transaction that failed, with the server that it tried. (Squid's CONNECT is the exception, and
    /// newer Squids write `NONE_NONE` and `HIER_`.) Squid: `HIER_`, padded milliseconds, codes and hierarchies that
    /// AsyncOS does not have.
    #[must_use]
    pub fn own_mark(&self) -> Option<Product> {
        let direct = matches!(self.hierarchy, "DIRECT" | "DEFAULT_PARENT");
        let failed = self.status.is_some_and(is_server_error);
        if self.prefix.ends_with("Info: ")
            || self.url.starts_with("tunnel://")
            || self.method == "TCP_CONNECT"
            || self.code.ends_with("_SSL")
            || has_verdict(self.rest)
        {
            return Some(Product::CiscoWsa);
        }
        if self.padded
            || self.hierarchy.starts_with("HIER_")
            || !(direct || self.hierarchy == "NONE")
            || !WSA_CODES.contains(&self.code)
        {
            return Some(Product::Squid);
        }
        (self.code == "NONE" && failed && direct && self.method != "CONNECT").then_some(Product::CiscoWsa)
    }

    /// For a line without such a mark: the product that usually fills the fields so. AsyncOS writes the name of the
    /// server, Squid its address; a Squid that fetched nothing still says TCP_MISS.
    #[must_use]
    pub fn usual_mark(&self) -> Option<Product> {
        let wanted = target(self.url).map(|target| target.host);
        match self.hierarchy {
            "NONE" => (self.code == "TCP_MISS").then_some(Product::Squid),
            _ if address(self.server).is_none() => Some(Product::CiscoWsa),
            _ => (wanted != Some(self.server)).then_some(Product::Squid),
        }
    }

    /// Where the URL points.
    #[must_use]
    pub fn target(&self) -> Option<Target<'a>> {
        target(self.url)
    }

    /// What every such line gives; the caller adds what its product's words mean.
    #[must_use]
    pub fn record(&self) -> Record<'a> {
        let target = self.target().unwrap_or_default();
        let attempted = !(is_dash(self.server) || self.hierarchy.ends_with("NONE"));
        let server = address(self.server).filter(|_| attempted);
        Record {
            time: self.time,
            begun: false,
            elapsed: Some(self.elapsed),
            client: self.client,
            method: Some(self.method).filter(|method| !is_dash(method)),
            target: Some(self.url),
            host: Some(target.host).filter(|host| !host.is_empty()),
            port: target.port,
            status: self.status,
            attempted,
            // A parent's port is not in the line.
            upstream: server.zip(target.port).filter(|_| !self.parent()).map(|(ip, port)| SocketAddr::new(ip, port)),
            parent: attempted && self.parent(),
            // AsyncOS repeats the host of the request.
            server: if attempted && server.is_none() && self.server != target.host { self.server } else { "" },
            sent: Sent::Whole(self.bytes),
            token: self.token,
            ..Record::default()
        }
    }

    /// The request went to another proxy.
    #[must_use]
    pub fn parent(&self) -> bool {
        is_parent(self.hierarchy)
    }
}

/// Whether a hierarchy code says that the request went to another proxy; `TIMEOUT_` says that neighbours were asked first.
#[must_use]
pub fn is_parent(hierarchy: &str) -> bool {
    let name = hierarchy.strip_prefix("TIMEOUT_").unwrap_or(hierarchy);
    if name.ends_with("DIRECT") || name.ends_with("NONE") {
        return false;
    }
    name.contains("PARENT") || name.contains("SIBLING") || matches!(name, "CARP" | "STANDBY_POOL")
}

/// Where a line broke off or went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken {
    at: usize,
    field: &'static str,
}

impl From<Broken> for Parsed<'_> {
    fn from(broken: Broken) -> Self {
        Parsed::Bad { at: broken.at, field: broken.field }
    }
}

impl<'a> Fields<'a> {
    fn field<T>(&mut self, field: &'static str, read: impl FnOnce(&'a str) -> Option<T>) -> Result<T, Broken> {
        let at = self.at();
        self.bare().and_then(read).ok_or(Broken { at, field })
    }
}

/// The time, and where it begins. Transports put up to a dozen words before it.
fn begin(fields: &mut Fields<'_>) -> Result<(Timestamp, usize), Broken> {
    for _ in 0..12 {
        let at = fields.at();
        let Some(token) = fields.bare() else { break };
        if let Some(time) = epoch(token) {
            return Ok((time, at));
        }
    }
    Err(Broken { at: 0, field: "time" })
}

fn code_and_status(token: &str) -> Option<(&str, Option<u16>)> {
    let slash = memchr::memchr(b'/', token.as_bytes())?;
    let (code, number) = (token.get(..slash)?, token.get(slash + 1..)?);
    let known = code == "NONE"
        || ["NONE_", "TCP_", "UDP_", "FTP_", "ICP_", "TAG_NONE"].iter().any(|prefix| code.starts_with(prefix));
    let letters = code.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
    (known && letters).then_some((code, status(number)?))
}

fn hierarchy_and_server(token: &str) -> Option<(&str, &str)> {
    let slash = memchr::memchr(b'/', token.as_bytes())?;
    let (hierarchy, server) = (token.get(..slash)?, token.get(slash + 1..)?);
    let letters = hierarchy.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    (hierarchy.len() >= 4 && letters && !server.is_empty()).then_some((hierarchy, server))
}

/// A host name (Squid's `log_fqdn`), or an address of any kind.
fn client_like(token: &str) -> bool {
    token.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b':' | b'-' | b'_' | b'%'))
}

fn method_like(token: &str) -> bool {
    token.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'"' | b'/' | b':'))
}

/// The scanning verdicts of AsyncOS: `<"IW_comp",6.9,…>`, also with its brackets escaped by a pipeline.
fn has_verdict(rest: &str) -> bool {
    let open = rest.find('<').map(|at| at + 1).or_else(|| rest.find("&lt;").map(|at| at + 4));
    open.and_then(|at| rest.get(at..)).is_some_and(|after| after.bytes().filter(|b| *b == b',').take(8).count() == 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEED: &str = "1233658928.496 153185 10.10.70.50 NONE/504 1729 GET http://www.example.com/ - DIRECT/www.example.com - .......";

    #[test]
    fn reads_the_ten_fields() {
        let native = Native::read(SEED).unwrap();
        assert_eq!((native.code, native.status, native.elapsed), ("NONE", Some(504), Span::milliseconds(153_185)));
        assert_eq!((native.hierarchy, native.server, native.mime), ("DIRECT", "www.example.com", "-"));
        assert_eq!((native.padded, native.rest), (false, "......."));
        assert_eq!(native.own_mark(), Some(Product::CiscoWsa));
    }

    #[test]
    fn says_where_a_line_breaks() {
        for (line, at, field) in [
            ("", 0, "time"),
            ("no log line at all", 0, "time"),
            ("1233658928.496 x", 15, "elapsed"),
            ("1233658928.496 153185 10.10.70.50 NONE/abc", 34, "result code/status"),
            ("1233658928.496 153185 10.10.70.50 NONE/504 1729 GET http://www.exa", 66, "user"),
            ("1233658928.496 153185 10.10.70.50 NONE/504 1729 GET http://www.exa -", 68, "hierarchy/server"),
        ] {
            assert_eq!(Native::read(line).unwrap_err(), Broken { at, field }, "{line}");
        }
    }

    #[test]
    fn bare_lines_are_told_apart_by_how_they_are_filled() {
        for (line, own, usual) in [
            // Squid 2: padded milliseconds.
            (
                "1066037222.352     132 144.157.100.17 TCP_MISS/504 1293 GET http://at.atremis.com/x - NONE/- -",
                Some(Product::Squid),
                Some(Product::Squid),
            ),
            // The same with blanks squeezed by a log shipper: TCP_MISS from nobody.
            (
                "1066037222.352 132 144.157.100.17 TCP_MISS/504 1293 GET http://at.atremis.com/x - NONE/- -",
                None,
                Some(Product::Squid),
            ),
            (
                "1066037222.352 132 1.2.3.4 TCP_MISS/200 1293 GET http://a.test/x - DIRECT/192.0.2.1 text/html",
                None,
                Some(Product::Squid),
            ),
            (
                "1066037222.352 132 1.2.3.4 TCP_MISS/200 1293 GET http://a.test/x - DIRECT/a.test text/html",
                None,
                Some(Product::CiscoWsa),
            ),
            ("1066037222.352 132 1.2.3.4 TCP_DENIED/403 1293 GET http://a.test/x - NONE/- -", None, None),
            ("1066037222.352 132 1.2.3.4 NONE/503 0 CONNECT a.test:443 - HIER_NONE/- -", Some(Product::Squid), None),
        ] {
            let native = Native::read(line).unwrap();
            assert_eq!(native.own_mark(), own, "{line}");
            if own.is_none() {
                assert_eq!(native.usual_mark(), usual, "{line}");
            }
        }
    }
}
