//! HAProxy: `option httplog`, `option tcplog`, `option httpslog` and the lines of failed handshakes. What the
//! termination states mean stands in [`super::haproxy_states`].
//!
//! A session in TCP mode is a tunnel whose inside HAProxy does not see. The server's address is not in these layouts, only
//! its name. Non-goals: layouts that a site builds itself, and the lines about servers that go up and down.

use super::fields::{Fields, halves, host_port, is_dash, number, status, target};
use super::groups::key;
use super::haproxy_notices;
use super::haproxy_states::{Session, letters, meaning};
use super::{Clock, Layout, LogFormat, Parsed, Record, Sent, Tunnel, Vote, times};
use crate::products::Id as Product;
use crate::report::{Confidence, GeneratedBy};
use crate::time::{Span, Timestamp};

/// See the module.
pub static FORMAT: LogFormat = LogFormat {
    id: "haproxy",
    title: "HAProxy log",
    product: Some(Product::Haproxy),
    docs: "HAProxy Configuration Manual, sections 8.2 (log formats) and 8.5 (session state at disconnection)",
    recognise,
    parse,
    clock: Clock::Local,
    missing: "HAProxy's termination state names the side and the phase, not what happened on the wire: %[bc_err_str] in the \
              log-format would tell a refusal from a failed handshake, and `show errors` shows an invalid response.",
    samples: &[
        r#"haproxy[674]: 192.0.2.1:33320 [15/Oct/2023:08:32:17.925] px-http px-http/srv1 9/0/7/14/30 502 243 - - PH-- 3/2/2/0/0 0/0 "GET /cgi-bin/b.cgi? HTTP/1.0""#,
        r#"192.0.2.1:34552 [15/Oct/2023:15:26:31.462] px-http px-http/srv1 3183/-1/-1/-1/11215 503 0 - - SC-- 205/202/202/115/3 0/0 "HEAD / HTTP/1.0""#,
        r#"192.0.2.1:34549 [15/Oct/2023:15:19:06.103] px-http px-http/<NOSRV> -1/-1/-1/-1/50001 408 0 - - cR-- 2/2/2/0/0 0/0 "<BADREQ>""#,
        "192.0.2.1:34550 [15/Oct/2023:15:24:28.312] px-tcp px-tcp/srv1 0/0/5007 0 cD 0/0/0/0/0 0/0",
        r#"Dec 10 15:48:56 voyager haproxy[7873]: 127.0.0.1:44542 [10/Dec/2018:15:48:56.017] http-webservices http-webservices/<NOSRV> 0/-1/-1/-1/0 503 213 - - SC-- 1/1/0/0/0 0/0 {localhost:8888||} {|} "GET /foo HTTP/1.1""#,
        r#"192.0.2.109:54761 [10/Apr/2024:15:41:58.284] frontend_https~ backend_lb/LB100 1796/0/0/28/1824 200 1060 - - --VN 296/296/33/6/0 0/0 {saas.ms.example.com} "GET /path/get/resource HTTP/1.1" TLSv1.2 aktci:"46.193.65.202""#,
        r#"192.0.2.4:48492 [07/Jul/2025:05:16:25.762] PROD_A PROD_A/ -1/-1/-1/-1/0 503 216 - - SC-- 2/2/0/0/0 0/0 "GET /..\..\win.ini HTTP/1.1" -"#,
        "192.0.2.4:53994 [25/Jan/2023:04:05:30.143] ft-https/1: SSL handshake failure",
        "192.0.2.1:50033 [28/Feb/2025:02:43:10.123] frontend/backend: SSL handshake failure (error:0A0000C1:SSL routines::no shared cipher)",
        "Dec 10 12:01:46 lb haproxy[1]: Connect from 192.0.2.1:49780 to 192.0.2.5:443 (HTTPS-IN/HTTP)",
        r#"2001:db8::7:34549 [28/Feb/2025:02:43:10.123] fe~ be/s1 0/0/1/3/+5 200 +502 - - ---- 1/1/0/0/0 0/0 "GET https://www.example.com/ HTTP/2.0" 0/0/0/0/0 www.example.com/TLSv1.3/TLS_AES_128_GCM_SHA256"#,
    ],
};

