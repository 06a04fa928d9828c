//! Small segments pass, full-sized ones vanish: RFC 2923 section 2.1.

use alloc::format;

use super::{Category, Fix, Id, Owner, Phase, cause, check, favoured};
use crate::exchange::{ReceiveFailure, SendFailure};

/// See the module.
pub static CATEGORY: Category = Category {
    id: Id::PmtuBlackhole,
    phase: Phase::Send,
    title: "Large packets vanish",
    meaning: "Small segments to {upstream} are acknowledged, full-sized ones never are: a hop takes less \
             than the sender believes.",
    proxy_status: "connection_write_timeout",
    owner: Owner::Network,
    causes: &[
        favoured(
            "The gateway's host does not heed the ICMP message that tells the size: a firewall of its own drops it, or path \
             MTU discovery is switched off.",
            |_, attempt| {
                let icmp =
                    attempt?.too_big.filter(|_| attempt.is_some_and(|attempt| attempt.send.failure().is_some()))?;
                Some(match icmp.mtu {
                    Some(mtu) => format!("{} told it an MTU of {mtu}; full-sized segments went on.", icmp.from).into(),
                    None => format!("{} told it that its segments are too large; they went on.", icmp.from).into(),
                })
            },
        ),
        cause(
            "A tunnel on the way (VPN, GRE, PPPoE, cloud) has a smaller MTU, and its ICMP message is \
             filtered.",
        ),
        cause("The tunnel does not lower the MSS of the connections that it carries."),
        cause("Redirection by WCCP with GRE adds a header that no longer fits."),
        cause("An interface or switch on the way has a smaller MTU than its neighbours."),
    ],
    checks: &[
        check(
            "Ping with DF set and full size, then smaller; the largest that passes is the path MTU less \
             28.",
            "ping -M do -s 1472 -c 3 {upstream}",
        ),
        check("Let the path be measured hop by hop.", "tracepath -n {upstream}"),
        check("Small pages work, uploads, large cookies or TLS with large keys do not: that fits.", ""),
    ],
    fixes: &[
        Fix {
            at: "firewall",
            setting: "ICMP needed for path MTU",
            path: "Firewalls between {gateway} and {upstream}",
            change: "Allow ICMP type 3 code 4 and ICMPv6 type 2 back to {gateway}.",
            risk: "None of note; filtering them is what breaks.",
            verify: "tracepath -n {upstream}",
            source: "RFC 4890 section 4.3.1, RFC 1191",
        },
        Fix {
            at: "network",
            setting: "MSS clamping",
            path: "The router or firewall at the tunnel's end",
            change: "Lower the MSS of SYNs to the tunnel's MTU less 40 (IPv4) or 60 (IPv6), for example 1360.",
            risk: "Slightly smaller packets for all connections through it.",
            verify: "tcpdump -vni any 'tcp[tcpflags] & tcp-syn != 0 and host {upstream}'",
            source: "RFC 4459 section 3.2",
        },
        Fix {
            at: "",
            setting: "MTU of the gateway's interface",
            path: "Network interface of the gateway",
            change: "Lower the MTU towards the tunnel, or switch on probing of the path MTU.",
            risk: "All connections of that interface use smaller packets.",
            verify: "ip link show",
            source: "RFC 4821 (path MTU probing)",
        },
    ],
    absence: true,
    detect: |_, attempt| {
        let Some(attempt) = attempt else { return false };
        attempt.send.failure() == Some(&SendFailure::FullSizeLost)
            || attempt.receive.failure() == Some(&ReceiveFailure::FullSizeLost)
    },
};
