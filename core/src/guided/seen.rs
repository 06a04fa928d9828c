//! What the users see, and who made it.

use super::{
    Answer, CLIENT, HTTP, HTTP2, OWN, PRACTICE, Question, Stage, TLS, TOWARDS, answer, no, out, said, status, yes,
};
use crate::categories::Id::*;
use crate::categories::check;
use crate::logs::phase;

pub(super) static PRODUCT: Question = Question {
    id: "product",
    name: "Gateway",
    ask: "Which gateway do the users go through?",
    note: "The same failure has another status and another page at each product.",
    stage: Stage::Seen,
    answers: |_| PRODUCTS,
    also: status::cannot,
    ..Question::EMPTY
};

const PRODUCTS: &[Answer] = &[
    answer("cisco-wsa", "Cisco Secure Web Appliance (WSA)", &[]),
    answer("skyhigh", "Skyhigh Secure Web Gateway", &[]),
    answer("squid", "Squid", &[]),
    answer("nginx", "nginx", &[]),
    answer("haproxy", "HAProxy", &[]),
    answer("apache", "Apache httpd", &[]),
    answer("envoy", "Envoy, Istio", &[]),
    answer("proxysg", "Symantec Edge SWG (ProxySG)", &[]),
    answer("aws-alb", "AWS Application Load Balancer", &[]),
    answer("varnish", "Varnish", &[]),
    answer("traefik", "Traefik", &[]),
    answer("iis-arr", "IIS ARR", &[]),
    answer("caddy", "Caddy", &[]),
    answer("f5", "F5 BIG-IP", &[]),
    answer("zscaler", "Zscaler Internet Access", &[]),
    answer("forcepoint", "Forcepoint (Websense)", &[]),
    answer("fortinet", "Fortinet FortiGate, FortiProxy", &[]),
    answer("palo-alto", "Palo Alto Networks PAN-OS", &[]),
    answer("google-lb", "Google Cloud load balancer", &[]),
    answer("azure-gateway", "Azure Application Gateway", &[]),
    answer("cloudfront", "CloudFront", &[]),
    answer("cloudflare", "Cloudflare", &[]),
    answer("generic", "Another one, or not known", &[]),
];

const ANSWERED: &str = "The client got an answer. Only the log of a gateway in the middle, whose own client (a proxy or load \
    balancer) gave up first, would still show this.";

const ERROR: &[super::Says] = &[no(&[CLIENT], ANSWERED, HTTP)];

const STATUS_ANSWERS: &[Answer] = &[
    answer("502", "502 Bad Gateway", ERROR),
    answer("504", "504 Gateway Timeout", ERROR),
    answer("503", "503 Service Unavailable", ERROR),
    answer("500", "500 Internal Server Error", ERROR),
    answer(
        "none",
        "No error page: the connection ends, or the page is cut off",
        &[
            yes(
                &[&[ResponseTruncated, ResponseStalled, ResponseBadChunk, ZeroWindow]],
                "The status had gone out before it failed: nothing but ending the connection is left.",
                HTTP,
            ),
            yes(
                &[phase::SECURE],
                "In a tunnel the client itself meets the failed handshake; no gateway can put a page there.",
                "RFC 9110, section 9.3.6 (CONNECT)",
            ),
            yes(&[CLIENT], "A client that leaves, or refuses the gateway's certificate, gets no page.", TLS),
            yes(
                &[&[KeepaliveRace]],
                "HAProxy and Apache then close the client's connection without a status, so that it tries again.",
                "HAProxy source, http_ana.c; Apache httpd source, mod_proxy_http.c",
            ),
        ],
    ),
    answer(
        "other",
        "Another one",
        &[
            yes(&[&[PolicyDenied]], "403 and 407 are how gateways refuse by their own rules.", HTTP),
            yes(
                &[&[ProxyLoop]],
                "Squid answers a loop with 403, others with 508.",
                "Squid source, client_side_request.cc",
            ),
            yes(&[&[DnsNxdomain]], "ProxySG answers a name that does not exist with 404.", PRACTICE),
            yes(&[&[ClientAbort]], "499 (nginx, Traefik) and 460 (AWS) stand in logs for a client that left.", HTTP),
        ],
    ),
];

pub(super) static STATUS: Question = Question {
    id: "status",
    name: "Status",
    ask: "Which status do the users get?",
    note: "",
    stage: Stage::Seen,
    answers: |_| STATUS_ANSWERS,
    also: |product, answer| status::told(product, answer),
    how: &[check(
        "Ask the gateway for the page by hand, and read the first line of the answer.",
        "curl -sv{through} -o /dev/null {url}",
    )],
    ..Question::EMPTY
};

