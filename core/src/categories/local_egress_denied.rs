//! The gateway was not allowed to open a connection by its own host: errno 13, 1 or 101 and no SYN on the wire.

use super::pattern::{failed, says};
use super::{Category, Fix, Id, Owner, Phase, cause, check};

/// See the module.
pub static CATEGORY: Category = Category {
    id: Id::LocalEgressDenied,
    phase: Phase::Gateway,
    title: "Stopped on the gateway itself",
    meaning: "The gateway's own host did not let it open a connection to {upstream}: no SYN left any \
             interface.",
    proxy_status: "proxy_internal_error",
    owner: Owner::Gateway,
    causes: &[
        cause(
            "SELinux or AppArmor forbids the proxy to open connections (SELinux: \
             httpd_can_network_connect).",
        ),
        cause("The host's own firewall has an output rule against it."),
        cause("There is no route, or the outgoing address configured is not one of this host."),
        cause("The next hop does not answer ARP or neighbour discovery."),
    ],
    checks: &[
        check("Which way would the host send it? An error here is the answer.", "ip route get {upstream}"),
        check("See whether SELinux refused something lately.", "ausearch -m avc -ts recent"),
        check("Look for output rules.", "nft list ruleset"),
        check("See whether the next hop answers; FAILED or INCOMPLETE means no.", "ip neigh show"),
    ],
    fixes: &[
        Fix {
            at: "",
            setting: "SELinux",
            path: "setsebool -P httpd_can_network_connect 1 (web servers and reverse proxies on SELinux \
             systems)",
            change: "Allow the proxy to open network connections.",
            risk: "The service may then open any connection; narrower booleans exist for some cases.",
            verify: "getsebool httpd_can_network_connect",
            source: "SELinux policy, httpd_selinux manual page",
        },
        Fix {
            at: "",
            setting: "Route, output rule, outgoing address",
            path: "Network settings of the gateway's host",
            change: "Add the route, allow the output, or bind to an address that the host has.",
            risk: "A wrong default route takes the gateway off the network.",
            verify: "ip route get {upstream}",
            source: "",
        },
    ],
    absence: false,
    detect: |exchange, attempt| {
        // ICMPv6 "administratively prohibited" gives the same error number: only where it would have been seen.
        let number = exchange.outward && says(exchange, &["err_connect_fail 13"]);
        !attempt.is_some_and(failed) && (number || says(exchange, &["permission denied", "eacces"]))
    },
};
