//! What its statuses mean.

use crate::categories::Id::*;
use crate::logs::phase;
use crate::products::{Answered, answered};

/// What the program does.
const CODE: &str = "Apache httpd source, 2.4 (proxy_util.c, mod_proxy_http.c, mod_proxy_fcgi.c, mod_proxy_ajp.c)";

/// See the module.
pub(super) const ANSWERS: &[Answered] = &[
    answered(
        502,
        &[&[ResponseTimeout, ResponseReset, ResponseEmpty, KeepaliveRace, ResponseInvalid, ResponseHeaderTooLarge]],
        "mod_proxy_http says 502 also where the response did not come in time (“Error reading from remote server”); many guides \
         promise 504 for that. mod_proxy_fcgi does say 504.",
        CODE,
    ),
    answered(
        503,
        &[phase::CONNECT, &[NoHealthyUpstream, LocalEgressDenied]],
        "Apache says 503 where no connection to a server came about, refused or silent, and for 60 s afterwards, while the \
         worker is in error state. mod_proxy_fcgi says 503 for its other failures as well.",
        CODE,
    ),
    answered(
        500,
        &[phase::SECURE, phase::RESOLVE],
        "Apache 2.4 says 500 where the server's name has no address (“DNS lookup failure for”) or TLS with it failed (“Error \
         during SSL Handshake with remote server”): it is no error of an application. Apache 2.2 said 502.",
        CODE,
    ),
    answered(
        504,
        &[&[ResponseTimeout, RequestUnacked, ZeroWindow]],
        "Apache says 504 where mod_proxy_fcgi or mod_proxy_ajp (with ping=) waited in vain, or a request's body could not be \
         sent in time. mod_proxy_http says 502 for a response that did not come.",
        CODE,
    ),
];
