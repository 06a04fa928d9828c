//! Forcepoint (Websense) Web Security: what it sends to a SIEM, as CEF (`0|Forcepoint|Security|…|act=blocked …`) and as
//! `name=value` (`vendor=Websense …`).
//!
//! CEF says who asked for what and whether a policy let it pass, and no status: nothing fails by it. `name=value` has two:
//! what the server answered (`http_response`) and what the proxy sent (`http_proxy_status_code`).

use core::net::{IpAddr, SocketAddr};

use super::common::token;
use super::fields::{address, is_dash, number, status, target};
use super::kv::Pairs;
use super::meaning::{Meaning, phase};
use super::{Clock, Layout, LogFormat, Parsed, Record, Tunnel, Vote};
use crate::categories::Id::*;
use crate::products::Id as Product;
use crate::protocols::http1::is_server_error;
use crate::report::{
    Confidence::*,
    GeneratedBy::{Gateway, Origin},
};
use crate::time::{MILLISECOND, Timestamp};

/// See the module.
pub static FORMAT: LogFormat = LogFormat {
    id: "forcepoint",
    title: "Forcepoint (Websense) Web Security log",
    product: Some(Product::Forcepoint),
    docs: "Forcepoint Web Security, SIEM integration: CEF and key-value pairs",
    recognise: |line| if cef(line) || pairs(line) { Vote::Own } else { Vote::No },
    parse,
    clock: Clock::Known,
    missing: "What Forcepoint sends to a SIEM holds a status at most: the extended log of its Content Gateway names the \
              failure (ERR_CONNECT_FAIL, ERR_DNS_FAIL, ERR_READ_TIMEOUT).",
    samples: &[
        r"0|Forcepoint|Security|8.5.4|222|Transaction permitted|1| act=permitted app=https dvc=9.8.7.6 dst=5.6.7.8 dhost=outlook.office365.com dpt=443 src=1.2.3.4 spt=50345 suser=LDAP://4.3.2.1 OU\=MyOrg,OU\=Users,DC\=Domain,DC\=LOCAL/User 1 loginID=n_nini destinationTranslatedPort=47486 rt=1653555521000 in=1038458 out=3967 requestMethod=POST requestClientApplication=Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.10386; Pro) reason=- cs1Label=Policy cs1=SupAd**1,SupAd**2 cs2Label=DynCat cs2=0 cs3Label=ContentType cs3=application/mapi-http cn1Label=DispositionCode cn1=1026 cn2Label=ScanDuration cn2=31 request=https://outlook.office365.com/ logRecordSource=OnPrem",
        r"<134>1 2019-10-16T12:13:06Z proxy1 websense - - - vendor=Websense 9f product=Security product_version=7.7.0 action=permitted severity=7 category=755 user=LDAP://user7 OU=Users,OU=Beijing,DC=com/TEST\, TEST_NAME src_host=10.0.0.4 src_port=61435 dst_host=HOST-013 dst_ip=10.0.0.19 dst_port=25404 bytes_out=4074 bytes_in=12328 http_response=200 http_method=POST http_content_type=image/gif;charset=UTF-8 http_user_agent=Mozilla/3.0 (Windows; U; Windows NT 6.1; es-def; rv:1.7.0.11) Gecko/2009060215 Firefox/8.0.11 (.NET CLR 8.5.30729) http_proxy_status_code=200 reason=- disposition=2573 policy=role-8**Default role=4 duration=63 url=http://test_web.com/contents/content1.jpg",
    ],
};

fn cef(line: &str) -> bool {
    memchr::memmem::find(line.as_bytes(), b"|Forcepoint|Security|").is_some()
}

fn pairs(line: &str) -> bool {
    line.starts_with("vendor=Websense") || line.starts_with("vendor=Forcepoint")
}

