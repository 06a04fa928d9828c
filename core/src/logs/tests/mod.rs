//! Table tests over every format, the articles' lines, and what the reader makes of several lines.

mod balancers;
mod cisco;
mod columns;
#[cfg(feature = "std")]
mod corpus;
mod errors;
mod forward;
mod limits;
mod meshes;
mod mixed;
mod objects;
mod properties;
mod reverse;
mod samples;
mod words;

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use super::outcomes::KEPT;
use super::*;
use crate::categories::Id::*;
use crate::exchange::{Answer, Exchange, What};
use crate::products::Id as Product;
use crate::report::{Confidence, GeneratedBy};

/// Reads a text whole.
fn read(text: &str) -> LogReader {
    read_as(text, None)
}

fn read_as(text: &str, product: Option<Product>) -> LogReader {
    let mut reader = LogReader::new(3, product);
    reader.push(text.as_bytes());
    reader.end();
    reader
}

fn one(line: &str) -> Exchange {
    let reader = read(line);
    assert_eq!((reader.records, reader.total, reader.failed), (1, 1, 1), "{line} {:?}", reader.warnings());
    reader.exchanges.into_iter().next().unwrap()
}

fn format_of(text: &str) -> Option<&'static str> {
    read(text).format().map(|format| format.id)
}

/// What other products write: no format here may claim them.
const OTHERS: &[&str] = &[
    "Dear colleague, since 10:32 every request to http://www.example.com/ ends in 504.",
    r#"2011-08-04 21:00:00 9311 0.0.0.0 - - - OBSERVED "unavailable" -  200 TCP_NC_MISS GET application/x-gzip http personal.avira-update.com 80 /update/x.gz - gz "AntiVir" 82.137.200.42 875853 384 -"#,
    "time,client,status,url\n1233658928.496,10.10.70.50,504,http://www.example.com/",
    "1233658928.496 153185 10.10.70.50 a line of numbers 1729 that is none",
];

#[test]
fn every_format_recognises_its_own_samples_and_no_others() {
    for format in TABLE {
        assert!(!format.samples.is_empty(), "{} has no sample", format.id);
        assert!(TABLE.iter().filter(|other| other.id == format.id).count() == 1);
        for sample in format.samples {
            assert_eq!(format_of(sample), Some(format.id), "{sample}");
            for other in TABLE.iter().filter(|other| other.id != format.id) {
                for line in sample.lines() {
                    // A file whose header names its columns is that format's, whatever its lines look like.
                    let header = sample.starts_with('#') && !line.starts_with('#');
                    let vote = (other.recognise)(prefix::strip(line).line);
                    assert!(header || vote < Vote::Likely, "{} takes {line}", other.id);
                }
            }
        }
        let all = read(&format.samples.join("\n"));
        let local = all.local() && all.records > 0;
        assert_eq!(all.warnings().len(), usize::from(local), "{:?}", all.warnings());
    }
    for line in OTHERS {
        let reader = read(line);
        assert_eq!(reader.format().map(|format| format.id), None, "{line}");
        assert!(reader.unknown().is_some_and(|why| why.starts_with("text, but no log format")), "{line}");
    }
}

#[test]
fn the_first_articles_line() {
    let exchange = one(cisco_wsa::FORMAT.samples[0]);
    assert_eq!(exchange.begun.to_string(), "2009-02-03T10:59:35.311000Z");
    assert_eq!(exchange.client.map(|ip| ip.to_string()).as_deref(), Some("10.10.70.50"));
    assert_eq!((exchange.host.as_deref(), exchange.port), (Some("www.example.com"), Some(80)));
    assert_eq!(
        (exchange.method.as_deref(), exchange.target.as_deref()),
        (Some("GET"), Some("http://www.example.com/"))
    );
    assert!(matches!(&exchange.answer, Answer::Whole(status) if status.code == 504));
    assert_eq!(exchange.attempts.len(), 1);
    let source = exchange.events[0].source;
    assert_eq!((source.input(), source.number, source.offset, source.length, source.line), (3, 1, 0, 110, true));
    assert_eq!(exchange.events[0].what, What::Line(cisco_wsa::FORMAT.samples[0].into()));
    let claim = exchange.claim.unwrap();
    assert!(claim.undetermined);
    assert_eq!(
        claim.candidates,
        [
            TcpSynReset,
            ResponseReset,
            TlsReset,
            DnsNxdomain,
            DnsNodata,
            DnsServfail,
            DnsRefused,
            DnsNoResponse,
            DnsUnreachable,
            DnsTcpFallbackBlocked,
            ResponseTimeout,
            RequestUnacked,
            PmtuBlackhole,
            KeepaliveRace,
            ResponseEmpty
        ]
    );
    assert!(claim.why.starts_with("NONE/504 after 153 s: "));
    assert_eq!(claim.made_by, Some(GeneratedBy::Gateway));
    // As the document prints it, with U+2212.
    let printed = cisco_wsa::FORMAT.samples[0].replace(" - ", " \u{2212} ");
    assert_eq!(one(&printed).claim.unwrap().candidates, claim.candidates);
}

