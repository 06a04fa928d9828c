//! Which evidence speaks for which cause, at its bounds: `cargo xtask mutants` changes the rules of these categories.

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::{connect, exchange, favoured, logged, named, resolve, secure, status, wait};
use crate::categories::Id;
use crate::exchange::{
    Answer, Attempt, Claim, ConnectFailure, Event, Exchange, ResolveFailure, SecureFailure, Source, Tls, WaitFailure,
    What,
};
use crate::protocols::tls::hello::ClientHello;
use crate::report::Leg;
use crate::time::{Span, Timestamp};

/// How the causes begin that the evidence speaks for, and what of it does.
fn spoken_for(id: Id, attempt: &Attempt) -> Vec<(String, String)> {
    let all = favoured(id, &exchange(status(502)), attempt);
    all.into_iter().map(|(cause, why)| (cause.split(' ').take(4).collect::<Vec<_>>().join(" "), why)).collect()
}

fn pair(cause: &str, why: &str) -> (String, String) {
    (cause.to_owned(), why.to_owned())
}

/// One query or SYN may have been lost, and where no time has passed nothing was waited for.
#[test]
fn silence_speaks_for_a_firewall_where_it_was_repeated_over_some_time() {
    let query = |tries, waited| resolve(ResolveFailure::NoResponse { tries, waited: Span::milliseconds(waited) });
    let syn = |tries, waited| connect(ConnectFailure::Unanswered { tries, waited: Span::milliseconds(waited) });
    for (tries, waited, time) in [(2, 1_000, "1.0 s"), (3, 10_000, "10 s"), (6, 63_000, "63 s")] {
        assert_eq!(
            spoken_for(Id::DnsNoResponse, &query(tries, waited)),
            [pair(
                "A firewall drops UDP",
                &format!("{tries} queries in {time} and no ICMP error: dropped in silence.")
            )]
        );
        assert_eq!(
            spoken_for(Id::TcpSynUnanswered, &syn(tries, waited)),
            [pair(
                "A firewall or similar",
                &format!("{tries} SYNs in {time} without RST or ICMP error: nobody refuses, somebody drops.")
            )]
        );
    }
    for (tries, waited) in [(0, 5_000), (1, 0), (1, 5_000), (2, 0), (6, 0)] {
        assert!(spoken_for(Id::DnsNoResponse, &query(tries, waited)).is_empty(), "{tries} queries in {waited} ms");
        assert!(spoken_for(Id::TcpSynUnanswered, &syn(tries, waited)).is_empty(), "{tries} SYNs in {waited} ms");
    }
}

/// Timers are set in whole seconds; what comes half a second beside one was not ended by it.
#[test]
fn a_wait_speaks_for_a_timer_within_half_a_second_of_it() {
    let after = |waited| spoken_for(Id::ResponseTimeout, &wait(WaitFailure::Timeout(Span::milliseconds(waited))));
    for (waited, figure) in [(29_501, 30), (30_000, 30), (30_499, 30), (60_020, 60), (119_999, 120), (900_050, 900)] {
        let found = after(waited);
        assert_eq!(found.len(), 1, "{waited} ms");
        assert!(found[0].1.ends_with(&format!("; {figure} s is a usual timer.")), "{waited} ms: {found:?}");
    }
    for waited in [0, 1_000, 9_500, 10_500, 29_500, 30_500, 31_000, 118_900, 121_100, 1_000_000] {
        assert_eq!(after(waited), [], "{waited} ms");
    }
}

fn alert(number: u8) -> Attempt {
    secure(SecureFailure::Alert { number, ours: false })
}

fn with(tls: Tls, attempt: Attempt) -> Attempt {
    Attempt { tls: Some(Box::new(tls)), ..attempt }
}

const VERSION: &str = "Gateway and server have";
const CIPHER: &str = "They have no cipher,";
const CERTIFICATE: &str = "The server wants a";
const NAME: &str = "The gateway names no";
const ALPN: &str = "They have no application";
const HELLO: &str = "The server does not";
const FAULT: &str = "The server has a";

/// RFC 8446 section 6, RFC 5246 section 7.2, RFC 6066, RFC 7301, RFC 7507.
#[test]
fn an_alert_speaks_for_what_its_number_means() {
    let meanings: [(u8, &[&str]); 22] = [
        (10, &[HELLO]),
        (20, &[HELLO]),
        (22, &[HELLO]),
        (40, &[CIPHER, CERTIFICATE, NAME]),
        (42, &[CERTIFICATE]),
        (43, &[CERTIFICATE]),
        (44, &[CERTIFICATE]),
        (45, &[CERTIFICATE]),
        (46, &[CERTIFICATE]),
        (47, &[HELLO]),
        (48, &[CERTIFICATE]),
        (49, &[CERTIFICATE]),
        (50, &[HELLO]),
        (51, &[HELLO]),
        (70, &[VERSION]),
        (71, &[CIPHER]),
        (80, &[NAME, FAULT]),
        (86, &[VERSION]),
        (109, &[HELLO]),
        (112, &[NAME]),
        (116, &[CERTIFICATE]),
        (120, &[ALPN]),
    ];
    for (number, causes) in meanings {
        let found = spoken_for(Id::TlsAlert, &alert(number));
        let named: Vec<&str> = found.iter().map(|(cause, _)| cause.as_str()).collect();
        assert_eq!(named, causes, "alert {number}");
        assert!(found.iter().all(|(_, why)| why.contains(&format!("The server sent alert {number} ("))), "{found:?}");
    }
    assert!(spoken_for(Id::TlsAlert, &alert(90)).is_empty(), "user_canceled says nothing of its cause");
    let ours = spoken_for(Id::TlsAlert, &secure(SecureFailure::Alert { number: 70, ours: true }));
    assert_eq!(ours, [pair(VERSION, "The gateway sent alert 70 (protocol_version).")]);
}

