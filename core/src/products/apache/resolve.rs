//! Name resolution: 500, DNS lookup failure. httpd has no resolver of its own.

use super::{PRACTICE, THROUGH, directive, log};
use crate::categories::{Id, check, fix};
use crate::products::Part;
use crate::products::groups::RESOLVE;

/// See the module.
pub(super) const PART: Part = Part {
    checks: &[
        (RESOLVE, log("The client gets 500; the error log has AH00898: DNS lookup failure for the name.")),
        (
            RESOLVE,
            check(
                "httpd asks the system: see what that answers, with hosts file and search domains.",
                "getent ahosts {host}",
            ),
        ),
    ],
    fixes: &[
        (
            RESOLVE,
            fix(
                "DNS servers",
                "/etc/resolv.conf of the machine, or systemd-resolved; then restart httpd",
                "Name servers that know {host} and answer this machine.",
                "They hold for every program on the machine.",
                "getent ahosts {host}",
            )
            .source(PRACTICE),
        ),
        (
            &[Id::DnsNxdomain, Id::DnsNodata],
            fix(
                "Hosts file",
                "/etc/hosts of the machine",
                "As a workaround, enter {host} with its address.",
                "The entry stays when the address changes.",
                "getent ahosts {host}",
            )
            .source(PRACTICE),
        ),
        (
            &[Id::DnsNxdomain, Id::DnsNodata],
            directive(
                "Name resolution at run time",
                "ProxyPass ... disablereuse=on",
                "A kept worker keeps the address that it found first, until restart; disablereuse lets it look up \
                 again.",
                "A new connection for each request.",
                THROUGH,
            ),
        ),
    ],
    ..Part::EMPTY
};
