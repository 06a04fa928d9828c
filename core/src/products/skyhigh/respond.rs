//! Block page Bad Response.

use super::{ARTICLE, BAD_RESPONSE};
use crate::categories::{Fix, Id, check, response_invalid, response_timeout};
use crate::products::Part;

const TIMEOUT: &[Id] = &[Id::ResponseTimeout, Id::ResponseStalled];

/// See the module.
pub(super) const PART: Part = Part {
    causes: &[
        (&[Id::ResponseInvalid], response_invalid::SERVER),
        (&[Id::ResponseInvalid], response_invalid::DEVICE),
        (&[Id::ResponseTimeout], response_timeout::SLOW),
    ],
    checks: &[
        (
            BAD_RESPONSE,
            check(
                "The block page is Bad Response: what came is no valid HTTP response, or nothing came within \
             the default of two minutes. Show both sides of the gateway.",
                "({client_is} || {upstream_is}) && (http.request || http.response)",
            )
            .source(ARTICLE),
        ),
        (
            &[Id::ResponseInvalid, Id::ResponseTruncated, Id::ResponseTimeout],
            check(
                "A 200 OK to the client that is followed by 502 badgateway in the same stream is one \
             failure, not a success. Look for the server's own 200: here it sent none.",
                "{client_is} && http.response",
            )
            .source(ARTICLE),
        ),
        (
            &[Id::ResponseInvalid],
            check(
                "Right-click a packet of the server's connection and choose Follow TCP Stream: a valid \
             response begins with a status line such as HTTP/1.0 200 OK; without one it is invalid.",
                "{upstream_is} && tcp.port == {port}",
            )
            .source(ARTICLE),
        ),
        (
            BAD_RESPONSE,
            check(
                "Capture on the next upstream device and on the gateway at the same time, and trace back \
             where the response goes wrong: a device in between, or the server.",
                "tcpdump -s 0 -i any -w filename.pcap",
            )
            .source(ARTICLE),
        ),
        (
            TIMEOUT,
            check(
                "Time the page without the gateway. More than 120 s, as a long report may need: raise the \
             timeout for its host. No end at all: the server hangs.",
                "curl -sS -o /dev/null -w '%{time_starttransfer}\\n' --noproxy '*' {url}",
            )
            .source(ARTICLE),
        ),
    ],
    fixes: &[
        (
            TIMEOUT,
            Fix {
                at: "",
                setting: "Response timeout",
                path: "Policy > Settings > Engines > Proxy Control (Web Gateway 7.x)",
                change: "Add settings with a longer timeout, for example 480 s instead of 120 s. Then a rule: \
             URL.Host is {host}, action Continue, event Enable Proxy Control with these settings.",
                risk: "Dead servers hold connections longer; keep the rule to the hosts that need it, never all.",
                verify: "curl -v{through} {url}",
                source: ARTICLE,
            },
        ),
        (
            TIMEOUT,
            Fix {
                at: "",
                setting: "Timeout of Proxy HA",
                path: "Configuration of the HA proxy process, on every node (Proxy HA or transparent router mode)",
                change: "Raise its own 120 s as well: Proxy Control does not change it.",
                risk: "It holds for all hosts that pass that process.",
                verify: "curl -v{through} {url}",
                source: "Skyhigh product guide, Configure ProxyHA Timeout Settings",
            },
        ),
    ],
    ..Part::EMPTY
};
