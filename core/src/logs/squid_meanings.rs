//! What Squid's words come to, as static data: see [`super::squid_words`], which chooses among them.

use super::meaning::{Meaning, phase};
use crate::categories::Id;
use crate::categories::Id::*;
use crate::report::Confidence::*;
use crate::report::GeneratedBy::{Gateway, Origin, ParentProxy, Unknown};

pub const CLIENT_LEFT: Meaning =
    Meaning::is(Likely, &[&[ClientAbort]], Unknown, "the client left before a status was sent (000)");

pub const LEFT_OR_CLOSED: Meaning = Meaning::is(
    Likely,
    &[&[ClientAbort, KeepaliveRace]],
    Unknown,
    "no status was sent (000): the client left, or the server closed the connection that was bound to the client's",
);

pub const CUT_OR_CLIENT: Meaning = Meaning::is(
    Likely,
    &[&[ClientAbort, ResponseTruncated]],
    Unknown,
    "the answer was cut off (_ABORTED): as a rule because the client left in the middle",
);

pub const STALLED_OR_CLIENT: Meaning = Meaning::is(
    Possible,
    &[&[ResponseStalled, ClientAbort]],
    Unknown,
    "the answer began and then timed out (_TIMEDOUT): the server stopped sending, or the client stopped taking it",
);

pub const BUMP_TIMED_OUT: Meaning = Meaning::is(
    Likely,
    &[&[TcpSynUnanswered, ReturnPath, TlsNoResponse]],
    Gateway,
    "Squid granted the tunnel in order to decrypt it, and its own connection to the server timed out (_TIMEDOUT)",
);

pub const BUMP_ABORTED: Meaning = Meaning::open(
    &[&[ClientTlsRejected, ClientAbort], phase::SECURE, phase::CONNECT, phase::RESOLVE],
    Unknown,
    "Squid granted the tunnel in order to decrypt it, and one side then broke off (_ABORTED): the line does not say which",
);

/// Refused by a rule.
pub const DENIED: Meaning =
    Meaning::is(Likely, &[&[PolicyDenied, RequiredService]], Gateway, "Squid refused the request (TCP_DENIED)");

pub const FROM_CACHE: Meaning = Meaning::is(
    Possible,
    &[&[OriginError], phase::RESOLVE, phase::CONNECT],
    Unknown,
    "the answer came from the cache: an earlier error, as a rule one that the origin sent",
);

pub const NO_ATTEMPT: Meaning =
    Meaning::is(Possible, &[&[NoAttempt]], Gateway, "Squid made this answer itself and contacted nobody");

/// What is left when no address was chosen.
const NOBODY_WHY: &str = "Squid contacted nobody (hierarchy NONE): as a rule it found no address for the name, else it had \
                          no parent that is up or may not go direct";

pub const NOBODY: Meaning = Meaning::open(&[phase::RESOLVE, &[NoHealthyUpstream, NoAttempt]], Gateway, NOBODY_WHY);

pub const NOBODY_SLOW: Meaning = Meaning::open(
    &[&[DnsNoResponse, DnsServfail, DnsUnreachable], phase::RESOLVE, &[NoHealthyUpstream, NoAttempt]],
    Gateway,
    NOBODY_WHY,
);

pub const NOBODY_500: Meaning = Meaning::open(
    &[&[RequiredService], phase::RESOLVE, &[NoHealthyUpstream, NoAttempt, EphemeralPortExhaustion, ProxyOverload]],
    Gateway,
    "Squid failed itself before it contacted anybody: an ICAP service, a helper, or no usable path",
);

pub const NOBODY_504: Meaning = Meaning::open(
    &[&[NoAttempt], phase::RESOLVE, &[NoHealthyUpstream]],
    Gateway,
    "Squid contacted nobody: it says 504 so where the client asked for a cached copy only (only-if-cached) and there is none; \
     old releases also where they found no address",
);

pub const INSIDE_503: Meaning = Meaning::open(
    &[phase::CONNECT, &[TlsAlert, TlsCertificate, TlsReset, TlsClosed, TlsNotSpoken], phase::RESOLVE],
    Gateway,
    "the answer inside a tunnel that Squid decrypts: its connection to the server had failed before",
);

pub const INSIDE_504: Meaning = Meaning::open(
    &[&[TlsNoResponse, TcpSynUnanswered, ReturnPath], phase::RESOLVE],
    Gateway,
    "the answer inside a tunnel that Squid decrypts: its connection to the server had timed out before",
);

