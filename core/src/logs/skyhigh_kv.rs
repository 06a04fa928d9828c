//! Skyhigh Secure Web Gateway (McAfee Web Gateway): access logs of `key=value`, as sites build them for a SIEM and as the
//! cloud service writes them. Three sets of names: Splunk's (`status="403/80" srcip=…`), `http_status_code=… block_id=…` of
//! the appliance, and `http_action=… http_status_code=…` of the cloud, whose values are not quoted.
//!
//! Splunk's lines have no time of their own: it is that of syslog. `403/80` is the status and the id of the block; a second
//! number that is a status is the server's.

use super::fields::{address, is_dash, number, status};
use super::kv::Pairs;
use super::skyhigh_words::{self, Line};
use super::{Clock, Layout, LogFormat, Parsed, Vote, times};
use crate::products::Id as Product;
use crate::time::Timestamp;

/// See the module.
pub static FORMAT: LogFormat = LogFormat {
    id: "skyhigh-kv",
    title: "Skyhigh (McAfee) Web Gateway access log (key=value)",
    product: Some(Product::Skyhigh),
    docs: "McAfee Web Gateway 7.1.5 Product Guide, Log Handler (a site writes its own log line)",
    recognise: |line| if shape(line).is_some() { Vote::Own } else { Vote::No },
    parse,
    clock: Clock::Known,
    missing: super::skyhigh::MISSING,
    samples: &[
        r#"<134>1 2020-12-15T14:20:29Z mwg1 mwg: status="403/80" srcip="192.168.57.1" user="-" dhost="s3-eu-west-1.amazonaws.com" urlp="80" proto="HTTP/http" mtd="GET" urlc="Internet Services" rep="-31" mt="application/pdf" mlwr="BehavesLike.PDF.Exploit.vx" app="-" bytes="458/509/2813889/3001" ua="Chrome87-10.0" http_referrer="http://www.cpcheckme.com/" lat="0/0/165/2638" rule="Block If Virus Was Found" url="http://s3-eu-west-1.amazonaws.com/cp-chk-files/win7_64bit_big.pdf?static=CPCheckMe&rand=1608029225651" file_name="win7_64bit_big.pdf" destip="52.218.52.116" rep_level="Minimal Risk""#,
        r#"date="2022-03-17T13:14:39.134Z" hostname="mwgproxy" username="" source_ip=1.2.3.4 destination_ip=2.2.2.2 destination_host="slscr.update.microsoft.com" http_status_code=407 media_type="" source_bytes=173 destination_bytes=0 http_request_first_line="CONNECT slscr.update.microsoft.com:443 HTTP/1.1" url_categories="Business, Software/Hardware" url_reputation_string="Minimal Risk" url_reputation_code=-42 ruleset_name="Authentication: Direct Proxy" rule_name="Authenticate: Active Directory" block_id=81 block_reason="Authentication Required" body_infected=false virus_names="" body_modified=false application_reputation="Unverified" application_name="" http_referer="" user_agent="""#,
        "user_id=-1 username=foo source_ip=37.171.139.5 http_action=CERTVERIFY server_to_client_bytes=0 client_to_server_bytes=0 requested_host=ping-edge.smartscreen.microsoft.com requested_path=/ result=OBSERVED virus= request_timestamp_epoch=1661260270 request_timestamp=2022-08-23 13:11:10 uri_scheme=https category=Business, Software/Hardware media_type=application/x-empty application_type= reputation=Minimal Risk last_rule=Allow http_status_code=200 client_ip=10.0.2.15 location= block_reason= user_agent_product=Other user_agent_version= user_agent_comment= process_name=msedge.exe destination_ip=20.108.130.238 destination_port=443 pop_country_code=FR referer= ssl_scanned=t av_scanned_up=t av_scanned_down=f rbi=f dlp=f client_system_name=desktop-rles2a6 filename= pop_egress_ip=161.69.108.44 pop_ingress_ip=10.42.47.222 proxy_port=8080",
    ],
};

/// Whose names a line has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Splunk,
    Appliance,
    Cloud,
}

