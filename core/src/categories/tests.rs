//! What must hold for the whole table, and one failure of each kind through it.

mod causes;

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::{Category, Id, TABLE};
use crate::exchange::{
    Answer, Attempt, Claim, ConnectFailure, Exchange, Icmp, Phase, ReceiveFailure, ResolveFailure, SecureFailure,
    SendFailure, Status, WaitFailure,
};
use crate::report::{Confidence, GeneratedBy, ResetBy};
use crate::time::{Span, Timestamp};

fn texts(category: &Category) -> Vec<&'static str> {
    let mut texts = vec![category.meaning];
    texts.extend(category.causes.iter().map(|cause| cause.text));
    texts.extend(category.checks.iter().map(|check| check.text));
    texts.extend(category.fixes.iter().flat_map(|fix| [fix.change, fix.risk]));
    texts
}

#[test]
fn every_id_but_undetermined_has_one_entry() {
    for id in Id::ALL {
        let entries = TABLE.iter().filter(|category| category.id == *id).count();
        assert_eq!(entries, usize::from(*id != Id::Undetermined), "{id}");
    }
    assert!(Id::Undetermined.category().is_none());
}

#[test]
fn every_entry_says_enough_and_not_too_much() {
    for category in TABLE {
        let id = category.id;
        assert!((2..=7).contains(&category.title.split(' ').count()), "{id}: title {}", category.title);
        assert!(category.causes.len() >= 2, "{id}: causes");
        assert!(!category.checks.is_empty(), "{id}: checks");
        assert!(!category.fixes.is_empty(), "{id}: fixes");
        for text in texts(category) {
            assert!(text.ends_with('.') && !text.contains('!') && text.len() <= 300, "{id}: {text}");
        }
        for fix in category.fixes {
            let parties = ["", "dns", "firewall", "origin", "network", "client"];
            assert!(parties.contains(&fix.at), "{id}: {}", fix.at);
            for part in [fix.setting, fix.path, fix.verify] {
                assert!(!part.is_empty() && part.len() <= 300, "{id}: {}", fix.setting);
            }
        }
        let mut causes: Vec<_> = category.causes.iter().map(|cause| cause.text).collect();
        causes.sort_unstable();
        causes.dedup();
        assert_eq!(causes.len(), category.causes.len(), "{id}: the same cause twice");
    }
}

#[test]
fn placeholders_are_known() {
    for category in TABLE {
        let commands = category.checks.iter().flat_map(|check| [check.command, check.path]);
        let fixes = category.fixes.iter().flat_map(|fix| [fix.path, fix.verify]);
        for text in texts(category).into_iter().chain(commands).chain(fixes) {
            assert_eq!(crate::products::unknown_placeholders(text), [""; 0], "{}: {text}", category.id);
        }
    }
}

fn exchange(answer: Answer) -> Exchange {
    Exchange {
        client: None,
        gateway: None,
        begun: Timestamp(0),
        host: Some("www.example.com".to_owned()),
        port: Some(80),
        method: None,
        target: None,
        answer,
        attempts: Vec::new(),
        client_secure: Phase::NotSeen,
        claim: None,
        events: Vec::new(),
        outward: true,
        signs: Default::default(),
        names: Default::default(),
        doubts: Vec::new(),
    }
}

fn status(code: u16) -> Answer {
    Answer::Whole(Status { code, first: None, unsure: false, time: Timestamp(0), own_word: None })
}

fn own_word(code: u16, word: &str) -> Exchange {
    exchange(Answer::Whole(Status {
        code,
        first: None,
        unsure: false,
        time: Timestamp(0),
        own_word: Some(word.to_owned()),
    }))
}

fn named(exchange: &Exchange) -> Option<Id> {
    let attempt = exchange.attempts.last();
    TABLE.iter().find(|category| (category.detect)(exchange, attempt)).map(|category| category.id)
}

fn after(attempt: Attempt, answer: Answer) -> Option<Id> {
    let mut exchange = exchange(answer);
    exchange.attempts.push(attempt);
    named(&exchange)
}

fn icmp(v6: bool, kind: u8, code: u8) -> Icmp {
    Icmp { from: [192, 0, 2, 1].into(), v6, kind, code, mtu: None }
}

fn resolve(failure: ResolveFailure) -> Attempt {
    Attempt { resolve: Phase::Failed(failure), ..Attempt::default() }
}

