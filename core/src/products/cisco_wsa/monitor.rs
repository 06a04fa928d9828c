//! The appliance's own L4 Traffic Monitor: 504 by a RST that no device on the path sent.

use super::{ARTICLE, RESETS};
use crate::categories::{Cause, Check, Fix, Id as Category, cause, check};
use crate::exchange::{Attempt, Bearing, Exchange};
use crate::products::Part;
use crate::report::ResetBy;

/// The appliance's own packet monitor resets.
const L4TM: Cause =
    cause("The appliance's own L4 Traffic Monitor blocks the address and resets the proxy's connection.");

const REPORT: Check = check(
    "First find out whether the appliance resets itself: look for {upstream} or {host} in the \
     report of the L4 Traffic Monitor. Listed there: it does. Not listed: another device sends \
     the RST.",
    "",
)
.path(
    "Monitor > L4 Traffic Monitor (AsyncOS, article undated; later releases: Reporting > L4 \
     Traffic Monitor)",
)
.source(ARTICLE);

const PORTS: Fix = Fix {
    at: "",
    setting: "L4 Traffic Monitor ports",
    path: "Security Services > L4 Traffic Monitor (AsyncOS, article undated; 8.7: Edit Global Settings)",
    change: "Choose all ports except proxy ports, so that it does not block where the proxy listens.",
    risk: "On proxy ports the proxy alone protects. It does so better: users get a page that explains \
     instead of a bare reset, and it blocks by content, while L4TM blocks all traffic to a \
     listed address.",
    verify: "grep -e {host} accesslogs",
    source: "Cisco article on WSA 502 and 504 (undated); AsyncOS 8.7 user guide for the option's name",
};

const ALLOW: Fix = Fix {
    at: "",
    setting: "L4 Traffic Monitor allow list",
    path: "Web Security Manager > L4 Traffic Monitor > Allow List (AsyncOS, article undated; 8.8: Edit \
     Settings)",
    change: "Add {host} or {upstream}, if the site is listed as bad but there are reasons to allow it.",
    risk: "All its traffic passes the monitor. Never enter the appliance's own address or name: then \
     the monitor blocks nothing at all.",
    verify: "grep -e {host} accesslogs",
    source: "Cisco article on WSA 502 and 504 (undated); AsyncOS 6.3 and 8.8 user guides for the risk",
};

/// Where packets or the access log show a RST.
pub(super) const PART: Part = Part {
    causes: &[(RESETS, L4TM)],
    checks: &[(RESETS, REPORT)],
    fixes: &[(RESETS, PORTS), (RESETS, ALLOW)],
    against: the_server_reset,
    ..Part::EMPTY
};

/// Where the monitor's own log shows that it blocked: then it is the appliance's policy.
pub(super) const BY_LOG: Part = Part {
    fixes: &[(&[Category::PolicyDenied], PORTS), (&[Category::PolicyDenied], ALLOW)],
    against: |exchange, _| !exchange.signs.devices.iter().any(|word| word.bearing == Bearing::OwnBlock),
    ..Part::EMPTY
};

/// The packets show that the server itself sent the RST.
fn the_server_reset(_: &Exchange, attempt: Option<&Attempt>) -> bool {
    attempt.is_some_and(|attempt| attempt.reset_by == Some(ResetBy::UpstreamHost))
}