type Broken = (usize, &'static str);

/// The fields that every line has.
struct Begin<'a> {
    client: core::net::IpAddr,
    time: Timestamp,
    frontend: &'a str,
    fields: Fields<'a>,
}

fn begin(line: &str) -> Result<Begin<'_>, Broken> {
    let mut fields = Fields::new(line, 0);
    let at = fields.at();
    let client = fields.bare().and_then(host_port).filter(|(_, port)| port.is_some()).ok_or((at, "client:port"))?.0;
    let at = fields.at();
    let time = fields.quoted().filter(|_| line.as_bytes().get(at) == Some(&b'[')).and_then(times::haproxy);
    let time = time.ok_or((at, "accept date"))?;
    let at = fields.at();
    let frontend = fields.bare().ok_or((at, "frontend"))?;
    Ok(Begin { client, time, frontend, fields })
}

/// What follows: in HTTP mode five timers, in TCP mode three, after a failed handshake a message.
enum Rest<'a> {
    Http(Http<'a>),
    Tcp { session: Session, total: Span, at: Place<'a> },
    Message(&'a str),
}

/// `backend/server`; no server is `<NOSRV>` or empty.
#[derive(Clone, Copy)]
struct Place<'a> {
    pool: &'a str,
    server: &'a str,
}

impl Rest<'_> {
    /// What a line before it told of a session of this backend that was refused a port.
    fn foretold(mut self, backend: Option<u64>) -> Self {
        if let Self::Http(Http { session, at, .. }) | Self::Tcp { session, at, .. } = &mut self {
            session.no_port = session.state == *b"SC" && backend == Some(key(&[at.pool]));
        }
        self
    }
}

struct Http<'a> {
    session: Session,
    total: Span,
    at: Place<'a>,
    bytes: u64,
    state: &'a str,
    request: &'a str,
    /// What the site or httpslog appended.
    after: &'a str,
}

fn rest<'a>(begin: &mut Begin<'a>) -> Result<Rest<'a>, Broken> {
    let fields = &mut begin.fields;
    if begin.frontend.ends_with(':') {
        return Ok(Rest::Message(fields.rest()));
    }
    let mut next = |name: &'static str| {
        let at = fields.at();
        fields.bare().map(|token| (at, token)).ok_or((at, name))
    };
    let (at, backend) = next("backend/server")?;
    let (pool, server) = halves(backend, b'/').ok_or((at, "backend/server"))?;
    let (at, token) = next("timers")?;
    let (timers, count) = timers(token).ok_or((at, "timers"))?;
    let total = Span::milliseconds(timers.get(count.wrapping_sub(1)).copied().unwrap_or(0).max(0));
    let at_server = Place { pool, server: if server == "<NOSRV>" { "" } else { server } };
    let server = !at_server.server.is_empty();
    if count == 3 {
        next("bytes")?;
        let (at, state) = next("termination state")?;
        let state = letters(state).filter(|_| state.len() == 2).ok_or((at, "termination state"))?;
        let [_, connect, ..] = timers;
        let session = Session { state, status: None, server, connect, response: -1, no_port: false };
        return Ok(Rest::Tcp { session, total, at: at_server });
    }
    let (at, code) = next("status")?;
    let code = if code == "-1" { None } else { status(code).ok_or((at, "status"))? };
    let (at, bytes) = next("bytes")?;
    let bytes = number(bytes.strip_prefix('+').unwrap_or(bytes)).ok_or((at, "bytes"))?;
    next("request cookie")?;
    next("response cookie")?;
    let (at, word) = next("termination state")?;
    let state = letters(word).filter(|_| word.len() == 4).ok_or((at, "termination state"))?;
    next("connections")?;
    next("queues")?;
    // Captured headers may hold blanks and quotes: the request is what stands in quotes after the last brace.
    let tail = fields.rest();
    let brace = if tail.starts_with('{') { memchr::memmem::rfind(tail.as_bytes(), b"} \"") } else { None };
    let tail = brace.and_then(|at| tail.get(at + 2..)).unwrap_or(tail);
    let mut tail = Fields::new(tail, 0);
    let request = tail.quoted().unwrap_or_default();
    let [_, _, connect, response, _] = timers;
    let session = Session { state, status: code, server, connect, response, no_port: false };
    Ok(Rest::Http(Http { session, total, at: at_server, bytes, state: word, request, after: tail.rest() }))
}

