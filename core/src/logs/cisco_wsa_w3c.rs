//! Cisco Secure Web Appliance: access logs in W3C layout, by their `#Fields:` line; without one, as by a syslog, those
//! that begin as Splunk's recommended fields do. Its words are those of the Squid-style log: see `cisco_wsa_words`.

use super::cisco_wsa_words::{Times, Transaction, upstream};
use super::elff;
use super::fields::{Fields, address, epoch, is_dash, number, status};
use super::{Clock, Column, Layout, LogFormat, Parsed, Record, Vote, asyncos};
use crate::products::Id as Product;

/// See the module.
pub static FORMAT: LogFormat = LogFormat {
    id: "cisco-wsa-w3c",
    title: "Cisco WSA access log (W3C)",
    product: Some(Product::CiscoWsa),
    docs: "AsyncOS for Cisco Web Security Appliances, User Guide, W3C Compliant Access Logs",
    recognise,
    parse,
    clock: Clock::Known,
    missing: "This layout of a Cisco WSA holds one code for several failures and no time per step: the fields \
              x-p2p-dns-svc-time, x-p2s-first-byte-time and x-s2p-first-byte-time would tell them apart.",
    samples: &[
        "#Version: 1.0\n#Date: 2009-06-15 13:55:20\n#System: 10.1.1.1 - wsa.qa\n#Software: AsyncOS for Web 6.3.0\n#Fields: timestamp x-elapsed-time c-ip x-resultcode-httpstatus sc-bytes cs-method cs-url cs-username x-hierarchy-origin cs-mime-type x-acltag x-result-code x-suspect-user-agent\n1278096903.150 97 172.10.11.22 NONE/504 502 GET http://my.site.com/ - DIRECT/my.site.com text/plain DEFAULT_CASE_11-PolicyGroupName-Identity-OutboundMalwareScanningPolicy-DataSecurityPolicy-ExternalDLPPolicy-RoutingPolicy <IW_comp,6.9,-> -",
        r#"1607522400.250 153 - 10.160.40.169 TCP_MISS/200 873 CONNECT tunnel://www.google.com:443/ www.google.com - - application/octet-stream DEFAULT_CASE_12-DefaultGroup-DefaultGroup-NONE-NONE-NONE-DefaultGroup-NONE "10.160.43.9" 52698 www.google.com 443 1 IW_srch 6.9 1 - - - - 1 - - - - - 1 - - - - - IW_srch - "Search Engines and Portals" "Google" "Search Engine" "Encrypted" - 2.13 0 - - - - - - - 1 - - - - - "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/86.0.4240.183 Safari/537.36" 2673"#,
        r#"1607522400.374 156 - 10.160.40.169 TCP_DENIED/403 298 CONNECT tunnel://fls-na.amazon.com:443/ - - - - BLOCK_CONTINUE_WEBCAT_12-DefaultGroup-DefaultGroup-NONE-NONE-NONE-NONE-NONE "10.160.43.9" 52734 fls-na.amazon.com 443 1 IW_shop 9.3 1 - - - - - - - - - - - - - - - - IW_shop - "Shopping" "Amazon" "No Action" "Encrypted" - 0.00 0 - - - - - - - - - - - - - "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/86.0.4240.183 Safari/537.36" 0"#,
    ],
};

/// The first fields of Splunk's recommended set, as far as lines show them: time, duration, user, client, result, size,
/// method, URL, server, and after two more type and decision tag.
const RECOMMENDED: &[Column] = &[
    Column::Time,
    Column::Milliseconds,
    Column::Other,
    Column::Client,
    Column::ResultCode,
    Column::Sent,
    Column::Method,
    Column::Url,
    Column::Server,
    Column::Other,
    Column::Other,
    Column::Other,
    Column::Tag,
];

fn recognise(line: &str) -> Vote {
    if line.starts_with('#') {
        return if elff::Names::of(line) == elff::Names::Wsa { Vote::Header } else { Vote::No };
    }
    if recommended(line) {
        return Vote::Own;
    }
    let first = line.split(' ').next().unwrap_or_default();
    if epoch(first).is_some() || elff::dated(line) { Vote::Follows } else { Vote::No }
}

/// Whether a line begins as the recommended fields do: a user stands before the client.
fn recommended(line: &str) -> bool {
    let mut fields = Fields::new(line, 0);
    let mut next = || fields.quoted().unwrap_or_default();
    epoch(next()).is_some()
        && number(next()).is_some()
        && !next().is_empty()
        && address(next()).is_some()
        && next()
            .split_once('/')
            .is_some_and(|(code, sent)| code.starts_with(char::is_uppercase) && status(sent).is_some())
        && number(next()).is_some()
        && matches!(next(), method if !method.is_empty() && method.bytes().all(|b| b.is_ascii_uppercase() || b == b'_'))
        && next().contains("://")
}

type Read<'a> = (elff::Values<'a>, &'a str, Option<u16>);

/// The values of a line, its result code and status.
fn by_columns<'a>(line: &'a str, columns: &[Column]) -> Result<Read<'a>, (usize, &'static str)> {
    let values = elff::read(line, columns)?;
    let result = values.result.split_once('/').and_then(|(code, sent)| Some((code, status(sent)?)));
    let (code, sent) = result.or(Some(values.result).zip(values.status)).ok_or((0, "x-resultcode-httpstatus"))?;
    Ok((values, code, sent))
}

fn parse<'a>(line: &'a str, layout: &mut Layout) -> Parsed<'a> {
    if line.starts_with('#') {
        elff::learn(line, layout);
        return Parsed::Skip;
    }
    let read = by_columns(line, &layout.columns).or_else(|broken| match recommended(line) {
        true => by_columns(line, RECOMMENDED),
        false => Err(broken),
    });
    let (values, code, sent) = match read {
        Ok(read) => read,
        Err(_) if epoch(line.split(' ').next().unwrap_or_default()).is_none() && asyncos::notice(line, layout) => {
            return Parsed::Skip;
        }
        Err((at, field)) => return Parsed::Bad { at, field },
    };
    let (hierarchy, server) = values.hierarchy.split_once('/').unwrap_or((values.hierarchy, values.server));
    let transaction = Transaction {
        code,
        status: sent,
        method: values.method,
        url: values.url,
        hierarchy,
        server,
        tag: values.tag,
        elapsed: values.elapsed,
        times: Times { dns: values.dns, connect: values.connect, secure: None, answer: values.answer },
    };
    let known = values.record();
    let attempted = known.attempted || !(server.is_empty() || is_dash(server) || hierarchy.starts_with("NONE"));
    let parent = attempted && transaction.parent();
    let named = upstream((address(server), None), known.port);
    Parsed::Record(transaction.record(Record {
        status: sent,
        attempted,
        parent,
        upstream: known.upstream.or(named).filter(|_| attempted && !parent),
        token: values.result,
        ..known
    }))
}
