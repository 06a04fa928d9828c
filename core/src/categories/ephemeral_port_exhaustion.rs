//! The gateway had no local port left for a connection: errno 99 (EADDRNOTAVAIL).

use super::pattern::{failed, says};
use super::{Category, Fix, Id, Owner, Phase, cause, check};

/// See the module.
pub static CATEGORY: Category = Category {
    id: Id::EphemeralPortExhaustion,
    phase: Phase::Gateway,
    title: "No local port left",
    meaning: "The gateway could not open a connection to {upstream}, because all its local ports towards \
             it are in use.",
    proxy_status: "connection_limit_reached",
    owner: Owner::Gateway,
    causes: &[
        cause("Connections to servers are not kept, so that closed ones pile up in TIME-WAIT."),
        cause(
            "All traffic goes to one parent or address from one local address: about 28,000 connections \
             a minute is the limit.",
        ),
        cause("The gateway leaks connections that it never closes."),
        cause("A NAT device has only one public address, and its ports are used up."),
    ],
    checks: &[
        check("Count the connections by state.", "ss -s"),
        check(
            "Count those towards this server that wait for their end.",
            "ss -tan state time-wait dst {upstream} | wc -l",
        ),
        check("Look at the range of local ports.", "sysctl net.ipv4.ip_local_port_range"),
        check("See whether it comes with load only and ends within a minute after it.", ""),
    ],
    fixes: &[
        Fix {
            at: "",
            setting: "Kept connections to servers",
            path: "Keep-alive settings of the gateway towards servers",
            change: "Keep connections open and use them again.",
            risk: "Mind the server's idle time, or requests meet closing connections.",
            verify: "ss -s",
            source: "",
        },
        Fix {
            at: "",
            setting: "Local ports and addresses",
            path: "Operating system of the gateway: net.ipv4.ip_local_port_range; more local addresses",
            change: "Widen the range, or add addresses to go out from.",
            risk: "Firewall rules by source address must know the new ones.",
            verify: "ss -s",
            source: "Linux ip-sysctl documentation",
        },
        Fix {
            at: "network",
            setting: "NAT pool",
            path: "The NAT device before the gateway",
            change: "Add public addresses to the pool for {gateway}.",
            risk: "Sites that know the old address by an allow list must learn the new ones.",
            verify: "nc -vz -w 5 {upstream} {port}",
            source: "",
        },
    ],
    absence: false,
    detect: |exchange, attempt| {
        !attempt.is_some_and(failed)
            && says(
                exchange,
                &["cannot assign requested address", "eaddrnotavail", "err_socket_failure 99", "err_connect_fail 99"],
            )
    },
};
