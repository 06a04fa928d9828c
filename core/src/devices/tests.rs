//! Rulings beside failures of logs and of a captured attempt.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::SocketAddr;

use super::{Action, Protocol, Ruling, join};
use crate::categories::Id;
use crate::exchange::{Answer, Attempt, Bearing, ConnectFailure, Event, Exchange, Phase, Source, What};
use crate::logs::LogReader;
use crate::report::{Confidence, GeneratedBy, Leg, Report};
use crate::time::{Span, Timestamp};
use crate::{Case, Options};

/// Asked at 12:59:58.5 UTC, refused 1 ms later.
fn access(token: &str, server: &str) -> String {
    format!("1588597198.501 1 10.0.0.50 {token} 1729 GET http://{server}/ - DIRECT/{server} - -\n")
}

fn report(files: &[(&str, &str)]) -> Report {
    let mut case = Case::new(Options::default());
    let ids: Vec<_> = files.iter().map(|(name, _)| case.input(name)).collect();
    for (id, (_, text)) in ids.into_iter().zip(files) {
        case.read(id, text.as_bytes());
        case.end(id);
    }
    case.report()
}

const BLOCKED: &str = "04 May 2020 17:59:59 (GMT+5:00) Info: Firewall blocked TCP data from 10.0.0.3:1148 to 192.0.2.10(www.example.com):80.\n";

#[test]
fn what_the_own_monitor_blocks_is_policy() {
    for server in ["192.0.2.10", "www.example.com"] {
        let report = report(&[("access.log", &access("NONE/504", server)), ("l4tm.log", BLOCKED)]);
        let finding = &report.findings[0];
        assert_eq!((finding.category, finding.confidence), (Id::PolicyDenied, Confidence::Likely), "{finding:?}");
        assert_eq!((finding.generated_by, report.exchanges.total), (GeneratedBy::Gateway, 1));
        assert!(finding.summary.ends_with("The appliance's L4 Traffic Monitor blocked TCP from 10.0.0.3:1148 to 192.0.2.10:80 (www.example.com) by RST."), "{}", finding.summary);
        assert!(finding.evidence.iter().any(|evidence| (evidence.input, evidence.line) == (1, Some(1))));
        let advice = &report.verdicts[0].advice;
        assert_eq!(advice.owner, "gateway");
        assert!(advice.causes[0].text.contains("traffic monitor"), "{advice:?}");
        assert!(advice.fixes.iter().any(|fix| fix.setting == "L4 Traffic Monitor allow list"), "{:?}", advice.fixes);
        assert_eq!(report.inputs[1].format, "cisco-wsa-l4tm");
        assert_eq!((report.inputs[1].records, report.inputs[1].zone), (Some(1), Some(300)));
    }
}

#[test]
fn another_address_time_or_failure_is_not_blamed_on_it() {
    let l4tm = |from: &str, to: &str| BLOCKED.replace(from, to);
    for (token, server, line) in [
        ("NONE/504", "www.example.com", l4tm("192.0.2.10(www.example.com)", "192.0.2.11")),
        ("NONE/504", "192.0.2.10", l4tm(":80.", ":443.")),
        ("NONE/504", "192.0.2.10", l4tm("17:59:59", "17:58:59")),
        ("NONE/504", "192.0.2.10", l4tm("GMT+5:00", "GMT+4:00")),
        ("TCP_MISS/502", "www.example.com", BLOCKED.to_string()),
    ] {
        let report = report(&[("access.log", &access(token, server)), ("l4tm.log", &line)]);
        let finding = &report.findings[0];
        assert_ne!(finding.category, Id::PolicyDenied, "{line}");
        assert_eq!(finding.evidence.len(), 1, "{line}");
    }
    // Noted is not blocked: it is told, and decides nothing.
    let noted = l4tm("blocked", "noted");
    let report = report(&[("access.log", &access("NONE/504", "192.0.2.10")), ("l4tm.log", &noted)]);
    assert_eq!(report.findings[0].category, Id::Undetermined);
    assert!(report.findings[0].summary.contains("pass"), "{}", report.findings[0].summary);
}

#[test]
fn a_name_may_stand_on_a_line_of_its_own_and_a_zone_at_the_top() {
    let l4tm = concat!(
        "Mon May 04 05:00:00 2020 Info: Begin Logfile\n",
        "Mon May 04 05:00:00 2020 Info: Version: 9.0.0-485 SN: 848F69E6010F-JYFZWQ1\n",
        "Mon May 04 05:00:00 2020 Info: Time offset from UTC: -25200 seconds\n",
        "Mon May 04 05:00:01 2020 Info: Address 192.0.2.10 discovered for www.example.com (www.example.com) added to firewall greylist.\n",
        "Mon May 04 05:59:59 2020 Info: Firewall blocked TCP data from 10.0.0.3 to 192.0.2.10.\n",
    );
    let report = report(&[("l4tm.log", l4tm), ("access.log", &access("NONE/504", "www.example.com"))]);
    assert_eq!(report.findings[0].category, Id::PolicyDenied);
    assert_eq!(report.inputs[0].warnings, Vec::<String>::new());
    assert_eq!(report.inputs[0].started.map(|time| time.to_string()).as_deref(), Some("2020-05-04T12:00:01.000000Z"));
}

