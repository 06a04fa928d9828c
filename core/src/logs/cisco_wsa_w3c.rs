//! Cisco Secure Web Appliance: access logs in W3C layout, by their `#Fields:` line. Its words are those of the
//! Squid-style log: see `cisco_wsa`.

use super::cisco_wsa::meaning;
use super::elff;
use super::fields::{address, epoch, is_dash, status};
use super::{Clock, Layout, LogFormat, Parsed, Record, Tunnel, Vote};
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
    ],
};

fn recognise(line: &str) -> Vote {
    if line.starts_with('#') {
        let own = elff::has(line, "x-resultcode-httpstatus");
        return if own { Vote::Header } else { Vote::No };
    }
    let first = line.split(' ').next().unwrap_or_default();
    if epoch(first).is_some() || elff::dated(line) { Vote::Follows } else { Vote::No }
}

fn parse<'a>(line: &'a str, layout: &mut Layout) -> Parsed<'a> {
    if line.starts_with('#') || line.contains("Info: ") && epoch(line.split(' ').next().unwrap_or_default()).is_none() {
        elff::learn(line, layout);
        return Parsed::Skip;
    }
    let values = match elff::read(line, layout) {
        Ok(values) => values,
        Err((at, field)) => return Parsed::Bad { at, field },
    };
    let Some((code, sent)) = values.result.split_once('/').and_then(|(code, sent)| Some((code, status(sent)?))) else {
        return Parsed::Bad { at: 0, field: "x-resultcode-httpstatus" };
    };
    let mut record = values.record();
    let connect = matches!(values.method, "CONNECT" | "TCP_CONNECT");
    let inside = !connect && values.secure();
    let parent = values.hierarchy.contains("PARENT");
    let failure = meaning(code, sent, parent);
    if let Some(authority) = record.target.and_then(|target| target.strip_prefix("tunnel://")) {
        record.target = Some(authority.strip_suffix('/').unwrap_or(authority));
    }
    let server = values.hierarchy.split_once('/').map_or("-", |(_, server)| server);
    let attempted = !is_dash(server) && !values.hierarchy.starts_with("NONE");
    Parsed::Record(Record {
        status: sent,
        attempted,
        parent: attempted && parent,
        upstream: address(server)
            .filter(|_| attempted && !parent)
            .zip(record.port)
            .map(|(ip, port)| core::net::SocketAddr::new(ip, port)),
        tunnel: match sent {
            Some(200) if connect => Tunnel::Granted,
            _ if inside => Tunnel::Inside,
            _ => Tunnel::Plain,
        },
        token: values.result,
        failure,
        ..record
    })
}
