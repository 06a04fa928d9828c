//! Marks of forward proxies: their block and error pages, and what they add to answers that they pass on.

use alloc::format;
use alloc::string::String;

use super::{By, Mark, Place, Says};
use crate::categories::Id::*;
use crate::logs::{self, Meaning, phase};
use crate::products::Id as Product;
use crate::report::GeneratedBy::Gateway;
use crate::time::Span;

const WSA: By = By::Product(Product::CiscoWsa);
const SKYHIGH: By = By::Product(Product::Skyhigh);
const SQUID: By = By::Product(Product::Squid);
const PROXYSG: By = By::Product(Product::Proxysg);

/// Of the vendors' pages.
const EUN: &str = "AsyncOS for Web user guides, Notification Page Types; a page kept in a public forum (Slicer, 2019)";
const MWG_ARTICLE: &str = "Skyhigh article on HTTP 502 status codes; pages kept in public repositories (2014, 2026)";
const SG_PAGE: &str = "SGOS built-in exceptions (Broadcom article 165796); pages kept in public repositories";
const SQUID_PAGES: &str = "Squid 5 to 7, errors/templates and errors/en";

const fn page(by: By, all: &'static [&'static str], says: Says, source: &'static str) -> Mark {
    Mark { by, place: Place::Body, all, says, source }
}

const fn field(by: By, name: &'static str, all: &'static [&'static str], says: Says, source: &'static str) -> Mark {
    Mark { by, place: Place::Field(name), all, says, source }
}

const fn open(candidates: &'static [&'static [crate::categories::Id]], why: &'static str) -> Says {
    Says::Failed(Meaning::open(candidates, Gateway, why))
}

/// See the module. Pages that say more come before those that only name their maker.
pub(super) const MARKS: &[Mark] = &[
    page(WSA, &["notification: dns_fail"], WSA_DNS, EUN),
    page(WSA, &["notification codes:", "dns_fail"], WSA_DNS, EUN),
    page(WSA, &["notification: server_name_expansion"], WSA_DNS, EUN),
    page(WSA, &["notification: gateway_timeout"], Says::Made, EUN),
    page(WSA, &["<title>notification: gateway timeout"], Says::Made, EUN),
    page(WSA, &["notification codes:", "gateway_timeout"], Says::Made, EUN),
    page(
        WSA,
        &["the system cannot communicate with the external server", "provide the codes shown below"],
        Says::Made,
        EUN,
    ),
    page(WSA, &["provide the codes shown below", "notification: "], Says::Made, EUN),
    page(WSA, &["provide the codes shown below", "notification&nbsp;codes:"], Says::Made, EUN),
    field(WSA, "via", &["(cisco-wsa/"], Says::Passed, "Via fields of AsyncOS 8.0 to 12.0 in public recordings"),
    page(SKYHIGH, &["web gateway", "host not resolvable"], MWG_RESOLVE, MWG_ARTICLE),
    page(SKYHIGH, &["web gateway", "cannot connect"], MWG_CONNECT, MWG_ARTICLE),
    page(SKYHIGH, &["web gateway", "bad response"], MWG_RESPONSE, MWG_ARTICLE),
    page(SKYHIGH, &["/mwg-internal/", "host not resolvable"], MWG_RESOLVE, MWG_ARTICLE),
    page(SKYHIGH, &["/mwg-internal/", "cannot connect"], MWG_CONNECT, MWG_ARTICLE),
    page(SKYHIGH, &["/mwg-internal/", "bad response"], MWG_RESPONSE, MWG_ARTICLE),
    page(
        SKYHIGH,
        &["the proxy could not connect to the destination in time", "cannot connect"],
        MWG_CONNECT,
        MWG_ARTICLE,
    ),
    page(SKYHIGH, &["/mwg-internal/"], Says::Made, MWG_ARTICLE),
    page(SKYHIGH, &["<title>mcafee web gateway - notification"], Says::Made, MWG_ARTICLE),
    Mark { by: SKYHIGH, place: Place::Reason, all: &["cannotconnect"], says: MWG_CONNECT, source: MWG_ARTICLE },
    Mark { by: SKYHIGH, place: Place::Reason, all: &["badgateway"], says: Says::Made, source: MWG_ARTICLE },
    field(SKYHIGH, "via", &["(mcafee web gateway"], Says::Passed, "Via field of Web Gateway in public scripts"),
    field(SKYHIGH, "via", &["(skyhigh"], Says::Passed, "Via field of Skyhigh Secure Web Gateway"),
    page(SQUID, &["the requested url could not be retrieved"], Says::Reads(squid), SQUID_PAGES),
    page(SQUID, &["following error was encountered while trying to retrieve"], Says::Reads(squid), SQUID_PAGES),
    page(SQUID, &["your cache administrator is"], Says::Made, SQUID_PAGES),
    field(SQUID, "x-squid-error", &["err_"], Says::Made, "Squid source, errorpage.cc"),
    field(SQUID, "via", &["(squid"], Says::Passed, "Squid source, http.cc"),
    page(PROXYSG, &["network error ("], Says::Reads(proxysg), SG_PAGE),
    page(
        PROXYSG,
        &["a communication error occurred:", "web server may be down, too busy"],
        Says::Reads(proxysg),
        SG_PAGE,
    ),
    field(By::Product(Product::Zscaler), "server", &["zscaler"], Says::Made, "Answers of Zscaler in public recordings"),
    page(By::Product(Product::Zscaler), &["internet security by zscaler"], Says::Made, "wafw00f, plugin zscaler"),
];

