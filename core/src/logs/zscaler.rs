//! Zscaler Internet Access: the web log of the Nanolog Streaming Service, as JSON and as `name=value` between tabs.
//!
//! The status is that of the answer; `action` says whether a policy blocked. What failed upstream is told to the user on a
//! page, and by `reason` where that is logged.

use core::net::SocketAddr;

use super::combined;
use super::common::token;
use super::fields::{address, is_dash, number, status, target};
use super::kv::Pairs;
use super::meaning::{Meaning, phase};
use super::{Clock, Layout, LogFormat, Parsed, Record, Tunnel, Vote, json, times};
use crate::categories::Id::*;
use crate::products::Id as Product;
use crate::protocols::http1::is_server_error;
use crate::report::{
    Confidence::*,
    GeneratedBy::{Gateway, Unknown},
};
use crate::time::{Span, Timestamp};

/// See the module.
pub static FORMAT: LogFormat = LogFormat {
    id: "zscaler",
    title: "Zscaler web log (NSS)",
    product: Some(Product::Zscaler),
    docs: "Zscaler, NSS feed output format: web logs",
    recognise: |line| if read(line).is_some() { Vote::Own } else { Vote::No },
    parse,
    clock: Clock::Local,
    missing: "Zscaler's web log holds the status of the answer and not who made it: reason, server response time and the \
              server's address in the feed, and the page that the user saw, would tell more.",
    samples: &[
        r#"{ "sourcetype" : "zscalernss-web", "event" :{"time":"Fri Dec 31 07:07:07 2021","login":"test@example.com","proto":"HTTPS","eurl":"www.example.com/join/","action":"Blocked","appname":"General Browsing","appclass":"General Browsing","reqsize":"218","respsize":"14230","stime":"0","ctime":"0","urlclass":"Business Use","urlcat":"Corporate Marketing","location":"Test DB","dept":"Unknown","cip":"192.0.2.193","sip":"198.51.100.156","reqmethod":"POST","respcode":"403","eua":"Microsoft-Delivery-Optimization/10.0","ereferer":"None","ruletype":"SSLPol","rulelabel":"SSL_1"}}"#,
        "2019-10-16 15:44:36\treason=Allowed\tevent_id=6748427317914894361\tprotocol=HTTPS\taction=Allowed\ttransactionsize=663\tresponsesize=65\trequestsize=598\turlcategory=UK_ALLOW_Pharmacies\tserverip=192.0.2.168\tclienttranstime=0\trequestmethod=CONNECT\trefererURL=None\tuseragent=Windows Windows 10 Enterprise ZTunnel/1.0\tproduct=NSS\tlocation=UK_Wynyard_VPN->other\tClientIP=192.168.0.38\tstatus=200\tuser=first.last@example.com\turl=www.example.com:443\tvendor=Zscaler\thostname=www.example.com\tclientpublicIP=198.51.100.1\tthreatcategory=None\tappname=RANDOM\tpagerisk=0\tdepartment=Procurement, Generics\tservertranstime=0\tmd5=None",
    ],
};

#[derive(Default)]
struct Found<'a> {
    time: Option<Timestamp>,
    /// The time is UTC.
    utc: bool,
    status: &'a str,
    action: &'a str,
    reason: &'a str,
    method: &'a str,
    url: &'a str,
    host: &'a str,
    protocol: &'a str,
    client: &'a str,
    server: &'a str,
    agent: &'a str,
}

fn read(line: &str) -> Option<Found<'_>> {
    if line.trim_start().starts_with('{') { of_json(line) } else { of_pairs(line) }
}

fn of_json(line: &str) -> Option<Found<'_>> {
    // The scan of a whole object costs more than this.
    memchr::memmem::find(line.as_bytes(), b"\"respcode\"")?;
    let mut found = Found::default();
    let mut url = false;
    let whole = json::scan(line, &mut |_, name, value| match name {
        "time" | "datetime" => found.time = times::apache(value),
        "respcode" | "status" => found.status = value,
        "action" => found.action = value,
        "reason" => found.reason = value,
        "reqmethod" => found.method = value,
        "eurl" | "url" => (url, found.url) = (true, value),
        "ehost" | "host" => found.host = value,
        "proto" => found.protocol = value,
        "cip" => found.client = value,
        "sip" => found.server = value,
        "eua" | "ua" => found.agent = value,
        _ => {}
    });
    (whole && url && found.time.is_some() && !found.action.is_empty()).then_some(found)
}