#[test]
fn what_was_offered_stands_beside_the_alert() {
    let old = Tls {
        hello: Some(ClientHello { versions: [0x0301, 0x0303, 0x0302].into(), ..ClientHello::default() }),
        ..Tls::default()
    };
    let why = "The server sent alert 70 (protocol_version). TLS 1.2 was offered at most.";
    assert_eq!(spoken_for(Id::TlsAlert, &with(old, alert(70))), [pair(VERSION, why)]);

    let hello = |name: Option<&str>| Tls {
        hello: Some(ClientHello { server_name: name.map(str::to_owned), ..ClientHello::default() }),
        ..Tls::default()
    };
    let sent = "The server sent alert 112 (unrecognized_name).";
    let nameless = "The ClientHello names no server.";
    for (tls, why) in [(hello(None), nameless), (hello(Some("www.example.com")), sent), (Tls::default(), sent)] {
        assert_eq!(spoken_for(Id::TlsAlert, &with(tls, alert(112))), [pair(NAME, why)]);
    }
}

#[test]
fn a_client_certificate_is_wanted_where_the_server_asked_for_one_or_ends_it_where_it_judges_one() {
    let asked = Tls { asks_certificate: true, ..Tls::default() };
    let why = "The server asked for a client certificate before it refused.";
    assert!(spoken_for(Id::TlsAlert, &with(asked.clone(), alert(40))).contains(&pair(CERTIFICATE, why)));
    for number in [41, 42, 45, 49, 116] {
        let found = spoken_for(Id::TlsAlert, &with(asked.clone(), alert(number)));
        assert_eq!(found, [pair(CERTIFICATE, why)], "alert {number}");
    }
    // It asked, and then had no version in common: that is not for want of a certificate.
    let found = spoken_for(Id::TlsAlert, &with(asked, alert(70)));
    assert_eq!(found, [pair(VERSION, "The server sent alert 70 (protocol_version).")]);
    let not_asked = spoken_for(Id::TlsAlert, &with(Tls::default(), alert(42)));
    assert_eq!(not_asked, [pair(CERTIFICATE, "The server sent alert 42 (bad_certificate).")]);

    let hidden = |ours| spoken_for(Id::TlsAlert, &secure(SecureFailure::Hidden { ours }));
    let why = "The server ended it right after the other side's Finished: there it judges client certificates.";
    assert_eq!(hidden(false), [pair(CERTIFICATE, why)]);
    assert!(hidden(true).is_empty());
}

/// What a log and what packets may say of a gateway that tried nothing.
#[test]
fn nothing_was_tried_where_packets_show_it_and_nobody_says_why() {
    let at = |line| Event {
        source: Source { time: Timestamp(0), file: 0, number: 1, line, offset: 0, length: 0 },
        leg: Leg::Client,
        sent: false,
        what: What::Note(String::new()),
        flow: None,
    };
    let both = |events: Vec<Event>, claim: Claim| Exchange { claim: Some(claim), events, ..exchange(status(504)) };
    let open = || logged(&[Id::TcpSynReset], None);
    assert_eq!(named(&both(vec![at(true)], open())), None, "a log is silent about attempts");
    assert_eq!(named(&both(vec![at(true), at(false)], open())), Some(Id::NoAttempt), "packets are not");

    // The gateway's own header leaves open whether it tried, or says what failed.
    let told = |candidates: &[Id]| {
        let mut told = exchange(status(504));
        told.signs.word = Some(logged(candidates, None));
        named(&told)
    };
    assert_eq!(told(&[]), Some(Id::NoAttempt));
    assert_eq!(told(&[Id::DnsNoResponse, Id::NoAttempt]), Some(Id::NoAttempt));
    assert_ne!(told(&[Id::DnsNoResponse]), Some(Id::NoAttempt));

    // A reason of the gateway's own that its log names stands; one that the log leaves open does not.
    for reason in [
        Id::NoHealthyUpstream,
        Id::RequiredService,
        Id::PolicyDenied,
        Id::ProxyLoop,
        Id::EphemeralPortExhaustion,
        Id::LocalEgressDenied,
        Id::ProxyOverload,
    ] {
        let sure = Claim { undetermined: false, ..logged(&[reason], None) };
        assert_eq!(named(&both(vec![at(false)], sure)), None, "{reason}");
        assert_eq!(named(&both(vec![at(false)], logged(&[reason], None))), Some(Id::NoAttempt), "{reason}");
    }

    // Not one that goes nowhere by its nature, no success, no failure that has an attempt.
    assert_eq!(named(&Exchange { outward: false, ..exchange(status(502)) }), None);
    assert_eq!(named(&exchange(status(404))), None);
    let tried = Exchange { attempts: vec![Attempt::default()], ..exchange(status(502)) };
    assert_eq!(named(&tried), None);
    assert_eq!(named(&exchange(Answer::NotSeen)), None);
}
