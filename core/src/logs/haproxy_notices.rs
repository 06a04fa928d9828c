//! What HAProxy says of its servers and proxies between the lines of its sessions: a server went down or came back, none
//! is left, no port was free, a proxy was stopped. No line of these is an exchange; they explain those that failed.
//!
//! Texts by src/server.c and src/check.c (states of servers), src/backend.c (`set_backend_down`), src/proxy.c
//! (`stop_proxy`) and src/proto_tcp.c (ports).

use super::notices::{Notice, State};

/// What such a line says; `None` for a message that says nothing of a server, and for any other line.
#[must_use]
pub fn read(line: &str) -> Option<Notice<'_>> {
    let none = Notice { pool: "", server: "", state: State::Down, reason: "", info: "" };
    if let Some(rest) = line.strip_prefix("Server ").or_else(|| line.strip_prefix("Backup Server ")) {
        let (place, rest) = rest.split_once(' ')?;
        let (pool, server) = place.split_once('/')?;
        let state = state(rest)?;
        return Some(Notice { pool, server, state, reason: reason(rest), info: info(rest) });
    }
    if let Some((pool, _)) =
        ["backend ", "proxy "].iter().find_map(|kind| line.strip_prefix(kind)?.split_once(" has no server available"))
    {
        return Some(Notice { pool, state: State::NoneLeft, ..none });
    }
    if let Some((pool, why)) = line.strip_prefix("Connect() failed for backend ").and_then(|rest| rest.split_once(": "))
    {
        return Some(Notice { pool, state: State::NoPort, reason: why.trim_end_matches('.'), ..none });
    }
    let (pool, rest) = line.strip_prefix("Proxy ")?.split_once(' ')?;
    rest.starts_with("stopped").then_some(Notice { pool, state: State::Stopped, ..none })
}

/// `is DOWN, …`, `is UP, …`, `is going DOWN for maintenance`, `was DOWN and now enters maintenance`.
fn state(rest: &str) -> Option<State> {
    let begins = |words: &[&str]| words.iter().any(|word| rest.starts_with(word));
    if begins(&["is going DOWN for maintenance", "was DOWN and now enters maintenance"]) {
        Some(State::Maintenance)
    } else if begins(&["is DOWN"]) {
        Some(State::Down)
    } else if begins(&["is UP"]) {
        Some(State::Up)
    } else {
        None
    }
}

/// The check's result: `Layer4 connection problem`.
fn reason(rest: &str) -> &str {
    let Some((_, after)) = rest.split_once(", reason: ") else { return "" };
    let end = [", ", ". "].iter().filter_map(|mark| after.find(mark)).min().unwrap_or(after.len());
    after.get(..end).unwrap_or_default()
}

/// What the check met: `Connection refused`.
fn info(rest: &str) -> &str {
    rest.split_once(", info: \"").and_then(|(_, after)| after.split_once('"')).map_or("", |(info, _)| info)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_servers_and_proxies_say() {
        let down = r#"Server be/s1 is DOWN, reason: Layer4 connection problem, info: "Connection refused", check duration: 0ms. 1 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue."#;
        let notice = |pool, server, state, reason, info| Some(Notice { pool, server, state, reason, info });
        assert_eq!(read(down), notice("be", "s1", State::Down, "Layer4 connection problem", "Connection refused"));
        let code = "Backup Server be/b1 is DOWN, reason: Layer7 wrong status, code: 503, info: \"Service Unavailable\", check duration: 2ms. 0 active";
        assert_eq!(read(code), notice("be", "b1", State::Down, "Layer7 wrong status", "Service Unavailable"));
        let up = "Server be/s1 is UP, reason: Layer6 check passed, check duration: 3ms. 2 active and 0 backup servers online.";
        assert_eq!(read(up), notice("be", "s1", State::Up, "Layer6 check passed", ""));
        let maintenance = "Server be/s1 is going DOWN for maintenance. 0 active and 0 backup servers left.";
        assert_eq!(read(maintenance), notice("be", "s1", State::Maintenance, "", ""));
        assert_eq!(read("backend be has no server available!"), notice("be", "", State::NoneLeft, "", ""));
        assert_eq!(read("proxy web has no server available!"), notice("web", "", State::NoneLeft, "", ""));
        let ports = "Connect() failed for backend be: no free ports.";
        assert_eq!(read(ports), notice("be", "", State::NoPort, "no free ports", ""));
        assert_eq!(
            read("Proxy be stopped (cumulated conns: FE: 0, BE: 12)."),
            notice("be", "", State::Stopped, "", "")
        );
        for other in ["Proxy be started.", "Server be/s1 is stopping", "Server ", "backend be", "GET / HTTP/1.1"] {
            assert_eq!(read(other), None, "{other}");
        }
    }
}