#[test]
fn the_first_articles_other_code() {
    let claim = one(&cisco_wsa::FORMAT.samples[0].replace("NONE/504", "NONE/502")).claim.unwrap();
    assert_eq!((claim.candidates, claim.undetermined), (vec![TcpSynUnanswered, ReturnPath], false));
    assert_eq!(claim.confidence, Confidence::Likely);
}

#[test]
fn the_second_articles_line() {
    for sample in &skyhigh::FORMAT.samples[..2] {
        let exchange = one(sample);
        assert_eq!(exchange.begun.to_string(), "2013-03-09T00:25:57.000000Z");
        assert_eq!(exchange.client.is_some(), sample.contains("10.10.67.4"));
        assert_eq!((exchange.host.as_deref(), exchange.port), (Some("example.local"), Some(80)));
        assert!(exchange.attempts.is_empty());
        let claim = exchange.claim.unwrap();
        assert!(claim.undetermined);
        assert_eq!(claim.candidates[0], DnsNxdomain);
        let place = |id| claim.candidates.iter().position(|other| *other == id).unwrap();
        assert!(place(DnsTcpFallbackBlocked) < place(TcpSynUnanswered));
        assert!(place(ReturnPath) < place(RequestUnacked));
        assert!(place(ResponseEmpty) < place(ResponseInvalid));
        assert!(!claim.candidates.contains(&TlsAlert), "plain HTTP");
    }
}

#[test]
fn skyhigh_reads_columns_by_name() {
    let reader = read(concat!(
        "#time_stamp src_ip server_ip \"req_line\" status_code \"block_res\" \"extra\"\r\n",
        "[14/Oct/2018:23:59:42 -0300] 10.1.32.186 192.0.2.1 \"GET https://a.test/ HTTP/1.1\" 502 \"10\" \"x y\"\r\n",
        "[14/Oct/2018:23:59:43 -0300] 10.1.32.186 192.0.2.1 \"GET https://a.test/ HTTP/1.1\" 200 \"0\" \"\"\r\n",
        "#Software: something else\r\n",
        "[14/Oct/2018:23:59:44 -0300] 10.1.32.186 192.0.2.1 \"GET http://b.test/ HTTP/1.1\" 503 \"0\" \"\"\r\n",
    ));
    assert_eq!((reader.records, reader.total, reader.failed), (3, 3, 2), "{:?}", reader.warnings());
    assert_eq!(reader.exchanges[0].claim.as_ref().unwrap().candidates[0], PolicyDenied);
    assert_eq!(reader.exchanges[1].claim.as_ref().unwrap().candidates[0], OriginError);
    assert_eq!(reader.warnings(), Vec::<String>::new());
}

#[test]
fn a_connect_and_the_request_inside_are_one_exchange() {
    let bumped = [squid::FORMAT.samples[8], squid::FORMAT.samples[9]].join("\n");
    let reader = read(&bumped);
    assert_eq!((reader.records, reader.total, reader.failed, reader.unseen), (2, 1, 1, 0));
    let exchange = &reader.exchanges[0];
    assert_eq!((exchange.method.as_deref(), exchange.events.len()), (Some("GET"), 2));
    assert!(matches!(&exchange.answer, Answer::Whole(status) if status.code == 503));
    assert_eq!(exchange.attempts[0].upstream.map(|to| to.to_string()).as_deref(), Some("173.194.202.141:443"));
    let claim = exchange.claim.as_ref().unwrap();
    assert_eq!((&*claim.candidates, claim.undetermined), (&[TcpSynUnanswered, ReturnPath][..], false));
    // The CONNECT alone: failed, its status inside not seen.
    let alone = read(squid::FORMAT.samples[8]);
    assert_eq!((alone.total, alone.failed, &alone.exchanges[0].answer), (1, 1, &Answer::NotSeen));

    // Decrypted and healthy: two tunnels, three requests inside; one more tunnel stays closed to us.
    let line = |rest: &str| format!("1795192335.451     10 1.2.3.4 {rest} - HIER_DIRECT/192.0.2.1 -\n");
    let healthy = [
        line("NONE_NONE/200 0 CONNECT a.test:443"),
        line("NONE_NONE/200 0 CONNECT a.test:443"),
        line("TCP_MISS/200 10 GET https://a.test/1"),
        line("TCP_MISS/200 10 GET https://a.test/2"),
        line("TCP_MISS/502 10 GET https://A.test/3"),
        line("TCP_TUNNEL/200 10 CONNECT b.test:443"),
    ]
    .concat();
    let reader = read(&healthy);
    assert_eq!((reader.records, reader.total, reader.failed, reader.unseen), (6, 4, 1, 1));

    // Cisco: whether it decrypts is seen by what follows.
    let cisco = [
        cisco_wsa::FORMAT.samples[3].to_string(),
        cisco_wsa::FORMAT.samples[3].replace("TCP_MISS/200 3004 CONNECT tunnel", "NONE_SSL/504 3004 GET https"),
    ]
    .join("\n");
    let reader = read(&cisco);
    assert_eq!((reader.records, reader.total, reader.failed, reader.unseen), (2, 1, 1, 0));
    assert_eq!(read(cisco_wsa::FORMAT.samples[3]).unseen, 1);
    assert_eq!(read(cisco_wsa::FORMAT.samples[5]).unseen, 1);
}