/// `9/0/7/14/30`, three or five of them; -1 for what was not reached, `+` where the log was written early.
fn timers(token: &str) -> Option<([i64; 5], usize)> {
    let mut all = [0; 5];
    let (mut rest, mut count) = (token, 0);
    loop {
        let end = rest.bytes().position(|b| b == b'/');
        let part = rest.get(..end.unwrap_or(rest.len()))?;
        let (sign, digits) = part.strip_prefix('-').map_or((1, part), |digits| (-1, digits));
        let value = i64::try_from(number(digits.strip_prefix('+').unwrap_or(digits))?).ok()?;
        *all.get_mut(count)? = sign * value;
        count += 1;
        let Some(end) = end else { break };
        rest = rest.get(end + 1..)?;
    }
    (count == 3 || count == 5).then_some((all, count))
}

fn recognise(line: &str) -> Vote {
    let whole = begin(line).and_then(|mut begin| rest(&mut begin));
    match whole {
        Ok(_) => Vote::Own,
        Err(_) if accepted(line) => Vote::Own,
        // Its own words alone do not tell how its lines are laid out.
        Err(_) if haproxy_notices::read(line).is_some() => Vote::Follows,
        Err(_) => Vote::No,
    }
}

/// The line of a session follows that of its cause within so many lines.
const SOON: u8 = 32;

/// `Connect() failed for backend site: no free ports.`: the backend, where no local port was left
/// (src/proto_tcp.c, `tcp_connect_server`).
fn no_port(line: &str) -> Option<&str> {
    let (backend, why) = line.strip_prefix("Connect() failed for backend ")?.split_once(": ")?;
    (why.starts_with("no free ports") || why.starts_with("local address already in use")).then_some(backend)
}

/// `Connect from 192.0.2.1:49780 to 192.0.2.5:443 (web/HTTP)`: a frontend without `option httplog` or `tcplog` says when a
/// client came, and not what became of it: no record.
fn accepted(line: &str) -> bool {
    let ends = line.strip_prefix("Connect from ").and_then(|rest| rest.split_once(" to "));
    let Some((from, (to, name))) = ends.and_then(|(from, rest)| Some((from, rest.split_once(" (")?))) else {
        return false;
    };
    let whole = |end| host_port(end).is_some_and(|(_, port)| port.is_some());
    whole(from) && whole(to) && (name.ends_with("/HTTP)") || name.ends_with("/TCP)"))
}

/// What HAProxy says of its servers and of itself; `None` for what may be a session.
fn of_its_own<'a>(line: &'a str, layout: &mut Layout) -> Option<Parsed<'a>> {
    if let Some(backend) = no_port(line) {
        layout.foretold = Some((key(&[backend]), SOON));
    }
    if let Some(notice) = haproxy_notices::read(line) {
        return Some(Parsed::Notice(notice));
    }
    // Starts, checks that are no change.
    let others =
        ["Proxy ", "Server ", "Backup Server ", "Health check ", "backend ", "Connect from ", "Stopping ", "Pausing "];
    others.iter().any(|word| line.starts_with(word)).then_some(Parsed::Skip)
}

