//! Olfeo's access log: the common log format with a date of its own, without a zone, and the site's category at the end.

use super::common::token;
use super::fields::{Fields, address, is_dash, status, target};
use super::{Clock, Layout, LogFormat, Parsed, Record, Tunnel, Vote, combined, times};
use crate::time::Timestamp;

/// See the module.
pub static FORMAT: LogFormat = LogFormat {
    id: "olfeo",
    title: "Olfeo access log",
    product: None,
    docs: "the lines themselves; the layout is that of the common log format",
    recognise: |line| if read(line).is_ok() { Vote::Own } else { Vote::No },
    parse,
    clock: Clock::Local,
    missing: "This layout holds a status and nothing of its cause: the log of the proxy behind it (Squid's native one) would \
              say whom it asked and how that ended.",
    samples: &[
        r#"1.2.3.14 - username [15/04/2024 12:50:04] "CONNECT https://test.com:443 HTTP/1.1" 200 - - 1000 Business Services"#,
        r#"1.2.3.4 - jdoe [02/07/2024 07:51:20] "GET http://example.com/ HTTP/1.1" 403 - - 0 Unclassified URL"#,
        r#"5.6.7.8 - janedoe [05/02/2025 11:31:06] "CONNECT https://example.com:443 HTTP/1.1" 200 -"#,
        r#"10.20.0.50 - - [05/02/2025 11:31:07] "GET http://www.example.com/ HTTP/1.1" 504 - - 1200 Business Services"#,
    ],
};

struct Line<'a> {
    time: Timestamp,
    client: &'a str,
    request: &'a str,
    status: Option<u16>,
}

fn read(line: &str) -> Result<Line<'_>, (usize, &'static str)> {
    let mut fields = Fields::new(line, 0);
    let client = fields.bare().filter(|text| address(text).is_some()).ok_or((0, "client"))?;
    let from = fields.at();
    // A name of a user may hold blanks; the time cannot be mistaken.
    let open = line.get(from..).and_then(|rest| rest.find('[')).map(|at| from + at).ok_or((from, "time"))?;
    let mut fields = Fields::new(line, open);
    let time = fields.quoted().and_then(times::day_first_slashes).ok_or((open, "time"))?;
    let at = fields.at();
    let quoted = line.as_bytes().get(at) == Some(&b'"');
    let request = fields.quoted().filter(|_| quoted).ok_or((at, "request"))?;
    let at = fields.at();
    let status = fields.bare().and_then(status).ok_or((at, "status"))?;
    Ok(Line { time, client, request, status })
}

fn parse<'a>(line: &'a str, _: &mut Layout) -> Parsed<'a> {
    let read = match read(line) {
        Ok(read) => read,
        Err((at, field)) => return Parsed::Bad { at, field },
    };
    let mut words = read.request.split(' ').filter(|word| !word.is_empty());
    let (method, wanted) = (words.next(), words.next());
    let place = wanted.and_then(target).unwrap_or_default();
    let connect = method == Some("CONNECT");
    // The client wrote `CONNECT host:443`.
    let authority = wanted.filter(|_| connect).and_then(|wanted| wanted.split_once("://")).map(|(_, rest)| rest);
    Parsed::Record(Record {
        time: read.time,
        client: address(read.client),
        method: method.filter(|method| !is_dash(method)),
        target: authority.or(wanted),
        host: Some(place.host).filter(|host| !host.is_empty()),
        port: place.port,
        status: read.status,
        tunnel: match read.status {
            Some(200) if connect => Tunnel::Granted,
            _ if !connect && place.scheme == "https" => Tunnel::Inside,
            _ => Tunnel::Plain,
        },
        token: token(read.status),
        failure: combined::meaning(read.status),
        ..Record::default()
    })
}
