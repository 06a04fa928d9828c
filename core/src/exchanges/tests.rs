use crate::{Case, Options};

const LOG: &[u8] =
    b"1233658928.496 1532 10.10.70.50 TCP_MISS/200 1729 GET http://www.example.com/a - DIRECT/192.0.2.1 text/html\n\
1233658929.496 60001 10.10.70.50 TCP_MISS/504 1729 GET http://www.example.com/b - DIRECT/192.0.2.1 text/html\n";

fn rows(exchanges: bool) -> alloc::vec::Vec<super::Row> {
    let mut case = Case::new(Options { exchanges, ..Options::default() });
    let log = case.input("access.log");
    case.read(log, LOG);
    case.end(log);
    let report = case.report();
    case.exchanges(&report)
}

#[test]
fn every_line_is_a_row_and_says_whether_it_failed() {
    let rows = rows(true);
    let told: alloc::vec::Vec<_> =
        rows.iter().map(|row| (row.line, row.status, row.total.map(|total| total.0), row.finding)).collect();
    assert_eq!(
        told,
        [(Some(1), Some(200), Some(1_532_000_000), None), (Some(2), Some(504), Some(60_001_000_000), Some(0))]
    );
}

#[test]
fn nothing_is_kept_of_healthy_ones_unless_asked() {
    assert_eq!(rows(false).len(), 1);
}
