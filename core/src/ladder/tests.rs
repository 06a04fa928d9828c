use super::*;

#[test]
fn a_line_holds_both_ways_and_all_questions_to_a_server() {
    let end = |text: &str| text.parse::<SocketAddr>().expect("an address");
    let line = |one, other| Line { one: end(one), other: end(other), side: None, last: None, sent: [None; 2] };
    let tcp = line("10.0.0.1:5000", "10.0.0.2:80");
    assert!(tcp.holds(end("10.0.0.2:80"), end("10.0.0.1:5000")));
    assert!(!tcp.holds(end("10.0.0.2:80"), end("10.0.0.1:5001")));
    let dns = line("10.0.0.1:0", "10.0.0.3:53");
    assert!(dns.holds(end("10.0.0.1:40000"), end("10.0.0.3:53")));
    assert!(dns.holds(end("10.0.0.3:53"), end("10.0.0.1:40001")));
    assert!(!dns.holds(end("10.0.0.4:40000"), end("10.0.0.3:53")));
}
