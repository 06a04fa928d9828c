//! Skyhigh Secure Web Gateway (McAfee Web Gateway): the default access.log, read by its `#` header line where there is
//! one, else by the two default headers.
//!
//! What its values mean stands in [`super::skyhigh_words`]; layouts of key=value are `skyhigh_kv`.

use alloc::vec::Vec;

use super::fields::{Fields, address, clf_time, number, status};
use super::skyhigh_words::{self, Line};
use super::{Clock, Column, Layout, LogFormat, Parsed, Record, Vote};
use crate::products::Id as Product;

/// See the module.
pub static FORMAT: LogFormat = LogFormat {
    id: "skyhigh",
    title: "Skyhigh (McAfee) Web Gateway access log",
    product: Some(Product::Skyhigh),
    docs: "McAfee Web Gateway 7.1.5 Product Guide, Log Handler, rule Write access.log; the header line of the file",
    recognise,
    parse,
    clock: Clock::Known,
    missing: MISSING,
    samples: &[
        r#"[08/Mar/2013:18:25:57 -0600] "" 10.10.67.4 502 "GET http://example.local/ HTTP/1.1" "" "-" "" 3126 "Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 5.2; Trident/4.0; .NET CLR 1.1.4322; .NET CLR 2.0.50727; .NET CLR 3.0.4506.2152; .NET CLR 3.5.30729; .NET4.0C; .NET4.0E)" "" "0""#,
        r#"[08/Mar/2013:18:25:57 -0600] "" 502 "GET http://example.local/ HTTP/1.1" "" "-" "" 3126 "Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 5.2; Trident/4.0; .NET4.0E)" "" "0""#,
        r##"#time_stamp "auth_user" src_ip status_code "req_line" "categories" "rep_level" "media_type" bytes_to_client "user_agent" "virus_name" "block_res""##,
        r#"[14/Oct/2018:23:59:42 -0300] "joao" 0:0:0:0:0:0:0:0 200 "CONNECT a.wunderlist.com:443 HTTP/1.1" "Interactive Web Applications" "Minimal Risk" "" 492 "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/69.0.3497.100 Safari/537.36" "" "0""#,
        r##"#time_stamp "auth_user" src_ip status_code "req_line" "categories" "rep_level" "media_type" bytes_to_client bytes_from_client "user_agent" "virus_name" "block_res" "application_name""##,
        r#"[14/Oct/2018:23:59:42 -0300] "maria" 10.1.32.186 502 "GET http://intranet.example/ HTTP/1.1" "" "-" "text/html" 1409 512 "Mozilla/5.0 (Windows NT 10.0; Win64; x64)" "" "0" """#,
    ],
};

/// What to add.
pub const MISSING: &str = "The default access log of Skyhigh Web Gateway holds neither the block page (Host Not Resolvable, \
                           Cannot Connect, Bad Response) nor the server's address nor times: Error.ID and Error.Message in \
                           the rule that writes it would tell them apart.";

/// What one line says, whatever its columns.
#[derive(Default)]
struct Found<'a> {
    time: Option<crate::time::Timestamp>,
    client: Option<core::net::IpAddr>,
    status: Option<Option<u16>>,
    request: Option<&'a str>,
    block: Option<&'a str>,
    reason: &'a str,
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
            "block_reason" | "error_message" | "error_msg" => Column::LastError,
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
            Column::LastError => found.reason = token,
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
        if number(agent).is_some() {
            agent = fields.quoted()?;
        }
        fields.quoted()?;
        fields.quoted()
    })();
    Ok(Found { time: Some(time), client, status: Some(status), request: Some(request), block, agent, reason: "" })
}

/// `METHOD target HTTP/1.1`, or nothing where the client sent nothing readable.
fn request_like(request: &str) -> bool {
    let mut words = request.split(' ');
    let method = words.next().unwrap_or_default();
    request.is_empty()
        || (method.bytes().all(|b| b.is_ascii_uppercase() || b == b'_' || b == b'-') && words.next().is_some())
}

fn record<'a>(found: &Found<'a>) -> Parsed<'a> {
    let mut words = found.request.unwrap_or_default().split(' ').filter(|word| !word.is_empty());
    skyhigh_words::record(Line {
        time: found.time,
        status: found.status,
        method: words.next(),
        wanted: words.next(),
        block: found.block.unwrap_or_default(),
        reason: found.reason,
        record: Record { client: found.client, agent: found.agent, ..Record::default() },
        ..Line::default()
    })
}