fn of_pairs(line: &str) -> Option<Found<'_>> {
    memchr::memmem::find(line.as_bytes(), b"\tvendor=Zscaler")?;
    let (before, _) = line.split_once('\t')?;
    let mut found = Found { time: times::civil(before, b'-'), ..Found::default() };
    for (name, value) in Pairs::separated(line, b'\t') {
        match name {
            "epochtime" => {
                let seconds = number(value).and_then(|n| i64::try_from(n).ok()).filter(|seconds| *seconds < 1 << 34);
                if let Some(seconds) = seconds {
                    (found.time, found.utc) = (Some(Timestamp::from_parts(seconds, 0)), true);
                }
            }
            "tz" => found.utc |= matches!(value, "GMT" | "UTC"),
            "status" => found.status = value,
            "action" => found.action = value,
            "reason" => found.reason = value,
            "requestmethod" => found.method = value,
            "url" => found.url = value,
            "hostname" => found.host = value,
            "protocol" => found.protocol = value,
            "ClientIP" => found.client = value,
            "serverip" => found.server = value,
            "useragent" => found.agent = value,
            _ => {}
        }
    }
    found.time.map(|_| found)
}

fn parse<'a>(line: &'a str, layout: &mut Layout) -> Parsed<'a> {
    let Some(found) = read(line) else { return Parsed::Bad { at: 0, field: "time, action and url" } };
    if found.utc {
        layout.zone = Some(Span(0));
    }
    let code = status(found.status).flatten();
    let known = |text: &&'a str| !text.is_empty() && !is_dash(text) && *text != "None";
    let place = target(found.url).unwrap_or_default();
    let secure = found.protocol == "HTTPS";
    let connect = found.method == "CONNECT";
    let port = place.port.or(match found.protocol {
        "HTTPS" => Some(443),
        "HTTP" if !connect => Some(80),
        _ => None,
    });
    let upstream = address(found.server).zip(port).map(|(ip, port)| SocketAddr::new(ip, port));
    let blocked = found.action.starts_with("Block");
    let failure = meaning(code, blocked, found.reason);
    Parsed::Record(Record {
        time: found.time.unwrap_or_default(),
        client: address(found.client),
        method: Some(found.method).filter(known),
        target: Some(found.url).filter(known),
        host: Some(place.host).filter(known).or(Some(found.host).filter(known)),
        port,
        status: code,
        attempted: upstream.is_some() && !blocked,
        upstream: upstream.filter(|_| !blocked),
        tunnel: match code {
            Some(200) if connect && !blocked => Tunnel::Granted,
            _ if !connect && secure => Tunnel::Inside,
            _ => Tunnel::Plain,
        },
        agent: Some(found.agent).filter(known).unwrap_or_default(),
        token: token(code),
        failure,
        ..Record::default()
    })
}

fn meaning(code: Option<u16>, blocked: bool, reason: &str) -> Option<Meaning> {
    let code = code.filter(|code| is_server_error(*code))?;
    let says = |word: &str| reason.contains(word);
    Some(if blocked {
        BLOCKED
    } else if says("resolve") {
        UNRESOLVED
    } else if says("timed out") {
        TIMED_OUT
    } else {
        combined::meaning(Some(code))?
    })
}

pub(crate) const BLOCKED: Meaning =
    Meaning::is(Likely, &[&[PolicyDenied]], Gateway, "a policy blocked the request (action=Blocked)");
pub(crate) const UNRESOLVED: Meaning =
    Meaning::open(&[phase::RESOLVE], Gateway, "the reason says that the server's name could not be resolved");
pub(crate) const TIMED_OUT: Meaning = Meaning::open(
    &[&[TcpSynUnanswered, ReturnPath, ResponseTimeout, TlsNoResponse], phase::SEND],
    Unknown,
    "the reason says that a timeout ran out; the line does not say in which phase",
);
