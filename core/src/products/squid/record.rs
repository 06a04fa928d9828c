//! How to record what is missing.

use super::MANUAL;
use crate::categories::check;
use crate::products::{Aim, Recording};

/// See the module.
pub(super) const RECORDINGS: &[Recording] = &[
    Recording {
        aim: Aim::Log,
        check: check(
            "Add the reason and the times to the access log, in a format of its own next to the old one: error, \
             status of the server, address and port, DNS and total time, TLS and certificate errors.",
            "logformat triage %ts.%03tu %6tr %>a %Ss/%03>Hs %<st %rm %ru %[un %Sh/%<a:%<p %err_code/%err_detail %<Hs \
             %<la:%<lp dt=%dt pt=%<pt tt=%<tt sni=%ssl::>sni tls=%ssl::<negotiated_version certerr=%ssl::<cert_errors",
        )
        .path("squid.conf: logformat, access_log")
        .source(MANUAL),
    },
    Recording {
        aim: Aim::Log,
        check: check(
            "For a short time, let cache.log tell about HTTP (11), forwarding (17, 44), DNS (78) and TLS (83).",
            "debug_options ALL,1 11,2 17,3 44,3 78,3 83,5",
        )
        .path("squid.conf: debug_options")
        .source(MANUAL),
    },
];
