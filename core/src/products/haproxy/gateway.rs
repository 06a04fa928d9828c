//! HAProxy's own answers: no server, rules, limits, clients that leave.

use super::{THROUGH, keyword, state};
use crate::categories::Id;
use crate::products::Part;

/// See the module.
pub(super) const PART: Part = Part {
    checks: &[
        (
            &[Id::NoHealthyUpstream],
            state(
                "SC with <NOSRV> in place of a server: none was up. sQ: the request waited in the queue until timeout \
                 queue. Look for the line Server ... is DOWN before it: it names the failed check.",
            ),
        ),
        (
            &[Id::OriginError],
            state("Termination state -- with 502, 503 or 504: the server sent it, HAProxy passed it on."),
        ),
        (&[Id::PolicyDenied], state("Termination state PR or LR: a rule answered. PT: tarpit.")),
        (
            &[Id::ClientAbort],
            state(
                "First letter C: the client left. Small c: HAProxy's timeout client ended it. Status -1 or 400, 408.",
            ),
        ),
        (
            &[Id::ProxyOverload],
            state("Termination state PC: the process had no connection left. sQ: the queue is full."),
        ),
    ],
    fixes: &[
        (
            &[Id::NoAttempt],
            keyword(
                "Backend for the request",
                "haproxy.cfg: frontend { use_backend, default_backend }",
                "Give the frontend a default_backend: without one, what no use_backend rule takes gets 503.",
                "Requests for unknown hosts reach that backend.",
                THROUGH,
            ),
        ),
        (
            &[Id::PolicyDenied],
            keyword(
                "Exception",
                "haproxy.cfg: http-request deny, http-request tarpit, tcp-request connection reject",
                "Put an acl for those who need {host} before the rule that refused.",
                "The servers behind lose that protection.",
                THROUGH,
            ),
        ),
        (
            &[Id::ProxyOverload],
            keyword(
                "Limits",
                "haproxy.cfg: global maxconn; frontend maxconn",
                "Raise it as far as memory allows; the limit of open files follows from it.",
                "More memory; the servers behind get more at once.",
                "echo 'show info' | socat stdio /var/run/haproxy.sock",
            ),
        ),
        (
            &[Id::ClientAbort],
            keyword(
                "Client timeout",
                "haproxy.cfg: timeout client, timeout http-request",
                "Where the state begins with a small c, HAProxy itself gave up: raise the one that equals the time.",
                "Slow or idle clients hold connections longer.",
                THROUGH,
            ),
        ),
    ],
    ..Part::EMPTY
};

/// What lets requests fail sooner or go elsewhere.
pub(super) const EASE: Part = Part {
    fixes: &[
        (
            &[Id::NoHealthyUpstream],
            keyword(
                "Health check and failure limits",
                "haproxy.cfg: server ... check inter (2s) fall (3) rise (2), backup; option httpchk",
                "Mend what the check asks for, or ask for less; add a server with backup.",
                "A check that asks too little keeps a broken server in use.",
                THROUGH,
            ),
        ),
        (
            &[Id::NoHealthyUpstream, Id::ProxyOverload],
            keyword(
                "Queue",
                "haproxy.cfg: server ... maxconn, timeout queue",
                "For sQ: raise maxconn as far as the server bears it, or timeout queue.",
                "A server with too many connections becomes slow for all.",
                THROUGH,
            ),
        ),
    ],
    eases: true,
    ..Part::EMPTY
};
