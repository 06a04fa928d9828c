//! Skyhigh Secure Web Gateway (McAfee Web Gateway): the default access.log, read by its `#` header line where there is
//! one, else by the two default headers.
//!
//! The gateway answers every upstream failure with 502; which one it was stands on the block page only: Host Not
//! Resolvable, Cannot Connect, Bad Response. Non-goals: the key=value layouts that sites build themselves.

use alloc::vec::Vec;

use super::fields::{Fields, address, clf_time, status, target};
use super::meaning::{Meaning, phase};
use super::{Clock, Column, Layout, LogFormat, Parsed, Record, Tunnel, Vote};
use crate::categories::Id::{self, *};
use crate::products::Id as Product;
use crate::report::{Confidence::*, GeneratedBy};

/// See the module.
pub static FORMAT: LogFormat = LogFormat {
    id: "skyhigh",
    title: "Skyhigh (McAfee) Web Gateway access log",
    product: Some(Product::Skyhigh),
    docs: "McAfee Web Gateway 7.1.5 Product Guide, Log Handler, rule Write access.log; the header line of the file",
    recognise,
    parse,
    clock: Clock::Known,
    missing: "The default access log of Skyhigh Web Gateway holds neither the block page (Host Not Resolvable, Cannot \
              Connect, Bad Response) nor the server's address nor times: Error.ID and Error.Message in the rule that \
              writes it would tell them apart.",
    samples: &[
        r#"[08/Mar/2013:18:25:57 -0600] "" 10.10.67.4 502 "GET http://example.local/ HTTP/1.1" "" "-" "" 3126 "Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 5.2; Trident/4.0; .NET CLR 1.1.4322; .NET CLR 2.0.50727; .NET CLR 3.0.4506.2152; .NET CLR 3.5.30729; .NET4.0C; .NET4.0E)" "" "0""#,
        r#"[08/Mar/2013:18:25:57 -0600] "" 502 "GET http://example.local/ HTTP/1.1" "" "-" "" 3126 "Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 5.2; Trident/4.0; .NET4.0E)" "" "0""#,
        r##"#time_stamp "auth_user" src_ip status_code "req_line" "categories" "rep_level" "media_type" bytes_to_client "user_agent" "virus_name" "block_res""##,
        r#"[14/Oct/2018:23:59:42 -0300] "joao" 0:0:0:0:0:0:0:0 200 "CONNECT a.wunderlist.com:443 HTTP/1.1" "Interactive Web Applications" "Minimal Risk" "" 492 "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/69.0.3497.100 Safari/537.36" "" "0""#,
        r##"#time_stamp "auth_user" src_ip status_code "req_line" "categories" "rep_level" "media_type" bytes_to_client bytes_from_client "user_agent" "virus_name" "block_res" "application_name""##,
        r#"[14/Oct/2018:23:59:42 -0300] "maria" 10.1.32.186 502 "GET http://intranet.example/ HTTP/1.1" "" "-" "text/html" 1409 512 "Mozilla/5.0 (Windows NT 10.0; Win64; x64)" "" "0" """#,
    ],
};

/// What one line says, whatever its columns.
#[derive(Default)]
struct Found<'a> {
    time: Option<crate::time::Timestamp>,
    client: Option<core::net::IpAddr>,
    status: Option<Option<u16>>,
    request: Option<&'a str>,
    block: Option<&'a str>,
    agent: &'a str,
}

fn recognise(line: &str) -> Vote {
    if line.starts_with('#') {
        return if header(line).is_some() { Vote::Own } else { Vote::No };
    }
    match by_default(line) {
        Ok(found) if found.request.is_some_and(request_like) => Vote::Own,
        _ => Vote::No,
    }
}

fn parse<'a>(line: &'a str, layout: &mut Layout) -> Parsed<'a> {
    if line.starts_with('#') {
        if let Some(columns) = header(line) {
            layout.columns = columns;
        }
        return Parsed::Skip;
    }
    let found = match by_columns(line, &layout.columns) {
        Some(found) => found,
        None => match by_default(line) {
            Ok(found) => found,
            Err((at, field)) => return Parsed::Bad { at, field },
        },
    };
    record(&found)
}

/// The columns that a header line names; `None` if it is none of this product's.
fn header(line: &str) -> Option<Vec<Column>> {
    let line = line.strip_prefix('#')?;
    let mut fields = Fields::new(line, 0);
    let mut columns = Vec::new();
    while let Some(name) = fields.quoted() {
        columns.push(match name {
            "time_stamp" => Column::Time,
            "src_ip" => Column::Client,
            "status_code" => Column::Status,
            "req_line" => Column::RequestLine,
            "block_res" => Column::BlockId,
            "user_agent" => Column::Agent,
            _ => Column::Other,
        });
    }
    let has = |column| columns.contains(&column);
    (has(Column::Time) && has(Column::Status) && has(Column::RequestLine)).then_some(columns)
}

/// By the names of the header line; `None` where the line does not fit them.
fn by_columns<'a>(line: &'a str, columns: &[Column]) -> Option<Found<'a>> {
    let mut found = Found::default();
    let mut fields = Fields::new(line, 0);
    for column in columns {
        let token = fields.quoted()?;
        match column {
            Column::Time => found.time = Some(clf_time(token)?),
            Column::Client => found.client = address(token),
            Column::Status => found.status = Some(status(token)?),
            Column::RequestLine => found.request = Some(token),
            Column::BlockId => found.block = Some(token),
            Column::Agent => found.agent = token,
            _ => {}
        }
    }
    (found.time.is_some() && found.status.is_some()).then_some(found)
}

