//! SYN sent again and again, no SYN-ACK.

use alloc::format;

use super::pattern::{IPV6_PATH, ODD_PORT, PARENT, WRONG_ADDRESS};
use super::{Category, Cause, Fix, Id, Owner, Phase, cause, check, favoured};
use crate::exchange::ConnectFailure;

/// A device drops SYN or SYN-ACK without a word.
pub(crate) const DROPPED: Cause = favoured(
    "A firewall or similar device drops the gateway's SYN, or the server's SYN-ACK, in silence.",
    |_, attempt| match attempt?.connect.failure()? {
        ConnectFailure::Unanswered { tries, waited } if *tries > 1 && waited.0 > 0 => {
            Some(format!("{tries} SYNs in {waited} without RST or ICMP error: nobody refuses, somebody drops.").into())
        }
        _ => None,
    },
);
/// The far end.
pub(crate) const SERVER_DOWN: Cause = cause("The server is down, or its network has trouble.");
/// The near end.
pub(crate) const OWN_NETWORK: Cause = cause(
    "A fault in the gateway's own network keeps its SYNs from getting out: route, NAT, VLAN, \
             uplink.",
);

/// See the module.
pub static CATEGORY: Category = Category {
    id: Id::TcpSynUnanswered,
    phase: Phase::Connect,
    title: "SYN unanswered",
    meaning: "The gateway sent SYN after SYN to {upstream} port {port} and nothing came back: no SYN-ACK, \
             no RST, no ICMP error.",
    proxy_status: "connection_timeout",
    owner: Owner::Firewall,
    causes: &[
        DROPPED,
        SERVER_DOWN,
        OWN_NETWORK,
        cause("The site or its provider drops the gateway's public address, by reputation or by country."),
        PARENT,
        WRONG_ADDRESS,
        IPV6_PATH,
        ODD_PORT,
    ],
    checks: &[
        check(
            "Open the port from the gateway itself. Connected: the path works now. Silence: go on below.",
            "nc -vz -w 10 {upstream} {port}",
        ),
        check(
            "Ping shows whether the network path works at all. No answer proves nothing: ICMP is often \
             filtered.",
            "ping -c 3 {upstream}",
        ),
        check(
            "Reach the site from the same network without the gateway. If that works, look between \
             gateway and site.",
            "curl -v --noproxy '*' --max-time 10 {url}",
        ),
        check(
            "Follow the SYN itself hop by hop; the last hop that answers is the last one that let it \
             pass.",
            "traceroute -n -T -p {port} {upstream}",
        ),
        check(
            "Look into the firewall's log for {gateway} to {upstream} port {port}: a drop rule with this \
             pair is the answer.",
            "",
        ),
        check("Other sites from the gateway: if all fail, it is the gateway's way out, not this site.", ""),
    ],
    fixes: &[
        Fix {
            at: "firewall",
            setting: "Outbound rule",
            path: "Firewalls between {gateway} and {upstream}",
            change: "Allow TCP from {gateway} to {upstream} port {port}, and let the answers back in.",
            risk: "Opens this destination for everything behind the gateway.",
            verify: "nc -vz -w 10 {upstream} {port}",
            source: "",
        },
        Fix {
            at: "origin",
            setting: "Server and its firewall",
            path: "{upstream}",
            change: "Have the operator see whether SYNs from {gateway}'s public address arrive, and let them in.",
            risk: "None for the gateway.",
            verify: "nc -vz -w 10 {upstream} {port}",
            source: "",
        },
        Fix {
            at: "network",
            setting: "Route and NAT",
            path: "Default gateway, static routes and NAT of {gateway}'s network",
            change: "Mend the way to {upstream} and the way back to {gateway}.",
            risk: "A changed route or NAT rule moves other traffic as well.",
            verify: "traceroute -n -T -p {port} {upstream}",
            source: "",
        },
    ],
    absence: true,
    detect: |_, attempt| matches!(attempt.and_then(|a| a.connect.failure()), Some(ConnectFailure::Unanswered { .. })),
};
