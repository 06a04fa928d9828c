use alloc::vec::Vec;

use super::super::clock::Compared;
use super::super::sight::Sight;
use super::super::wanted::Wanted;
use super::*;
use crate::capture::transaction::Size;
use crate::time::{MILLISECOND, Span, Timestamp};

fn at(milliseconds: i64) -> Option<Timestamp> {
    Some(Timestamp(milliseconds * MILLISECOND))
}

/// A request that fails after 20 ms, or its line, on a clock of its own.
fn sight(milliseconds: i64, target: &str, status: u16) -> Sight {
    Sight {
        begun: at(milliseconds),
        ended: at(milliseconds + 20),
        by_end: true,
        client: 7,
        wanted: Wanted::new(Some("GET"), Some(target), Some("www.example.com")),
        status,
        exchange: Some(0),
        counts: true,
        ..Sight::default()
    }
}

fn lines(sights: Vec<Sight>) -> Lines {
    Lines { sights, resolution: 0, local: false, error: false }
}

fn whole_seconds(mut sight: Sight) -> Sight {
    sight.begun = None;
    sight.ended = sight.ended.map(|time| Timestamp(time.0.div_euclid(SECOND) * SECOND));
    sight
}

#[test]
fn two_hundred_identical_failures_meet_their_lines_in_order() {
    let requests: Vec<Sight> = (0..200).map(|n| sight(n * 37, "/a", 503)).collect();
    let coarse: Vec<Sight> = requests.iter().map(|request| whole_seconds(*request)).collect();
    let mut log = Lines { resolution: SECOND, ..lines(coarse) };
    let Compared::Clock(clock) = compare(&mut log, &Requests::new(requests.clone())) else { panic!() };
    let found = assign(&log, &Requests::new(requests), clock.ahead);
    let wanted: Vec<Option<u32>> = (0..200).map(Some).collect();
    assert_eq!(found, wanted);
}

#[test]
fn a_missing_line_does_not_shift_the_others() {
    let requests: Vec<Sight> = (0..50).map(|n| sight(n * 700, "/a", 503)).collect();
    let mut sights = requests.clone();
    sights.remove(20);
    let found = assign(&lines(sights), &Requests::new(requests), Span(0));
    let wanted: Vec<Option<u32>> = (0..50).filter(|n| *n != 20).map(Some).collect();
    assert_eq!(found, wanted);
}

#[test]
fn what_contradicts_is_not_joined() {
    let request = Requests::new([sight(0, "/a?x=1", 503)].into());
    let met = |line: Sight| assign(&lines([line].into()), &request, Span(0));
    assert_eq!(met(sight(100, "/a?x=1", 503)), [Some(0)]);
    assert_eq!(met(sight(100, "/a", 503)), [Some(0)], "the log leaves the query out");
    assert_eq!(met(sight(100, "/a?x=1", 504)), [Some(0)], "both are failures");
    assert_eq!(met(Sight { client: 9, ..sight(100, "/a?x=1", 503) }), [Some(0)], "behind a load balancer");
    assert_eq!(met(sight(100, "/a?x=2", 503)), [None]);
    assert_eq!(met(sight(100, "/b", 503)), [None]);
    assert_eq!(met(sight(9000, "/a?x=1", 503)), [None]);
    assert_eq!(met(sight(3000, "/a?x=1", 200)), [None]);
}

#[test]
fn a_log_too_large_to_try_all_pairs_is_still_compared() {
    let requests: Vec<Sight> = (0..100).map(|n| sight(n * 137 + 900_000, "/a", 200)).collect();
    let all: Vec<Sight> = (0..60_000).map(|n| sight(n * 137 - 4_000_000, "/a", 200)).collect();
    let found = compare(&mut lines(all), &Requests::new(requests));
    let Compared::Clock(clock) = found else { panic!("{found:?}") };
    assert!(!clock.apart(), "{clock:?}");
}

#[test]
fn lines_of_a_tunnel_find_it_by_client_and_time() {
    let tunnel = Sight {
        tunnel: true,
        wanted: Wanted::new(Some("CONNECT"), Some("www.example.com:443"), Some("www.example.com")),
        ended: at(5000),
        ..sight(0, "/", 200)
    };
    let line = |milliseconds, secure| Sight { secure, ..sight(milliseconds, "/a", 502) };
    let of = |line| inside(&[line], &[None], &Requests::new([tunnel].into()), Span(0));
    assert_eq!(of(line(3000, true)), [Some(0)]);
    assert_eq!(of(line(3000, false)), [None], "in the clear");
    assert_eq!(of(line(30_000, true)), [None], "the tunnel was closed");
    assert_eq!(of(Sight { client: 9, ..line(3000, true) }), [None], "another client");
}

#[test]
fn bytes_decide_where_times_do_not() {
    // Within one second by the log: the same page three times, of different lengths, and one of them without a line.
    let sized = |milliseconds, body| Sight { size: Size { body, whole: body + 300 }, ..sight(milliseconds, "/a", 503) };
    let requests = [sized(100, 1000), sized(300, 5000), sized(500, 9000)];
    let line = |body| Sight { size: Size { body, whole: 0 }, ..whole_seconds(sight(100, "/a", 503)) };
    let met = |sights: &[Sight]| {
        let log = Lines { resolution: SECOND, ..lines(sights.to_vec()) };
        assign(&log, &Requests::new(requests.to_vec()), Span(0))
    };
    assert_eq!(met(&[line(5010), line(9000)]), [Some(1), Some(2)]);
    assert_eq!(met(&[line(1000), line(9000)]), [Some(0), Some(2)]);
    let whole = Sight { size: Size { body: 0, whole: 5300 }, ..line(0) };
    assert_eq!(met(&[whole]), [Some(1)]);
    // They keep nothing apart that is one by its time.
    assert_eq!(met(&[line(70_000)]).iter().flatten().count(), 1);
}