const BEGUN: i64 = 1_588_597_198;

/// A SYN from 10.0.0.3:40000 to 192.0.2.10:443 that nobody answered for 20 s.
fn silent() -> Exchange {
    let at = |seconds| Timestamp::from_parts(BEGUN + seconds, 0);
    let source = Source { time: at(0), file: 0, number: 1, line: false, offset: 0, length: 60 };
    let syn = Event { source, leg: Leg::Upstream, sent: true, what: What::Syn(1), flow: None };
    let attempt = Attempt {
        local: Some(SocketAddr::from(([10, 0, 0, 3], 40000))),
        upstream: Some(SocketAddr::from(([192, 0, 2, 10], 443))),
        span: Some((at(0), at(20))),
        connect: Phase::Failed(ConnectFailure::Unanswered { tries: 4, waited: Span::seconds(20) }),
        events: [syn].into(),
        ..Attempt::default()
    };
    Exchange {
        client: None,
        gateway: None,
        begun: at(0),
        host: Some("www.example.com".into()),
        port: Some(443),
        method: None,
        target: None,
        answer: Answer::NotSeen,
        attempts: [attempt].into(),
        claim: None,
        client_secure: Phase::NotSeen,
        events: Vec::new(),
        outward: false,
        doubts: Vec::new(),
        signs: Default::default(),
        names: Default::default(),
    }
}

/// What one firewall's lines say of the silent connection; each is `(seconds, action, source port)`.
fn told(lines: &[(i64, Action, u16)], edit: impl Fn(&mut Ruling<'_>)) -> Option<(Bearing, bool, String)> {
    let mut log = LogReader::new(1, None);
    for (seconds, action, port) in lines {
        let time = Timestamp::from_parts(BEGUN + seconds, 0);
        let mut ruling = Ruling {
            time,
            action: *action,
            protocol: Protocol::Tcp,
            source: "10.0.0.3".parse().ok(),
            source_port: Some(*port),
            destination: "192.0.2.10".parse().ok(),
            destination_port: Some(443),
            device: "fw1",
            rule: "outside-in",
            ..Ruling::default()
        };
        edit(&mut ruling);
        log.rulings.add(&ruling, Source { time, file: 1, number: 7, line: true, offset: 0, length: 0 });
    }
    let mut exchanges = [silent()];
    join(&mut exchanges, &[&log], &[]);
    let word = exchanges[0].signs.devices.first()?;
    assert_eq!((exchanges[0].signs.devices.len(), exchanges[0].events.len()), (1, 1));
    Some((word.bearing, word.exact, word.text.clone()))
}

#[test]
fn a_firewall_is_held_against_a_captured_connection() {
    use Action::*;
    let text = "fw1 dropped TCP from 10.0.0.3:40000 to 192.0.2.10:443 (outside-in).";
    assert_eq!(told(&[(1, Dropped, 40000)], |_| {}), Some((Bearing::Block, true, text.into())));
    assert_eq!(told(&[(1, Passed, 40000), (2, Dropped, 40000)], |_| {}).map(|word| word.0), Some(Bearing::Block));
    assert_eq!(told(&[(1, Passed, 40000), (20, NoAnswer, 40000)], |_| {}).map(|word| word.0), Some(Bearing::Beyond));
    assert_eq!(told(&[(0, Passed, 40000)], |_| {}).map(|word| word.0), Some(Bearing::Pass));
    // Another connection, another time, another kind of failure.
    assert_eq!(told(&[(1, Dropped, 40001)], |_| {}), None);
    assert_eq!(told(&[(60, Dropped, 40000)], |_| {}), None);
    assert_eq!(told(&[(1, Refused, 40000), (1, DestinationReset, 40000)], |_| {}), None);
    assert_eq!(told(&[(1, Dropped, 40000)], |ruling| ruling.destination_port = Some(80)), None);
    // Behind a translator the port may stay, or the device says what it makes of both.
    let translated = |ruling: &mut Ruling<'_>| ruling.source = "198.51.100.1".parse().ok();
    assert!(told(&[(1, Dropped, 40000)], translated).is_some());
    let leaves = |ruling: &mut Ruling<'_>| ruling.leaves_as = Some(SocketAddr::from(([10, 0, 0, 3], 40000)));
    assert!(told(&[(1, Dropped, 1024)], leaves).is_some_and(|word| word.1));
    assert_eq!(told(&[(1, Dropped, 40000)], |ruling| ruling.source_port = None).map(|word| word.1), Some(false));
}

#[test]
fn a_device_of_another_clock_is_joined_where_connections_agree() {
    let hours = |lines: &[(i64, Action, u16)]| told(lines, |_| {}).map(|word| word.0);
    // Three lines of one connection agree on 37 s; one alone may be an earlier use of the port.
    let lines = [(37, Action::Dropped, 40000), (38, Action::Dropped, 40000), (39, Action::Dropped, 40000)];
    assert_eq!(hours(&lines), Some(Bearing::Block));
    assert_eq!(hours(&lines[..1]), None);
}