pub const CONNECT_TIMED_OUT: Meaning = Meaning::is(
    Likely,
    &[&[TcpSynUnanswered, ReturnPath]],
    Gateway,
    "Squid's connection to the address on the line timed out",
);

/// A refusal comes within a round trip.
pub const REFUSED_FIRST: &[Id] = &[
    TcpSynReset,
    TcpIcmpUnreachable,
    TcpIcmpProhibited,
    TcpRoutingLoop,
    LocalEgressDenied,
    EphemeralPortExhaustion,
    TcpSynUnanswered,
    ReturnPath,
];

/// Silence takes as long as the timeout.
pub const SILENCE_FIRST: &[Id] =
    &[TcpSynUnanswered, ReturnPath, TcpIcmpUnreachable, TcpIcmpProhibited, TcpRoutingLoop, TcpSynReset];

pub const CONNECT_FAST: Meaning = Meaning::open(
    &[REFUSED_FIRST],
    Gateway,
    "Squid could not connect to the address on the line; it was told so at once",
);

pub const CONNECT_UNTIMED: Meaning = Meaning::open(
    &[REFUSED_FIRST],
    Gateway,
    "Squid could not connect to the server; the line says neither how nor how long that took",
);

pub const CONNECT_SLOW: Meaning = Meaning::open(
    &[SILENCE_FIRST],
    Gateway,
    "Squid could not connect to the address on the line, and it took seconds until it gave up",
);

const DIRECT_503_WHY: &str = "Squid could not connect to the address on the line, or the server itself sent 503: its native log writes both alike";

pub const DIRECT_503: Meaning = Meaning::open(&[REFUSED_FIRST, &[OriginError]], Unknown, DIRECT_503_WHY);
pub const DIRECT_503_SLOW: Meaning = Meaning::open(&[SILENCE_FIRST, &[OriginError]], Unknown, DIRECT_503_WHY);
pub const DIRECT_503_TLS: Meaning =
    Meaning::open(&[REFUSED_FIRST, phase::SECURE, &[OriginError]], Unknown, DIRECT_503_WHY);
pub const DIRECT_503_TLS_SLOW: Meaning =
    Meaning::open(&[SILENCE_FIRST, phase::SECURE, &[OriginError]], Unknown, DIRECT_503_WHY);

const DIRECT_504_WHY: &str =
    "no response within read_timeout, or the server itself sent 504: Squid's native log writes both alike";

pub const DIRECT_504: Meaning = Meaning::open(
    &[&[ResponseTimeout, RequestUnacked, PmtuBlackhole, OriginError, TcpSynUnanswered]],
    Unknown,
    DIRECT_504_WHY,
);

pub const DIRECT_504_TLS: Meaning = Meaning::open(
    &[&[ResponseTimeout, TlsNoResponse, RequestUnacked, PmtuBlackhole, OriginError, TcpSynUnanswered]],
    Unknown,
    DIRECT_504_WHY,
);

/// `read_timeout` ran out.
pub const READ_TIMED_OUT: Meaning = Meaning::is(
    Likely,
    &[&[ResponseTimeout, RequestUnacked, PmtuBlackhole, ZeroWindow]],
    Gateway,
    "Squid waited for the response until read_timeout",
);

pub const DIRECT_502: Meaning = Meaning::open(
    &[&[
        ResponseReset,
        ResponseEmpty,
        ResponseInvalid,
        ResponseHeaderTooLarge,
        KeepaliveRace,
        ResponseTruncated,
        OriginError,
    ]],
    Unknown,
    "Squid was connected and got no usable response, or the server itself sent 502: its native log writes both alike",
);

pub const DIRECT_OTHER: Meaning = Meaning::is(
    Likely,
    &[&[OriginError]],
    Origin,
    "a server was contacted, and this is no status that Squid sends where that fails",
);

pub const PARENT: Meaning = Meaning::open(
    &[&[ParentProxyError], phase::CONNECT, &[ResponseTimeout, ResponseReset, ResponseEmpty, ResponseInvalid]],
    Unknown,
    "the request went to a parent proxy, which sent this status or could not be used: Squid's native log writes both alike",
);

pub const FROM_ORIGIN: Meaning =
    Meaning::is(Likely, &[&[OriginError]], Origin, "Squid met no error of its own: the server itself sent this status");

pub const FROM_PARENT: Meaning = Meaning::is(
    Likely,
    &[&[ParentProxyError]],
    ParentProxy,
    "Squid met no error of its own: the parent proxy, or a server behind it, sent this status",
);