/// By the default headers: `[time] "user" client status "request" "categories" "reputation" "type" bytes` and then,
/// without or with the bytes from the client, `"agent" "virus" "block id"` and perhaps `"application"`. A client that
/// was taken out of the line is tolerated.
fn by_default(line: &str) -> Result<Found<'_>, (usize, &'static str)> {
    let mut fields = Fields::new(line, 0);
    let mut field = |name: &'static str, quote: Option<u8>| {
        let at = fields.at();
        let fits = quote.is_none_or(|quote| line.as_bytes().get(at) == Some(&quote));
        fields.quoted().filter(|_| fits).map(|token| (at, token)).ok_or((at, name))
    };
    let time = clf_time(field("time_stamp", Some(b'['))?.1).ok_or((0, "time_stamp"))?;
    field("auth_user", Some(b'"'))?;
    let mut token = field("src_ip", None)?;
    let client = address(token.1);
    if client.is_some() {
        token = field("status_code", None)?;
    }
    let status = status(token.1).ok_or((token.0, "status_code"))?;
    let (_, request) = field("req_line", Some(b'"'))?;
    field("categories", Some(b'"'))?;
    field("rep_level", Some(b'"'))?;
    field("media_type", Some(b'"'))?;
    field("bytes_to_client", None)?;
    // From here on a line that was cut still says enough.
    let mut agent = "";
    let block = (|| {
        agent = fields.quoted()?;
        if super::fields::number(agent).is_some() {
            agent = fields.quoted()?;
        }
        fields.quoted()?;
        fields.quoted()
    })();
    Ok(Found { time: Some(time), client, status: Some(status), request: Some(request), block, agent })
}

/// `METHOD target HTTP/1.1`, or nothing where the client sent nothing readable.
fn request_like(request: &str) -> bool {
    let mut words = request.split(' ');
    let method = words.next().unwrap_or_default();
    request.is_empty()
        || (method.bytes().all(|b| b.is_ascii_uppercase() || b == b'_' || b == b'-') && words.next().is_some())
}

fn record<'a>(found: &Found<'a>) -> Parsed<'a> {
    let (Some(time), Some(code)) = (found.time, found.status) else {
        return Parsed::Bad { at: 0, field: "time_stamp" };
    };
    let mut words = found.request.unwrap_or_default().split(' ').filter(|word| !word.is_empty());
    let (method, wanted) = (words.next(), words.next());
    let place = wanted.and_then(target).unwrap_or_default();
    let connect = method == Some("CONNECT");
    let secure = connect || place.scheme == "https";
    let rule = found.block.is_some_and(|block| !block.is_empty() && block != "0" && block != "-");
    let failure = match code {
        None => Some(NO_STATUS),
        Some(500..) if rule => Some(BY_RULE),
        Some(502) if secure => Some(SECURE_502),
        Some(502) => Some(PLAIN_502),
        Some(500..) => Some(PASSED_ON),
        Some(_) => None,
    };
    Parsed::Record(Record {
        time,
        client: found.client,
        method,
        target: wanted,
        host: Some(place.host).filter(|host| !host.is_empty()),
        port: place.port.or(connect.then_some(443)),
        status: code,
        agent: found.agent,
        tunnel: match code {
            Some(200) if connect => Tunnel::Granted,
            _ if !connect && place.scheme == "https" => Tunnel::Inside,
            _ => Tunnel::Plain,
        },
        token: token(code),
        failure,
        ..Record::default()
    })
}

/// The statuses that are explained, as texts.
fn token(code: Option<u16>) -> &'static str {
    match code {
        Some(500) => "500",
        Some(502) => "502",
        Some(503) => "503",
        Some(504) => "504",
        _ => "",
    }
}

/// The last of every list: the gateway passes a server's own status on.
const PASSED: &[Id] = &[OriginError, ParentProxyError];

const WHY_502: &str = "Web Gateway answers every upstream failure with 502, and only its block page says which: Host Not \
                       Resolvable (DNS), Cannot Connect (TCP) or Bad Response (no or no valid answer within the timeout)";

const PLAIN_502: Meaning = Meaning::open(
    &[phase::RESOLVE, phase::CONNECT, phase::SEND, phase::WAIT, phase::RECEIVE, PASSED],
    GeneratedBy::Unknown,
    WHY_502,
);

const SECURE_502: Meaning = Meaning::open(
    &[phase::RESOLVE, phase::CONNECT, phase::SECURE, phase::SEND, phase::WAIT, phase::RECEIVE, PASSED],
    GeneratedBy::Unknown,
    WHY_502,
);

const BY_RULE: Meaning = Meaning::is(
    Possible,
    &[&[PolicyDenied], phase::RESOLVE, phase::CONNECT, phase::SECURE, phase::SEND, phase::WAIT, phase::RECEIVE],
    GeneratedBy::Gateway,
    "a rule of the gateway blocked the request (its block id is not 0)",
);

const PASSED_ON: Meaning = Meaning::is(
    Likely,
    &[PASSED, &[PolicyDenied]],
    GeneratedBy::Origin,
    "Web Gateway answers upstream failures with 502: another 5xx was sent by the server or a proxy behind the gateway",
);

const NO_STATUS: Meaning = Meaning::open(
    &[&[ClientAbort], phase::WAIT, phase::RECEIVE],
    GeneratedBy::Unknown,
    "no status was sent to the client; the line does not say who gave up",
);
