//! What its statuses mean.

use super::CODE;
use crate::categories::Id::*;
use crate::logs::phase;
use crate::products::{Answered, answered};

/// See the module.
pub(super) const ANSWERS: &[Answered] = &[
    answered(
        503,
        &[phase::CONNECT, phase::RESOLVE, phase::SECURE, &[NoHealthyUpstream]],
        "Squid says 503 where it found no address, no connection or no TLS session (ERR_DNS_FAIL, ERR_CONNECT_FAIL, \
         ERR_SECURE_CONNECT_FAIL). It does not mean that the server is overloaded: most other gateways say 502 or 504 for \
         these.",
        CODE,
    ),
    answered(
        504,
        &[&[ResponseTimeout, TlsNoResponse, RequestUnacked, PmtuBlackhole]],
        "Squid says 504 where a response or a TLS handshake did not come in time (ERR_READ_TIMEOUT, 15 minutes by default); \
         a server that never answered the SYN is 503 here. 504 also answers a client that asked only-if-cached.",
        CODE,
    ),
    answered(
        502,
        &[&[ResponseReset, ResponseEmpty, KeepaliveRace, ResponseInvalid, ResponseHeaderTooLarge, ResponseTruncated]],
        "Squid says 502 where the server reset, closed without a byte, or sent no valid response (ERR_READ_ERROR, \
         ERR_ZERO_SIZE_OBJECT, ERR_INVALID_RESP), Squid 5 also where the name does not resolve; a refused connection is \
         503 here.",
        CODE,
    ),
    answered(
        500,
        &[&[RequiredService, ProxyOverload, EphemeralPortExhaustion]],
        "Squid says 500 for failures of its own: ICAP, sockets, certificate helpers.",
        CODE,
    ),
];