const WSA_DNS: Says = open(&[phase::RESOLVE], "its notification page says that the name could not be resolved");

const MWG_RESOLVE: Says = open(
    &[phase::RESOLVE],
    "the block page Host Not Resolvable: the DNS server could not be reached, or says that there is no such name",
);

const MWG_CONNECT: Says = open(
    &[phase::CONNECT],
    "the block page Cannot Connect: the TCP handshake with the destination failed, by silence, by a RST or by an ICMP error",
);

const MWG_RESPONSE: Says = open(
    &[&[ResponseTimeout, ResponseInvalid], phase::SEND, phase::WAIT, phase::RECEIVE],
    "the block page Bad Response: what came is no valid HTTP response, or nothing came within the timeout (two minutes by \
     default)",
);

/// Squid's page names the error in the id of its body; as a reader sees it, only its sentence does.
fn squid(page: &str) -> Option<(Meaning, String)> {
    const SENTENCES: &[(&str, &str)] = &[
        ("Unable to determine IP address from host name", "ERR_DNS_FAIL"),
        ("Failed to establish a secure connection to", "ERR_SECURE_CONNECT_FAIL"),
        ("A Timeout occurred while waiting to read data", "ERR_READ_TIMEOUT"),
        ("An error condition occurred while reading data", "ERR_READ_ERROR"),
        ("An error condition occurred while writing to the network", "ERR_WRITE_ERROR"),
        ("did not receive any data for this request", "ERR_ZERO_SIZE_OBJECT"),
        ("could not be understood or was otherwise malformed", "ERR_INVALID_RESP"),
        ("Unable to forward this request at this time", "ERR_CANNOT_FORWARD"),
        ("ICAP protocol error", "ERR_ICAP_FAILURE"),
        (" failed.", "ERR_CONNECT_FAIL"),
    ];
    let by_id = ["<body id=\"ERR_", "<body id=ERR_"].iter().find_map(|begin| {
        let rest = page.split_once(begin)?.1;
        let end = rest.bytes().position(|byte| !byte.is_ascii_uppercase() && byte != b'_')?;
        Some(format!("ERR_{}", rest.get(..end)?))
    });
    let by_sentence = || {
        let told = |(text, code): &(&str, &str)| {
            let connects = *code != "ERR_CONNECT_FAIL" || page.contains("Connection to ");
            (page.contains(text) && connects).then(|| String::from(*code))
        };
        SENTENCES.iter().find_map(told)
    };
    let code = by_id.or_else(by_sentence)?;
    // `(111) Connection refused`, after `The system returned:`.
    let number = page.split_once("system returned:").and_then(|(_, rest)| {
        let rest = rest.split_once('(')?.1;
        rest.split_once(')').map(|(number, _)| number).filter(|n| n.len() < 4 && n.bytes().all(|b| b.is_ascii_digit()))
    });
    let meaning = logs::squid_page(&code, number.unwrap_or_default(), Span(0))?;
    let words = number.map_or_else(|| code.clone(), |number| format!("{code} ({number})"));
    Some((meaning, format!("Squid's page {words}")))
}

