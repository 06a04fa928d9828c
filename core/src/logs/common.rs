//! The common log format, its `combined` extension, and what products append to it. Which format such a line has is
//! decided by what follows the two quoted fields: see `combined`, `clf`, `nginx`, `traefik`.

use core::net::IpAddr;

use super::fields::{Fields, address, clf_time, host_port, is_dash, number, request_line, status, target};
use super::{Parsed, Record, Sent, Tunnel};
use crate::time::Timestamp;

/// `host ident user [time] "request" status bytes`, perhaps `"referer" "agent"`, and the rest.
#[derive(Clone, Debug)]
pub struct Common<'a> {
    /// When the request came (Apache) or was answered (nginx).
    pub time: Timestamp,
    /// Who asked, where the line has an address.
    pub client: Option<IpAddr>,
    /// The virtual host that some layouts put first.
    pub vhost: Option<&'a str>,
    /// Request line.
    pub request: &'a str,
    /// Status; `None` for `000`.
    pub status: Option<u16>,
    /// Bytes of the body; `None` for a dash.
    pub bytes: Option<u64>,
    /// The line has referer and user agent.
    pub combined: bool,
    /// User agent; empty where there is none.
    pub agent: &'a str,
    /// What follows.
    pub rest: &'a str,
}

/// Byte in the line, and the field that was expected there.
pub type Broken = (usize, &'static str);

impl<'a> Common<'a> {
    /// Reads a line.
    pub fn read(line: &'a str) -> Result<Self, Broken> {
        let mut fields = Fields::new(line, 0);
        let first = fields.bare().ok_or((0, "client"))?;
        let at = fields.at();
        let second = fields.bare().ok_or((at, "user"))?;
        let (client, vhost) = match (address(first), address(second)) {
            (None, Some(client)) => (Some(client), Some(first)),
            (client, _) => (client, None),
        };
        // A name of a user may hold blanks; the time cannot be mistaken.
        let from = fields.at();
        let rest = line.get(from..).unwrap_or_default();
        let open = memchr::memchr(b'[', rest.as_bytes()).map(|at| from + at).ok_or((from, "time"))?;
        let mut fields = Fields::new(line, open);
        let time = fields.quoted().and_then(clf_time).ok_or((open, "time"))?;
        let at = fields.at();
        let quoted = line.as_bytes().get(at) == Some(&b'"');
        let request = fields.quoted().filter(|_| quoted).ok_or((at, "request"))?;
        let at = fields.at();
        let code = fields.bare().and_then(status).ok_or((at, "status"))?;
        let at = fields.at();
        let bytes = fields.bare().ok_or((at, "bytes"))?;
        let bytes = if is_dash(bytes) { None } else { Some(number(bytes).ok_or((at, "bytes"))?) };
        let plain = fields.clone();
        let mut agent = "";
        let combined = (0..2).all(|_| {
            let at = fields.at();
            let found = fields.quoted().filter(|_| line.as_bytes().get(at) == Some(&b'"'));
            agent = found.unwrap_or_default();
            found.is_some()
        });
        let mut fields = if combined { fields } else { plain };
        Ok(Self { time, client, vhost, request, status: code, bytes, combined, agent, rest: fields.rest() })
    }

    /// True for a request that did not fail by its status; 499 is a client that left.
    #[must_use]
    pub fn healthy(&self) -> bool {
        self.status.is_some_and(|status| status < 499) && !self.request.starts_with("CONNECT ")
    }

    /// What every such line gives.
    #[must_use]
    pub fn record(&self) -> Record<'a> {
        let (method, wanted) = request_line(self.request);
        let place = wanted.and_then(target).unwrap_or_default();
        let vhost = self.vhost.and_then(target).unwrap_or_default();
        let host = if place.host.is_empty() { vhost.host } else { place.host };
        Record {
            time: self.time,
            client: self.client,
            method: method.filter(|method| !is_dash(method)),
            target: wanted,
            host: Some(host).filter(|host| !host.is_empty()),
            port: place.port.or(vhost.port),
            status: self.status,
            tunnel: match (method, self.status) {
                (Some("CONNECT"), Some(200)) => Tunnel::Granted,
                _ => Tunnel::Plain,
            },
            token: token(self.status),
            agent: if self.combined { self.agent } else { "" },
            // A dash is Apache's nought.
            sent: Sent::Body(self.bytes.unwrap_or(0)),
            ..Record::default()
        }
    }

    /// For a line that its product does not explain further.
    #[must_use]
    pub fn parsed(&self, failure: Option<super::Meaning>) -> Parsed<'a> {
        Parsed::Record(Record { failure: failure.filter(|_| !self.healthy()), ..self.record() })
    }
}

/// The statuses that are explained, as texts.
#[must_use]
pub fn token(code: Option<u16>) -> &'static str {
    match code {
        Some(499) => "499",
        Some(500) => "500",
        Some(502) => "502",
        Some(503) => "503",
        Some(504) => "504",
        _ => "",
    }
}

/// The last of a list of servers tried, `10.0.0.1:80, 10.0.0.2:80`, as nginx writes it.
#[must_use]
pub fn last_of(list: &str) -> &str {
    // As a rule there is one.
    if list.len() > 1 && !list.bytes().any(|b| matches!(b, b',' | b' ')) {
        return list;
    }
    list.rsplit([',', ' ']).find(|part| !part.is_empty() && *part != ":").unwrap_or_default()
}

/// The address in a list's last element; a port that is not there is 80.
#[must_use]
pub fn last_server(list: &str) -> Option<core::net::SocketAddr> {
    host_port(last_of(list)).map(|(ip, port)| core::net::SocketAddr::new(ip, port.unwrap_or(80)))
}
