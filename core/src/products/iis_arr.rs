//! IIS with Application Request Routing: what Microsoft's article on its 502 says, else practice.

use super::groups::{LATE, RESOLVE, SILENT};
use super::{Aim, Handbook, Id, PRACTICE, Part, Product, Recording, answered};
use crate::categories::Id::*;
use crate::categories::{Id as Category, check, fix};
use crate::logs::phase;

const ARTICLE: &str = "Microsoft Learn, Troubleshooting 502 errors in ARR";
const THROUGH: &str = "curl -sv -o NUL {url}";

/// See the module.
pub static PRODUCT: Product = Product {
    id: Id::IisArr,
    name: "IIS with Application Request Routing (ARR)",
    also: &["ARR", "IIS reverse proxy", "Microsoft-IIS"],
    statuses: "502 for every failure towards the server; the substatus and the Windows code tell the kind. 502.3: the \
             connection failed; 502.4: no server left. sc-win32-status 12002: timeout, 12029: no connection, 12007: \
             name, 12030 or 12031: closed or reset, 12152: invalid response, 12175: TLS.",
    answers: &[answered(
        502,
        &[
            &[ResponseTimeout, TcpSynUnanswered, TcpSynReset, ResponseReset, ResponseEmpty, NoHealthyUpstream],
            phase::RESOLVE,
            phase::SECURE,
        ],
        "ARR says 502 for whatever fails towards the server, a timeout included: 502.3 in the log, with the code of WinHTTP in \
         sc-win32-status (12002 is a timeout). Others say 504 for that.",
        ARTICLE,
    )],
    timers: &[],
    reverse: true,
    absent: &[],
};

/// See the module.
pub static HANDBOOK: Handbook = Handbook {
    parts: &[Part {
        checks: &[
            (
                SILENT,
                check("Read the IIS log: 502 with substatus 3 and sc-win32-status 12002 or 12029.", "").source(PRACTICE),
            ),
            (
                RESOLVE,
                check("Read the IIS log: 502 with substatus 3 and sc-win32-status 12007.", "").source(PRACTICE),
            ),
            (
                &[Category::ResponseTimeout],
                check(
                    "Read the IIS log: 502 with substatus 3 and sc-win32-status 12002 (2147954402 is the same); \
                     time-taken equals the time-out.",
                    "",
                )
                .source(ARTICLE),
            ),
            (
                &[Category::ResponseReset, Category::ResponseEmpty, Category::KeepaliveRace],
                check("Read the IIS log: 502 with substatus 3 and sc-win32-status 12030 or 12031.", "").source(PRACTICE),
            ),
        ],
        fixes: &[(
            LATE,
            fix(
                "Response timeout",
                "IIS Manager > server or farm > Application Request Routing > Proxy Settings: Time-out (seconds)",
                "Raise it above the time that the page needs. The default differs by place: read what stands there.",
                "Dead servers hold requests longer.",
                "curl -sS -o NUL -w '%{time_starttransfer}\\n' {url}",
            )
            .source(PRACTICE),
        ), (
            &[Category::TlsCertificate],
            fix(
                "Trusted issuers",
                "certlm.msc: Trusted Root and Intermediate Certification Authorities of the computer",
                "Import the missing issuer into the computer's store, not the user's.",
                "Whoever holds that issuer's key can vouch for any name, for every program on the machine.",
                THROUGH,
            )
            .source(PRACTICE),
        )],
        ..Part::EMPTY
    }],
    recordings: &[Recording {
        aim: Aim::Log,
        check: check(
            "Log sc-substatus, sc-win32-status and time-taken, and let Failed Request Tracing record 502 with its \
             ARR events.",
            "",
        )
        .path("IIS Manager > site > Logging > Select Fields; Failed Request Tracing Rules")
        .source(ARTICLE),
    }],
};
