//! Refused by the gateway's own policy or scanner.

use super::pattern::{failed, says};
use super::{Category, Fix, Id, Owner, Phase, cause, check};

/// See the module.
pub static CATEGORY: Category = Category {
    id: Id::PolicyDenied,
    phase: Phase::Gateway,
    title: "Refused by the gateway",
    meaning: "The gateway itself refused {host} by policy or by its scanner, and answered with an error \
             status.",
    proxy_status: "http_request_denied",
    owner: Owner::Gateway,
    causes: &[
        cause("A rule blocks the site, its category, its reputation or its address."),
        cause("The scanner found something in the request or the response."),
        cause("The address that DNS gave is not allowed, for example a private one."),
        cause("The rule is older than the site's present use, or the category is wrong."),
    ],
    checks: &[
        check("Read the block page or the log's reason: rule, category or signature.", "curl -v{through} {url}"),
        check("Look up category and reputation of {host} in the vendor's site.", ""),
        check("Try another user and another client, to see whether the rule depends on who asks.", ""),
    ],
    fixes: &[
        Fix {
            at: "",
            setting: "Exception",
            path: "Access policy of the gateway",
            change: "Allow {host} for those who need it, if it may be allowed.",
            risk: "The site is let through without that protection.",
            verify: "curl -v{through} {url}",
            source: "",
        },
        Fix {
            at: "",
            setting: "Category or reputation",
            path: "The vendor's form for wrong categories",
            change: "Report the wrong category or reputation to the vendor.",
            risk: "None.",
            verify: "curl -v{through} {url}",
            source: "",
        },
    ],
    absence: false,
    detect: |exchange, attempt| {
        !attempt.is_some_and(failed)
            && says(
                exchange,
                &["http_request_denied", "destination_ip_prohibited", "policy_denied", "err_access_denied"],
            )
    },
};
