//! Cisco WSA: where the time went, by labels, by a header, by a pasted format string, by W3C columns.

use alloc::format;
use alloc::string::{String, ToString};

use super::super::{Custom, LogReader};
use super::one;
use super::words::claims;
use crate::categories::Id::*;
use crate::report::GeneratedBy::{Gateway, Origin};

const VERDICTS: &str = r#"DEFAULT_CASE_12-DefaultGroup-Internal_network-NONE-NONE-NONE-DefaultGroup-NONE <"IW_infr",6.8,1,"-",-,-,-,-,"-",-,-,-,"-",-,-,"-","-",-,-,"IW_infr",-,"-","Infrastructure and Content > Delivery Networks","-","Unknown","Unknown","-","-",890.29,0,-,"-","-",-,"-",-,-,"-","-",-,-,"-",-,->"#;

fn line(token: &str, elapsed: u32, behind: &str) -> String {
    format!(
        "1233658928.496 {elapsed} 10.10.70.50 {token} 1729 GET http://www.example.com/ - DIRECT/www.example.com - {VERDICTS} {behind}"
    )
}

/// The string that Cisco's support has engineers enter.
fn labelled(connect: &str, answer: &str, dns: &str) -> String {
    format!(
        r#"- - [ Request Details: ID = 4711, User Agent = "curl/8, x = 1", AD Group Memberships = ( NONE ) - ] [ Tx Wait Times (in ms): 1st byte to server = {connect}, Request Header = 0, Request to Server = 0, 1st byte to client = 0, Response Header = 0, Client Body = 0 ] [ Rx Wait Times (in ms): 1st request byte = 0, Request Header = 0, Client Body = 0, 1st response byte = {answer}, Response header = 0, Server response = 0, Disk Cache = 0; Auth response = 0, Auth total = 0; DNS response = 0, DNS total = {dns}, WBRS response = 0, WBRS total = 0; Latency = 0; - ] [Client Port = 51000, Server IP = 192.0.2.10, Server Port = 80]"#
    )
}

#[test]
fn labels_say_where_the_time_went() {
    let of = |token: &str, elapsed, connect: &str, answer: &str, dns: &str| {
        line(token, elapsed, &labelled(connect, answer, dns))
    };
    let dns = Some((Undetermined, &[DnsNoResponse, DnsServfail][..], Gateway));
    let syn = Some((TcpSynUnanswered, &[TcpSynUnanswered, ReturnPath][..], Gateway));
    let wait = Some((ResponseTimeout, &[ResponseTimeout, RequestUnacked, PmtuBlackhole][..], Gateway));
    let open = Some((Undetermined, &[TcpSynReset, ResponseReset, TlsReset][..], Gateway));
    claims(&[
        (&of("NONE/504", 60_012, "0", "0", "60000"), dns),
        (&of("NONE/502", 60_012, "0", "0", "60000"), dns),
        (&of("NONE/504", 75_100, "75003", "0", "4"), syn),
        (&of("NONE/503", 75_100, "75003", "-", "4"), syn),
        (&of("NONE_SSL/504", 153_185, "21", "153000", "4"), wait),
        // Nothing that is long: a RST, or DNS that failed at once.
        (&of("NONE/504", 42, "21", "15", "4"), open),
        (&of("NONE/502", 42, "21", "15", "4"), syn),
        // A second or more, but not most of the time.
        (&of("NONE/504", 153_185, "2000", "2000", "2000"), open),
        // Times that cannot be those of this transaction.
        (&of("NONE/504", 9_000, "75003", "75003", "4"), open),
        // An answer that was fetched is the server's, whatever took long.
        (&of("TCP_MISS/504", 75_100, "21", "75003", "4"), Some((OriginError, &[OriginError], Origin))),
        (&of("TCP_MISS/200", 75_100, "21", "75003", "4"), None),
    ]);
    let exchange = one(&of("NONE/504", 153_185, "21", "153000", "4"));
    assert_eq!(exchange.attempts[0].upstream.map(|at| at.to_string()).as_deref(), Some("192.0.2.10:80"));
    let w3c = line("NONE/504", 75_100, "- - x-p2p-dns-svc-time=4 x-p2s-first-byte-time=75003 x-s2p-first-byte-time=0");
    claims(&[(&w3c, syn)]);
}

