//! Request and response: 502 and 504.

use super::{THROUGH, directive, token};
use crate::categories::Id;
use crate::products::Part;
use crate::products::groups::{LATE, new_connection};

/// See the module.
pub(super) const PART: Part = Part {
    checks: &[
        (LATE, token("%err_code says ERR_READ_TIMEOUT, and the result tag ends in _TIMEDOUT.")),
        (
            &[Id::ResponseReset, Id::ResponseTruncated],
            token("%err_code says ERR_READ_ERROR; errno=104 is a reset, SRV_PREMATURE_EOF a body that ended early."),
        ),
        (&[Id::ResponseEmpty, Id::KeepaliveRace], token("%err_code says ERR_ZERO_SIZE_OBJECT.")),
        (&[Id::ResponseInvalid], token("%err_code says ERR_INVALID_RESP, and cache.log has a line Invalid Response.")),
        (
            &[Id::ResponseHeaderTooLarge],
            token(
                "%err_code says ERR_TOO_BIG. With 502 the header was too large; with 403 it was the body \
                 (reply_body_max_size).",
            ),
        ),
        (&[Id::RequestUnacked, Id::ZeroWindow], token("%err_code says ERR_WRITE_ERROR.")),
        (&[Id::OriginError], token("%err_code is - and %<Hs has the status: the server sent it, Squid passed it on.")),
    ],
    fixes: &[
        (
            LATE,
            directive(
                "Response timeout",
                "squid.conf: read_timeout (15 minutes)",
                "Raise it above the time that the page needs; it holds for all hosts.",
                "Dead servers hold connections longer.",
                THROUGH,
            ),
        ),
        (
            &[Id::ResponseHeaderTooLarge],
            directive(
                "Header buffer",
                "squid.conf: reply_header_max_size (64 KB)",
                "Raise it above the size measured.",
                "More memory for each connection.",
                THROUGH,
            ),
        ),
        (
            &[Id::ResponseInvalid],
            directive(
                "Exception for the host",
                "squid.conf: relaxed_header_parser (on)",
                "Where it was set to off, set it on, or warn, which also names each deviation in cache.log.",
                "Headers that deviate from the standard pass. It mends no response without a status line.",
                THROUGH,
            ),
        ),
    ],
    ..Part::EMPTY
};

/// Connections to servers that are kept.
pub(super) const KEPT: Part = Part {
    fixes: &[(
        &[Id::KeepaliveRace, Id::ResponseEmpty, Id::ResponseReset],
        directive(
            "Idle time of kept server connections",
            "squid.conf: server_idle_pconn_timeout (1 minute)",
            "Set it below the idle time of server and firewall; server_persistent_connections off as a test.",
            "More new connections to servers.",
            THROUGH,
        ),
    )],
    against: new_connection,
    ..Part::EMPTY
};