fn connect(failure: ConnectFailure) -> Attempt {
    Attempt { connect: Phase::Failed(failure), ..Attempt::default() }
}

fn secure(failure: SecureFailure) -> Attempt {
    Attempt { secure: Phase::Failed(failure), ..Attempt::default() }
}

fn send(failure: SendFailure) -> Attempt {
    Attempt { send: Phase::Failed(failure), ..Attempt::default() }
}

fn wait(failure: WaitFailure) -> Attempt {
    Attempt { wait: Phase::Failed(failure), ..Attempt::default() }
}

fn receive(failure: ReceiveFailure) -> Attempt {
    Attempt { receive: Phase::Failed(failure), ..Attempt::default() }
}

/// A line that leaves open which of these it was.
fn logged(candidates: &[Id], made_by: Option<GeneratedBy>) -> Claim {
    Claim {
        candidates: candidates.to_vec(),
        confidence: Confidence::Possible,
        undetermined: true,
        why: String::new(),
        made_by,
        elapsed: None,
    }
}

/// The causes that the evidence speaks for, and what it says.
fn favoured(id: Id, exchange: &Exchange, attempt: &Attempt) -> Vec<(&'static str, String)> {
    let causes = id.category().map_or(&[][..], |category| category.causes);
    let favour = |cause: &super::Cause| Some((cause.text, (cause.favoured_by)(exchange, Some(attempt))?.into()));
    causes.iter().filter_map(favour).collect()
}

#[test]
fn each_failed_phase_has_its_category() {
    let second = Span::seconds(1);
    let cases: Vec<(Attempt, Id)> = vec![
        (resolve(ResolveFailure::Rcode(3)), Id::DnsNxdomain),
        (resolve(ResolveFailure::NoData), Id::DnsNodata),
        (resolve(ResolveFailure::Rcode(2)), Id::DnsServfail),
        (resolve(ResolveFailure::Rcode(5)), Id::DnsRefused),
        (resolve(ResolveFailure::Rcode(9)), Id::DnsRefused),
        (resolve(ResolveFailure::Rcode(1)), Id::DnsRefused),
        (resolve(ResolveFailure::NoResponse { tries: 3, waited: second }), Id::DnsNoResponse),
        (resolve(ResolveFailure::Unreachable(icmp(false, 3, 3))), Id::DnsUnreachable),
        (resolve(ResolveFailure::TcpFailed), Id::DnsTcpFallbackBlocked),
        (connect(ConnectFailure::Unanswered { tries: 6, waited: second }), Id::TcpSynUnanswered),
        (connect(ConnectFailure::Reset), Id::TcpSynReset),
        (connect(ConnectFailure::Icmp(icmp(false, 3, 9))), Id::TcpIcmpProhibited),
        (connect(ConnectFailure::Icmp(icmp(false, 3, 10))), Id::TcpIcmpProhibited),
        (connect(ConnectFailure::Icmp(icmp(false, 3, 13))), Id::TcpIcmpProhibited),
        (connect(ConnectFailure::Icmp(icmp(true, 1, 1))), Id::TcpIcmpProhibited),
        (connect(ConnectFailure::Icmp(icmp(true, 1, 5))), Id::TcpIcmpProhibited),
        (connect(ConnectFailure::Icmp(icmp(true, 1, 6))), Id::TcpIcmpProhibited),
        (connect(ConnectFailure::Icmp(icmp(false, 3, 0))), Id::TcpIcmpUnreachable),
        (connect(ConnectFailure::Icmp(icmp(false, 3, 1))), Id::TcpIcmpUnreachable),
        (connect(ConnectFailure::Icmp(icmp(false, 3, 3))), Id::TcpIcmpUnreachable),
        (connect(ConnectFailure::Icmp(icmp(true, 1, 0))), Id::TcpIcmpUnreachable),
        (connect(ConnectFailure::Icmp(icmp(true, 1, 4))), Id::TcpIcmpUnreachable),
        (connect(ConnectFailure::Icmp(icmp(false, 11, 0))), Id::TcpRoutingLoop),
        (connect(ConnectFailure::Icmp(icmp(true, 3, 0))), Id::TcpRoutingLoop),
        (connect(ConnectFailure::NoReturn { spoofed: true, tries: 3 }), Id::ReturnPath),
        (secure(SecureFailure::Alert { number: 40, ours: false }), Id::TlsAlert),
        (secure(SecureFailure::Alert { number: 48, ours: false }), Id::TlsAlert),
        (secure(SecureFailure::Alert { number: 47, ours: true }), Id::TlsAlert),
        (secure(SecureFailure::Alert { number: 42, ours: true }), Id::TlsCertificate),
        (secure(SecureFailure::Alert { number: 48, ours: true }), Id::TlsCertificate),
        (secure(SecureFailure::Hidden { ours: false }), Id::TlsAlert),
        (secure(SecureFailure::Hidden { ours: true }), Id::TlsCertificate),
        (secure(SecureFailure::Refused), Id::TlsCertificate),
        (secure(SecureFailure::NoResponse), Id::TlsNoResponse),
        (secure(SecureFailure::Reset), Id::TlsReset),
        (secure(SecureFailure::Closed), Id::TlsClosed),
        (secure(SecureFailure::NotTls), Id::TlsNotSpoken),
        (send(SendFailure::Unacknowledged), Id::RequestUnacked),
        (send(SendFailure::FullSizeLost), Id::PmtuBlackhole),
        (send(SendFailure::ClosedAsSent), Id::KeepaliveRace),
        (send(SendFailure::WindowClosed), Id::ZeroWindow),
        (wait(WaitFailure::Timeout(second)), Id::ResponseTimeout),
        (wait(WaitFailure::Reset), Id::ResponseReset),
        (wait(WaitFailure::Closed), Id::ResponseEmpty),
        (receive(ReceiveFailure::NotHttp("hello".to_owned())), Id::ResponseInvalid),
        (receive(ReceiveFailure::Flawed("a header line without a colon".to_owned())), Id::ResponseInvalid),
        (receive(ReceiveFailure::HeaderTooLarge), Id::ResponseHeaderTooLarge),
        (receive(ReceiveFailure::BadChunk), Id::ResponseBadChunk),
        (receive(ReceiveFailure::Closed), Id::ResponseTruncated),
        (receive(ReceiveFailure::Reset), Id::ResponseTruncated),
        (receive(ReceiveFailure::Stalled(second)), Id::ResponseStalled),
        (receive(ReceiveFailure::WindowClosed), Id::ZeroWindow),
        (receive(ReceiveFailure::Goaway(0)), Id::H2Goaway),
        (receive(ReceiveFailure::RstStream(7)), Id::H2RstStream),
    ];
    for (attempt, id) in cases {
        for answer in [status(502), status(504), Answer::NotSeen, Answer::Closed] {
            assert_eq!(after(attempt.clone(), answer.clone()), Some(id), "{attempt:?} {answer:?}");
        }
    }
}