/// The exception's id, and the system's word for it.
fn proxysg(page: &str) -> Option<(Meaning, String)> {
    let id = page.split_once("Network Error (").and_then(|(_, rest)| rest.split_once(')')).map(|(id, _)| id);
    let id = id.filter(|id| id.len() < 60 && id.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'));
    let id = id.unwrap_or("tcp_error");
    let reason = page.split_once("A communication error occurred:").map_or("", |(_, rest)| rest.trim_start());
    let reason = reason.trim_start_matches("&quot;").trim_start_matches('"');
    let reason = reason.split(['"', '&', '<', '\n']).next().unwrap_or_default().trim_end();
    let meaning = logs::proxysg_page(id, reason)?;
    let words =
        if reason.is_empty() { String::new() } else { format!(", “{}”", super::clip(reason, super::QUOTED)) };
    Some((meaning, format!("Network Error ({id}){words}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fingerprints::Marks;

    fn of(page: &str) -> Option<(By, crate::categories::Id, Option<crate::categories::Id>)> {
        let mut marks = Marks::default();
        marks.body(page.as_bytes());
        let found = marks.list.into_iter().next()?;
        let first = found.meaning.and_then(|meaning| meaning.candidates.first()?.first().copied());
        Some((found.mark.by, found.meaning.map_or(Undetermined, |meaning| meaning.category()), first))
    }

    #[test]
    fn skyhigh_says_on_its_page_what_failed() {
        let page = |title: &str| {
            format!(
                "<title>McAfee Web Gateway - Notification</title>\n<script src=\"/mwg-internal/x/files/javascript/sw.js\">\n\
                 <td class='titleData'>\n      {title}\n    </td>"
            )
        };
        assert_eq!(of(&page("Host Not Resolvable")), Some((SKYHIGH, Undetermined, Some(DnsNxdomain))));
        assert_eq!(of(&page("Cannot Connect")), Some((SKYHIGH, Undetermined, Some(TcpSynUnanswered))));
        assert_eq!(of(&page("Bad Response")), Some((SKYHIGH, Undetermined, Some(ResponseTimeout))));
        assert_eq!(of(&page("URL Blocked")), Some((SKYHIGH, Undetermined, None)));
    }

    #[test]
    fn squid_names_its_error_in_the_body_or_in_a_sentence() {
        let html = "<h2>The requested URL could not be retrieved</h2> <body id=ERR_CONNECT_FAIL><p id=\"sysmsg\">The system \
                    returned: <i>(111) Connection refused</i></p>";
        assert_eq!(of(html), Some((SQUID, TcpSynReset, Some(TcpSynReset))));
        let seen = "ERROR\nThe requested URL could not be retrieved\nThe following error was encountered while trying to \
                    retrieve the URL: http://www.example.com/\n\nUnable to determine IP address from host name \
                    www.example.com\n\nThe DNS server returned:\n\nName Error: The domain name does not exist.";
        assert_eq!(of(seen), Some((SQUID, Undetermined, Some(DnsNxdomain))));
        let seen = "The requested URL could not be retrieved\nConnection to 192.0.2.10 failed.\nThe system returned: (110) \
                    Connection timed out";
        assert_eq!(of(seen), Some((SQUID, TcpSynUnanswered, Some(TcpSynUnanswered))));
    }

    #[test]
    fn proxysg_names_its_exception() {
        let page = |id: &str, more: &str| format!("<big>Network Error ({id})</big><br>{more}");
        let refused = page("tcp_error", "A communication error occurred: \"Connection refused\"");
        assert_eq!(of(&refused), Some((PROXYSG, TcpSynReset, Some(TcpSynReset))));
        assert_eq!(of(&page("dns_unresolved_hostname", "")), Some((PROXYSG, DnsNxdomain, Some(DnsNxdomain))));
        assert_eq!(of(&page("Oops", "")).map(|found| found.0), Some(PROXYSG), "the id may be the site's own");
    }

    #[test]
    fn cisco_writes_codes_for_its_administrator() {
        let page = "This Page Cannot Be Displayed\nThe system cannot communicate with the external server ( www.example.com ). \
                    Please contact your administrator and provide the codes shown below.\nReason: UNKNOWN\nNotification: ";
        assert_eq!(of(&format!("{page}GATEWAY_TIMEOUT")), Some((WSA, Undetermined, None)));
        assert_eq!(of(&format!("{page}DNS_FAIL")), Some((WSA, Undetermined, Some(DnsNxdomain))));
        assert_eq!(of("This page cannot be displayed. Internet Explorer cannot find the server."), None);
    }
}