fn category(custom: Option<&str>, text: &str) -> (crate::categories::Id, u64) {
    let custom = custom.map(|text| Custom::new(text).unwrap_or_else(|why| panic!("{why}")));
    let mut reader = LogReader::new(0, None);
    reader.follow(custom.as_ref());
    reader.push(text.as_bytes());
    reader.end();
    assert_eq!(reader.format().map(|format| format.id), Some("cisco-wsa"), "{text}");
    let claim = reader.exchanges.last().and_then(|exchange| exchange.claim.clone()).unwrap();
    let first = if claim.undetermined { Undetermined } else { claim.candidates[0] };
    (first, reader.records)
}

#[test]
fn a_format_string_names_the_custom_fields() {
    let healthy = line("TCP_MISS/200", 97, "- - 4 21 15");
    let failed = line("NONE/504", 153_185, "- - 4 21 153000");
    let text = format!("{healthy}\n{failed}\n");
    assert_eq!(category(None, &text), (Undetermined, 2));
    assert_eq!(category(Some("%:>d %:<1 %:>1"), &text), (ResponseTimeout, 2));
    // The whole string, as the log itself names it.
    let whole = "%t %e %a %w/%h %s %1r %2r %A %H/%d %c %D %Xr %?BLOCK_SUSPECT_USER_AGENT,MONITOR_SUSPECT_USER_AGENT?%<User-Agent:%!%-%. %:>d %:<1 %:>1";
    assert_eq!(category(Some(whole), &text), (ResponseTimeout, 2));
    let top = format!("Mon Feb  3 11:00:00 2009 Info: Begin Logfile\nMon Feb  3 11:00:00 2009 Info: {whole}\n");
    assert_eq!(category(None, &format!("{top}{text}")), (ResponseTimeout, 2));
    // A suspect user agent is a value like others, blanks and all; releases before 11.8 have one value less.
    let old = text.replace("> - - ", "> \"Some Agent/1.0 (x)\" ");
    assert_eq!(category(Some("%:>d %:<1 %:>1"), &old), (ResponseTimeout, 2));
    // With its own text.
    let named = text.replace("- - 4 21", "- - [ dns=4 connect=21").replace("153000", "answer=153000 ]");
    let named = named.replace("connect=21 15\n", "connect=21 answer=15 ]\n");
    assert_eq!(category(Some("[ dns=%:>d connect=%:<1 answer=%:>1 ]"), &named), (ResponseTimeout, 2));
    assert_eq!(
        category(Some("%I %k %p %:>1"), &text.replace("- - 4 21", "- - 77 192.0.2.10 80")),
        (ResponseTimeout, 2)
    );
}

#[test]
fn a_line_that_was_cut_has_no_times() {
    let healthy = line("TCP_MISS/200", 97, "- - 4 21 15");
    let cut = line("NONE/504", 153_185, "- - 4 150000");
    assert_eq!(category(Some("%:>d %:<1 %:>1"), &format!("{healthy}\n{cut}\n")), (Undetermined, 2));
    let ends = line("NONE/504", 153_185, "-").replace(VERDICTS, "DEFAULT_CASE_12-Def");
    assert_eq!(category(Some("%:>d %:<1 %:>1"), &format!("{healthy}\n{ends}\n")), (Undetermined, 2));
}

#[test]
fn a_line_that_ends_in_its_url_still_fails() {
    let healthy = line("TCP_MISS/200", 97, "- -");
    let text =
        format!("{healthy}\n1233658928.496 75003 10.10.70.50 NONE/502 1729 GET http://www.example.com/a/very/lo");
    assert_eq!(category(None, &text), (TcpSynUnanswered, 2));
    let squid = "1795192335.451     27 1.2.3.4 TCP_MISS/200 3391 GET http://a.test/ - HIER_DIRECT/192.0.2.1 text/html\n1795192335.451     27 1.2.3.4 TCP_MISS/503 3391 GET http://a.test/a/very/lo\n1795192335.451     27 1.2.3.4 TCP_MISS_ABORTED/000 0 GET http://a.test/a/very/lo\n";
    let reader = super::read(squid);
    assert_eq!((reader.records, reader.failed), (3, 2));
    let first = |at: usize| reader.exchanges[at].claim.as_ref().map(|claim| (claim.undetermined, claim.candidates[0]));
    // Whom Squid contacted is not said.
    assert_eq!((first(0), first(1)), (Some((true, NoHealthyUpstream)), Some((false, ClientAbort))));
}