#[test]
fn too_big_is_not_unreachable() {
    assert_eq!(after(connect(ConnectFailure::Icmp(icmp(false, 3, 4))), status(502)), None);
    assert_eq!(after(connect(ConnectFailure::Icmp(icmp(true, 2, 0))), status(502)), None);
}

#[test]
fn a_status_that_was_passed_on() {
    let sent = |code, parent| Attempt { status: Some(code), parent, ..Attempt::default() };
    assert_eq!(after(sent(503, false), status(503)), Some(Id::OriginError));
    assert_eq!(after(sent(502, true), status(502)), Some(Id::ParentProxyError));
    assert_eq!(after(sent(500, false), status(502)), Some(Id::OriginError), "rewritten");
    assert_eq!(after(sent(407, true), status(502)), Some(Id::ParentProxyError), "the parent wants a login");
    assert_eq!(after(sent(503, false), Answer::NotSeen), Some(Id::OriginError), "client side encrypted");
    assert_eq!(after(sent(200, false), status(502)), None);
    assert_eq!(after(sent(404, false), status(404)), None, "no failure");
    let cut = Attempt { receive: Phase::Failed(ReceiveFailure::Closed), ..sent(200, false) };
    assert_eq!(after(cut, status(502)), Some(Id::ResponseTruncated));
}