pub(super) static SAID: Question = Question {
    id: "said",
    name: "Page or log",
    ask: "What does the error page, or the gateway's log, say?",
    note: "The text of the page or the log lines can also be pasted here: they are then read at once.",
    stage: Stage::Seen,
    answers: |product| product.map_or(&[], said::answers),
    also: |product, answer| said::also(product, answer),
    how: said::HOW,
    own: said::OWN,
    ..Question::EMPTY
};

const THEIRS: &str = "The status came from further on, and the gateway passed it on: its own connection worked.";

const MADE_BY_ANSWERS: &[Answer] = &[
    answer(
        "gateway",
        "The gateway itself",
        &[out(&[&[OriginError]], "The gateway made the answer: it is not the site's.", "RFC 9209 (Proxy-Status)")],
    ),
    answer(
        "site",
        "The site",
        &[
            yes(&[&[OriginError]], "The site sent the status itself.", "RFC 9209, received-status"),
            no(&[&[ParentProxyError]], "The site sent it, no proxy in between.", "RFC 9209, received-status"),
            out(TOWARDS, THEIRS, "RFC 9209, received-status"),
            out(&[OWN], THEIRS, "RFC 9209, received-status"),
        ],
    ),
    answer(
        "parent",
        "A further proxy or load balancer behind the gateway",
        &[
            yes(
                &[&[ParentProxyError, OriginError]],
                "A hop behind the gateway sent the status.",
                "RFC 9209, received-status",
            ),
            out(TOWARDS, THEIRS, "RFC 9209, received-status"),
            no(&[OWN], THEIRS, "RFC 9209, received-status"),
        ],
    ),
];

pub(super) static MADE_BY: Question = Question {
    id: "made-by",
    name: "Made by",
    ask: "Who made that answer: the gateway, or somebody behind it?",
    note: "A page in the gateway's own words is the gateway's. A page in the look of the site, or a Server field that \
        is not the gateway's, came through it.",
    stage: Stage::Seen,
    answers: |_| MADE_BY_ANSWERS,
    how: &[
        check(
            "Look at the fields of the answer. Server, Via, X-Squid-Error, Proxy-Status or the id of a CDN name who made it.",
            "curl -sv{through} -o /dev/null {url}",
        ),
        check(
            "Ask the site directly. The same status and page: the site's own.",
            "curl -sv --noproxy '*' -o /dev/null {url}",
        ),
    ],
    own: &[(&[OriginError, ParentProxyError], &["log", "%err_code", "upstream_status", "via_upstream", "status"])],
    // The words of a page or a log say it already.
    applies: |given| !given.is("status", "none") && given.answer("said").flatten().is_none(),
    ..Question::EMPTY
};

const NO_TLS: &str = "The gateway speaks no TLS with the server here.";
const CLOSED_TUNNEL: &str =
    "What passes in a tunnel is encrypted: the gateway reads no response in it, so it cannot refuse one.";

const TLS_LEG_ANSWERS: &[Answer] = &[
    answer("no", "No: http, in the clear", &[out(&[phase::SECURE], NO_TLS, TLS)]),
    answer("yes", "Yes: it decrypts, or its server is an https one", &[]),
    answer(
        "tunnel",
        "It only passes on an encrypted tunnel (CONNECT)",
        &[
            out(
                &[&[ResponseInvalid, ResponseHeaderTooLarge, ResponseBadChunk], HTTP2],
                CLOSED_TUNNEL,
                "RFC 9110, section 9.3.6 (CONNECT)",
            ),
            no(
                &[phase::SEND, phase::WAIT, &[ResponseTruncated, ResponseStalled, ZeroWindow, OriginError]],
                "In a tunnel these reach the client as an ended connection, not as a status.",
                "RFC 9110, section 9.3.6 (CONNECT)",
            ),
        ],
    ),
];

pub(super) static TLS_LEG: Question = Question {
    id: "tls",
    name: "TLS to the server",
    ask: "Does the gateway speak TLS with the server?",
    note: "",
    stage: Stage::Seen,
    answers: |_| TLS_LEG_ANSWERS,
    how: &[check(
        "An https site is decrypted if the browser shows a certificate that the gateway's own issuer signed; else it is a \
         tunnel. For a reverse proxy, look at the scheme of its server in the configuration.",
        "",
    )],
    ..Question::EMPTY
};