fn parse<'a>(line: &'a str, layout: &mut Layout) -> Parsed<'a> {
    // A session begins with the client's address.
    if !line.as_bytes().first().is_some_and(u8::is_ascii_digit)
        && let Some(parsed) = of_its_own(line, layout)
    {
        return parsed;
    }
    let mut begin = match begin(line) {
        Ok(begin) => begin,
        Err((at, field)) => return Parsed::Bad { at, field },
    };
    let time = begin.time;
    let record = Record { time, begun: true, client: Some(begin.client), ..Record::default() };
    let foretold = layout.foretold.take();
    let rest = rest(&mut begin).map(|rest| rest.foretold(foretold.map(|(backend, _)| backend)));
    let met = matches!(&rest, Ok(Rest::Http(Http { session, .. }) | Rest::Tcp { session, .. }) if session.no_port);
    layout.foretold = foretold.filter(|(_, left)| !met && *left > 0).map(|(backend, left)| (backend, left - 1));
    match rest {
        Ok(Rest::Http(http)) => http_record(&http, record),
        Ok(Rest::Tcp { session, total, at }) => {
            let failure = meaning(&session);
            Parsed::Record(Record {
                elapsed: Some(total),
                attempted: session.server,
                pool: at.pool,
                server: at.server,
                tunnel: if failure.is_some() { Tunnel::Plain } else { Tunnel::Sealed },
                token: super::haproxy_states::name(session.state),
                failure,
                ..record
            })
        }
        Ok(Rest::Message(message)) => match handshake(message) {
            Some(failure) => {
                Parsed::Record(Record { token: "SSL handshake failure", failure: Some(failure), ..record })
            }
            None => Parsed::NoRequest(time),
        },
        Err((at, field)) => Parsed::Bad { at, field },
    }
}

fn http_record<'a>(http: &Http<'a>, record: Record<'a>) -> Parsed<'a> {
    let time = record.time;
    // A connection on which no whole request came: probes, preconnects, idle clients.
    if matches!(http.request, "" | "<BADREQ>") && matches!(http.session.state[1], b'R' | b'-') {
        return Parsed::NoRequest(time);
    }
    let failure = meaning(&http.session);
    let mut words = Fields::new(http.request, 0);
    let (method, wanted) = (words.bare(), words.bare());
    let connect = method == Some("CONNECT");
    let place = wanted.and_then(target).unwrap_or_default();
    Parsed::Record(Record {
        elapsed: Some(http.total),
        method,
        target: wanted,
        host: Some(place.host).filter(|host| !host.is_empty()).or_else(|| server_name(http.after)),
        port: place.port,
        status: http.session.status,
        cut: http.session.state[1] == b'D',
        attempted: http.session.server,
        pool: http.at.pool,
        server: http.at.server,
        sent: Sent::Whole(http.bytes),
        tunnel: match http.session.status {
            Some(200) if connect => Tunnel::Sealed,
            _ => Tunnel::Plain,
        },
        token: http.state,
        failure,
        ..record
    })
}

/// httpslog ends in `name/TLSv1.3/cipher`: the name that the client's TLS asked for.
fn server_name(after: &str) -> Option<&str> {
    let last = after.rsplit(' ').next()?;
    let (name, version) = last.split_once('/')?;
    (version.starts_with("TLSv") && !is_dash(name) && !name.is_empty()).then_some(name)
}

/// A handshake with a client that failed: without a request it is no exchange, unless the client says that it refuses
/// the certificate.
fn handshake(message: &str) -> Option<super::Meaning> {
    let refuses =
        ["alert certificate unknown", "alert unknown ca", "alert bad certificate", "alert certificate expired"];
    refuses.iter().any(|words| message.contains(words)).then_some(super::Meaning::is(
        Confidence::Proven,
        &[&[crate::categories::Id::ClientTlsRejected]],
        GeneratedBy::Unknown,
        "the client ended the handshake with an alert that refuses HAProxy's certificate",
    ))
}