#[derive(Default)]
struct Found<'a> {
    time: Option<Timestamp>,
    client: Option<IpAddr>,
    host: &'a str,
    address: Option<IpAddr>,
    port: Option<u16>,
    method: &'a str,
    url: &'a str,
    agent: &'a str,
    blocked: bool,
    /// What the proxy sent.
    sent: Option<u16>,
    /// What the server answered.
    answered: Option<u16>,
}

fn parse<'a>(line: &'a str, layout: &mut Layout) -> Parsed<'a> {
    if !cef(line) && !pairs(line) {
        return Parsed::Bad { at: 0, field: "vendor" };
    }
    let mut found = Found::default();
    for (name, value) in Pairs::new(line) {
        take(name, value, &mut found);
    }
    let Some(time) = found.time.or(layout.received) else { return Parsed::Bad { at: 0, field: "time" } };
    let known = |text: &&'a str| !text.is_empty() && !is_dash(text);
    let place = target(found.url).unwrap_or_default();
    let port = place.port.or(found.port);
    let connect = found.method == "CONNECT";
    let upstream = found.address.zip(found.port).map(|(ip, port)| SocketAddr::new(ip, port)).filter(|_| !found.blocked);
    Parsed::Record(Record {
        time,
        client: found.client,
        method: Some(found.method).filter(known),
        target: Some(found.url).filter(known),
        host: Some(place.host).filter(known).or(Some(found.host).filter(known)),
        port,
        status: found.sent,
        attempted: upstream.is_some(),
        upstream,
        tunnel: match found.sent {
            Some(200) | None if connect && !found.blocked => Tunnel::Granted,
            _ if !connect && place.scheme == "https" => Tunnel::Inside,
            _ => Tunnel::Plain,
        },
        agent: Some(found.agent).filter(known).unwrap_or_default(),
        token: token(found.sent),
        failure: meaning(&found),
        ..Record::default()
    })
}

fn take<'a>(name: &str, value: &'a str, found: &mut Found<'a>) {
    let port = |text: &str| number(text).and_then(|port| u16::try_from(port).ok()).filter(|port| *port > 0);
    match name {
        "rt" => {
            let milliseconds =
                number(value).and_then(|n| i64::try_from(n).ok()).and_then(|n| n.checked_mul(MILLISECOND));
            found.time = milliseconds.map(Timestamp).or_else(|| Timestamp::parse_rfc3339(value));
        }
        "act" | "action" => found.blocked = value.starts_with("blocked"),
        "src" | "src_host" => found.client = address(value),
        "dst" | "dst_ip" => found.address = address(value),
        "dpt" | "dst_port" => found.port = port(value),
        "dhost" | "dst_host" => found.host = value,
        "requestMethod" | "http_method" => found.method = value,
        "request" | "url" => found.url = value,
        "requestClientApplication" | "http_user_agent" => found.agent = value,
        "http_proxy_status_code" => found.sent = status(value).flatten(),
        "http_response" => found.answered = status(value).flatten(),
        _ => {}
    }
}

fn meaning(found: &Found<'_>) -> Option<Meaning> {
    let sent = found.sent.filter(|sent| is_server_error(*sent))?;
    Some(match found.answered {
        _ if found.blocked => BLOCKED,
        Some(answered) if answered == sent => FROM_SERVER,
        _ => OWN,
    })
}

pub(crate) const BLOCKED: Meaning =
    Meaning::is(Likely, &[&[PolicyDenied]], Gateway, "a policy blocked the request (action=blocked)");
pub(crate) const FROM_SERVER: Meaning = Meaning::is(
    Likely,
    &[&[OriginError, ParentProxyError]],
    Origin,
    "the server answered with this status (http_response), and the proxy passed it on",
);
pub(crate) const OWN: Meaning = Meaning::open(
    &[phase::RESOLVE, phase::CONNECT, phase::SECURE, phase::SEND, phase::WAIT, phase::RECEIVE],
    Gateway,
    "the proxy sent this status and not the server (http_proxy_status_code differs from http_response); the line does not \
     say why",
);