#[test]
fn a_client_that_left() {
    let silent = wait(WaitFailure::Timeout(Span::seconds(20)));
    assert_eq!(after(silent, Answer::ClientLeft(None)), Some(Id::ClientAbort));
    assert_eq!(after(Attempt::default(), Answer::ClientLeft(None)), Some(Id::ClientAbort));
    assert_eq!(named(&exchange(Answer::ClientLeft(None))), Some(Id::ClientAbort));
    let refused = connect(ConnectFailure::Reset);
    assert_eq!(after(refused, Answer::ClientLeft(None)), Some(Id::TcpSynReset), "fails without the client's leaving");
    let once = connect(ConnectFailure::Unanswered { tries: 1, waited: Span::seconds(1) });
    assert_eq!(after(once, Answer::ClientLeft(None)), Some(Id::ClientAbort));
    let again = connect(ConnectFailure::Unanswered { tries: 5, waited: Span::seconds(31) });
    assert_eq!(after(again, Answer::ClientLeft(None)), Some(Id::TcpSynUnanswered));
}

#[test]
fn the_gateways_own_word() {
    for (word, id) in [
        ("gw; error=proxy_loop_detected", Id::ProxyLoop),
        ("gw; error=destination_unavailable", Id::NoHealthyUpstream),
        ("ERR_ICAP_FAILURE 0", Id::RequiredService),
        ("gw; error=http_request_denied", Id::PolicyDenied),
        ("connect() failed (99: Cannot assign requested address)", Id::EphemeralPortExhaustion),
        ("connect() failed (13: Permission denied)", Id::LocalEgressDenied),
        ("gw; error=connection_limit_reached", Id::ProxyOverload),
        ("Bad gateway", Id::NoAttempt),
    ] {
        assert_eq!(named(&own_word(503, word)), Some(id), "{word}");
    }
    assert_eq!(named(&exchange(status(508))), Some(Id::ProxyLoop));
}

#[test]
fn no_attempt_needs_packets() {
    assert_eq!(named(&exchange(status(502))), Some(Id::NoAttempt));
    assert_eq!(named(&exchange(status(404))), None);
    assert_eq!(named(&exchange(Answer::Pending)), None);
    let silent = Exchange { claim: Some(logged(&[Id::TcpSynReset], None)), ..exchange(status(504)) };
    assert_eq!(named(&silent), None, "a log is silent about attempts");
    let claim = logged(&[Id::TcpSynReset], Some(GeneratedBy::Origin));
    let told = Exchange { claim: Some(claim), ..exchange(status(504)) };
    assert_eq!(named(&told), Some(Id::OriginError));
}

#[test]
fn a_client_that_refuses_the_gateways_certificate() {
    let alert = Phase::Failed(SecureFailure::Alert { number: 48, ours: true });
    let refused = Exchange { client_secure: alert, ..exchange(Answer::ClientLeft(None)) };
    assert_eq!(named(&refused), Some(Id::ClientTlsRejected));
}

#[test]
fn evidence_favours_causes() {
    let favours = |id: Id, exchange: &Exchange, attempt: &Attempt| -> Vec<String> {
        favoured(id, exchange, attempt).into_iter().map(|(_, why)| why).collect()
    };
    let inside = Exchange { host: Some("intranet.local".to_owned()), ..exchange(status(502)) };
    assert_eq!(
        favours(Id::DnsNxdomain, &inside, &resolve(ResolveFailure::Rcode(3))),
        ["intranet.local ends in a suffix that public DNS does not serve."]
    );
    let plain = exchange(status(502));
    assert!(favours(Id::DnsNxdomain, &plain, &resolve(ResolveFailure::Rcode(3))).is_empty());
    let tries = connect(ConnectFailure::Unanswered { tries: 6, waited: Span::seconds(63) });
    assert_eq!(
        favours(Id::TcpSynUnanswered, &plain, &tries),
        ["6 SYNs in 63 s without RST or ICMP error: nobody refuses, somebody drops."]
    );
    let device = Attempt { reset_by: Some(ResetBy::DeviceOnPath), ..connect(ConnectFailure::Reset) };
    assert_eq!(
        favours(Id::TcpSynReset, &plain, &device),
        ["The RST was sent by a device on the path, not by the server."]
    );
    let two_minutes = wait(WaitFailure::Timeout(Span::milliseconds(120_050)));
    assert_eq!(
        favours(Id::ResponseTimeout, &plain, &two_minutes),
        ["The gateway gave up after 120 s; 120 s is a usual timer."]
    );
}
