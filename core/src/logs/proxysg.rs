//! Symantec (Blue Coat) ProxySG, Edge SWG: the access log in ELFF, by its `#Fields:` line.
//!
//! What the columns mean stands in [`super::proxysg_words`]. Logs without `#Fields:` need it pasted (`custom`); `name=value`
//! over syslog is `proxysg_kv`.

use super::{Clock, Layout, LogFormat, Parsed, Vote, elff, proxysg_words};
use crate::products::Id as Product;

/// See the module.
pub static FORMAT: LogFormat = LogFormat {
    id: "proxysg",
    title: "Symantec ProxySG / Edge SWG access log (ELFF)",
    product: Some(Product::Proxysg),
    docs: "Broadcom knowledge base 168187 and 280074; the file's own #Fields line",
    recognise,
    parse,
    clock: Clock::Known,
    missing: MISSING,
    samples: &[
        "#Fields: date time time-taken c-ip cs-username cs-auth-group x-exception-id sc-filter-result cs-categories cs(Referer) sc-status s-action cs-method rs(Content-Type) cs-uri-scheme cs-host cs-uri-port cs-uri-path cs-uri-query cs-uri-extension cs(User-Agent) s-ip sc-bytes cs-bytes x-virus-id\n2011-08-04 21:00:00 9311 0.0.0.0 - - - OBSERVED \"unavailable\" -  200 TCP_NC_MISS GET application/x-gzip http updates.example.com 80 /update/x.gz - gz \"Updater/10.0 (Windows 7; ; 0000149996)\" 192.0.2.42 875853 384 -",
        "#Software: SGOS 7.3.1.1\n#Version: 1.0\n#Date: 2026-03-10 08:00:00\n#Fields: date time time-taken c-ip x-exception-id sc-status s-action cs-method cs-uri-scheme cs-host cs-uri-port cs-uri-path\n#Remark: 2610140037 \"SG-42\" \"192.0.2.42\" \"main\"\n2026-03-10 08:00:01 504 10.20.0.50 tcp_error 503 TCP_ERR_MISS GET http www.example.com 80 /a",
    ],
};

/// What to add.
pub const MISSING: &str = "One exception id of ProxySG stands for several failures: x-exception-last-error, dnslookup-time, \
                           connect-time, rs-service-latency, s-supplier-failures and x-rs-certificate-observed-errors in the \
                           log format would tell them apart.";

fn recognise(line: &str) -> Vote {
    if line.starts_with('#') {
        let own =
            elff::has(line, "x-exception-id") || elff::has(line, "s-action") || line.starts_with("#Software: SGOS");
        return if own { Vote::Header } else { Vote::No };
    }
    if elff::dated(line) { Vote::Follows } else { Vote::No }
}

fn parse<'a>(line: &'a str, layout: &mut Layout) -> Parsed<'a> {
    if line.starts_with('#') {
        elff::learn(line, layout);
        return Parsed::Skip;
    }
    let values = match elff::read(line, &layout.columns) {
        Ok(values) => values,
        Err((at, field)) => return Parsed::Bad { at, field },
    };
    Parsed::Record(proxysg_words::record(&values))
}