fn shape(line: &str) -> Option<Shape> {
    let has = |text: &[u8]| memchr::memmem::find(line.as_bytes(), text).is_some();
    if has(b"http_status_code=") {
        return if has(b"http_action=") {
            Some(Shape::Cloud)
        } else {
            has(b"http_request_first_line=").then_some(Shape::Appliance)
        };
    }
    (has(b"status=\"") && has(b" srcip=\"") && has(b" mtd=\"") && has(b" urlp=\"")).then_some(Shape::Splunk)
}

fn parse<'a>(line: &'a str, layout: &mut Layout) -> Parsed<'a> {
    let Some(shape) = shape(line) else { return Parsed::Bad { at: 0, field: "status" } };
    let mut found = Line::default();
    for (name, value) in Pairs::new(line) {
        if !value.is_empty() && !is_dash(value) {
            take(shape, name, value, &mut found);
        }
    }
    found.time = found.time.or(layout.received);
    if found.time.is_none() {
        // As the rule of the appliance writes it, before syslog adds one.
        (found.time, found.record.untimed) = (Some(layout.latest), true);
    }
    skyhigh_words::record(found)
}

fn take<'a>(shape: Shape, name: &str, value: &'a str, found: &mut Line<'a>) {
    let port = |text: &str| number(text).and_then(|port| u16::try_from(port).ok());
    match (shape, name) {
        (Shape::Splunk, "status") => {
            let (sent, second) = value.split_once('/').unwrap_or((value, ""));
            found.status = status(sent);
            match number(second) {
                Some(100..=599) => found.origin = number(second).and_then(|code| u16::try_from(code).ok()),
                _ => found.block = second,
            }
        }
        (Shape::Splunk, "srcip") => found.record.client = address(value),
        (Shape::Splunk, "dhost") => found.host = Some(value),
        (Shape::Splunk, "urlp") => found.port = port(value),
        (Shape::Splunk, "mtd") => found.method = Some(value),
        (Shape::Splunk, "url") => found.wanted = Some(value),
        (Shape::Splunk, "destip" | "dst_ip") => found.server = server(value),
        (Shape::Splunk, "ua") => found.record.agent = value,
        (Shape::Appliance | Shape::Cloud, "http_status_code") => found.status = status(value),
        (_, "block_reason") => found.reason = value,
        (_, "block_id") => found.block = value,
        (_, "destination_ip") => found.server = server(value),
        (Shape::Appliance, "date") => found.time = Timestamp::parse_rfc3339(value),
        (Shape::Appliance, "source_ip") => found.record.client = address(value),
        (Shape::Appliance, "destination_host") => found.host = Some(value),
        (Shape::Appliance, "http_request_first_line") => {
            let mut words = value.split(' ').filter(|word| !word.is_empty());
            (found.method, found.wanted) = (words.next(), words.next());
        }
        (Shape::Appliance, "user_agent") | (Shape::Cloud, "user_agent_comment") => found.record.agent = value,
        // The machine inside; `source_ip` is the site's public address.
        (Shape::Cloud, "client_ip") => found.record.client = address(value),
        (Shape::Cloud, "http_action") => found.method = Some(value),
        (Shape::Cloud, "requested_host") => found.host = Some(value),
        (Shape::Cloud, "requested_path") => found.wanted = Some(value),
        (Shape::Cloud, "destination_port") => found.port = port(value),
        (Shape::Cloud, "uri_scheme") => found.scheme = value,
        (Shape::Cloud, "request_timestamp_epoch") => {
            let seconds = number(value).and_then(|n| i64::try_from(n).ok()).filter(|seconds| *seconds < 1 << 34);
            found.time = seconds.map(|seconds| Timestamp::from_parts(seconds, 0)).or(found.time);
        }
        (Shape::Cloud, "request_timestamp") if found.time.is_none() => found.time = times::civil(value, b'-'),
        _ => {}
    }
}

/// Where a rule refused before the name was looked up, these addresses stand for none.
fn server(text: &str) -> Option<core::net::IpAddr> {
    address(text).filter(|ip| match ip {
        core::net::IpAddr::V4(ip) => !ip.is_broadcast() && !ip.is_unspecified(),
        core::net::IpAddr::V6(ip) => !ip.is_unspecified(),
    })
}