#[test]
fn another_style_is_read_by_its_specifiers() {
    let custom = "%a %A %t %w/%h %s \"%1r\" %2r %H/%d %e %:>1";
    let mut reader = LogReader::new(0, None);
    reader.follow(Some(&Custom::new(custom).unwrap()));
    reader.push(
        b"10.10.70.50 \"A B\" 1233658928.496 NONE/504 1729 \"GET\" http://www.example.com/ DIRECT/www.example.com 153185 153000\n",
    );
    reader.end();
    let exchange = &reader.exchanges[0];
    assert_eq!(exchange.claim.as_ref().unwrap().candidates[0], ResponseTimeout);
    assert_eq!((exchange.host.as_deref(), exchange.method.as_deref()), (Some("www.example.com"), Some("GET")));
}

#[test]
fn columns_say_where_the_time_went() {
    let text = |dns: &str, connect: &str, answer: &str| {
        format!(
            "#Software: AsyncOS for Web 12.5\n#Fields: timestamp x-elapsed-time c-ip sc-result-code sc-http-status cs-method cs-url s-hierarchy s-hostname s-ip s-port x-acltag x-p2p-dns-svc-time x-p2s-first-byte-time x-s2p-first-byte-time\n1278096903.150 75185 172.10.11.22 NONE 504 GET http://my.site.com/ DIRECT my.site.com 192.0.2.7 80 DEFAULT_CASE_11-A-B {dns} {connect} {answer}"
        )
    };
    claims(&[
        (&text("4", "75000", "-"), Some((TcpSynUnanswered, &[TcpSynUnanswered], Gateway))),
        (&text("4", "12", "75000"), Some((ResponseTimeout, &[ResponseTimeout], Gateway))),
        (&text("75000", "-", "-"), Some((Undetermined, &[DnsNoResponse], Gateway))),
        (&text("-", "-", "-"), Some((Undetermined, &[TcpSynReset], Gateway))),
    ]);
    let exchange = one(&text("4", "12", "75000"));
    assert_eq!(exchange.attempts[0].upstream.map(|at| at.to_string()).as_deref(), Some("192.0.2.7:80"));
    assert_eq!(exchange.claim.unwrap().made_by, Some(Gateway));
}

#[test]
fn whatever_a_transport_or_a_pipeline_did_to_the_line() {
    let plain = line("NONE/504", 153_185, "- -");
    let claim = one(&plain).claim.unwrap().candidates;
    for text in [
        format!("Info: {plain}"),
        format!("<13>May  4 12:59:59 wsa1 xb-accesslog: Info: {plain}"),
        format!("<13>May  4 12:59:59 wsa1  {plain}"),
        format!("Feb  3 11:02:08 wsa1 accesslogs: Info: {plain}"),
        format!("\u{feff}{plain}\r"),
        plain.replace(" <\"", " &lt;\"").replace(",-> ", ",-&gt; "),
        plain.replace(" - ", " \u{2212} "),
        plain.replace(" - DIRECT", " \"DOMAIN\\first last@realm\" DIRECT"),
        plain.replace(" - DEFAULT", " - CMF:44 DCF:200020 ERR:15 DEFAULT"),
        plain.replace("> - -", "> - \"03/Jan/2015:07:09:50 +1100\" NONE -"),
        plain.replace(&format!("{VERDICTS} - -"), "."),
    ] {
        let exchange = one(&text);
        assert_eq!(exchange.claim.as_ref().map(|claim| claim.candidates.clone()), Some(claim.clone()), "{text}");
        assert_eq!(exchange.host.as_deref(), Some("www.example.com"), "{text}");
    }
}