#[test]
fn cisco_fields_as_the_client_wrote_them() {
    let tunnel = cisco_wsa::FORMAT.samples[3].replace("TCP_MISS/200", "NONE/502");
    let exchange = one(&tunnel);
    assert_eq!(exchange.target.as_deref(), Some("www.facebook.com:443"));
    assert_eq!((exchange.host.as_deref(), exchange.port), (Some("www.facebook.com"), Some(443)));
    let transparent = one(&cisco_wsa::FORMAT.samples[5].replace("TCP_MISS/200", "NONE/504"));
    assert_eq!((transparent.host.as_deref(), transparent.port), (Some("www.cisco.com"), Some(443)));
    let v6 = one(&cisco_wsa::FORMAT.samples[8].replace("TCP_DENIED/403", "NONE/504"));
    assert_eq!(v6.client.map(|ip| ip.to_string()).as_deref(), Some("2001:b8f9:c5c2:f730::2"));
}

#[test]
fn the_reader_can_say_which_of_two_products_it_is() {
    let ambiguous = "1066037222.352 132 1.2.3.4 TCP_DENIED/403 1293 GET http://a.test/x - NONE/- -\n\
                     1066037222.352 132 1.2.3.4 TCP_MISS/502 1293 GET http://a.test/x - DIRECT/a.test -\n";
    let reader = read(ambiguous);
    assert_eq!(reader.format().map(|format| format.id), Some("cisco-wsa"));
    assert!(reader.warnings()[0].contains("share"), "{:?}", reader.warnings());
    let squid = read_as(ambiguous, Some(Product::Squid));
    assert_eq!(squid.format().map(|format| format.id), Some("squid"));
    assert_eq!(squid.warnings(), Vec::<String>::new());
    // But not against what the lines say themselves.
    let wsa = read_as(cisco_wsa::FORMAT.samples[1], Some(Product::Squid));
    assert_eq!(wsa.format().map(|format| format.id), Some("cisco-wsa"));
}

#[test]
fn what_is_not_understood_is_counted_and_placed() {
    let text = format!(
        "\u{feff}Info: Begin Logfile\r\nInfo: Version: 9.0.0-485 SN: 1\r\n{}\r\n\r\nwhat is this\r\n{}\r\n1233658928.496 1 10.0.0.1 NONE/504\r\n",
        cisco_wsa::FORMAT.samples[2],
        cisco_wsa::FORMAT.samples[4],
    );
    let reader = read(&text);
    assert_eq!((reader.records, reader.failed), (2, 1));
    assert_eq!(
        reader.warnings(),
        [
            "2 lines were not understood and left out: line 5, no time at byte 1 (“what is this”); line 7, no size at byte 35 (“1233658928.496 1 10.0.0.1 NONE/504”)"
        ]
    );
    assert_eq!(reader.exchanges[0].events[0].source.number, 3);
    assert_eq!(reader.exchanges[0].events[0].source.offset, text.find("1420230550").unwrap() as u64);
    assert_eq!(reader.span().map(|(a, b)| (a.to_string(), b.to_string())).unwrap().0, "2015-01-02T20:29:10.000000Z");
}

#[test]
fn a_text_that_quotes_a_line_is_no_log() {
    let mut text = "Please have a look at this ticket.\n".repeat(30);
    text.push_str(cisco_wsa::FORMAT.samples[0]);
    assert_eq!(format_of(&text), None);
    let mut pasted = "Please have a look:\n".repeat(2);
    pasted.push_str(cisco_wsa::FORMAT.samples[0]);
    assert_eq!(format_of(&pasted), Some("cisco-wsa"));
}

#[test]
fn beyond_what_is_kept_counts_stay_exact() {
    let line = "1795192335.451      7 1.2.3.4 TCP_MISS/502 3331 GET http://a.test/ - HIER_DIRECT/127.0.0.2 text/html\n";
    let mut reader = LogReader::new(0, None);
    let many = line.repeat(1000);
    for _ in 0..KEPT / 1000 + 2 {
        reader.push(many.as_bytes());
    }
    reader.end();
    assert_eq!((reader.failed, reader.exchanges.len()), (KEPT as u64 + 2000, KEPT));
    assert_eq!(reader.beyond[&Undetermined]["a.test"].count, 2000);
    assert_eq!(reader.warnings().len(), 1);
}
