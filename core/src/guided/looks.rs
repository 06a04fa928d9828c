//! No answer holds anything against a failure that can look so.

use super::{Given, Place};
use crate::categories::Id;
use crate::categories::Id::*;
use crate::logs::phase;
use crate::products::Id as Product;

/// Question and answer, and the failures that can look so.
type Look = (&'static str, &'static str, &'static [Id]);

/// What the products' documents and sources say that failures look like.
const LOOKS: &[(Product, &[Look])] = &[
    (
        Product::CiscoWsa,
        &[
            ("status", "502", &[TcpSynUnanswered, ReturnPath]),
            (
                "status",
                "504",
                &[
                    DnsNxdomain,
                    DnsNoResponse,
                    TcpSynReset,
                    ResponseReset,
                    ResponseTimeout,
                    RequestUnacked,
                    RequiredService,
                ],
            ),
        ],
    ),
    (
        Product::Skyhigh,
        &[("status", "502", &[DnsNxdomain, TcpSynUnanswered, TlsAlert, ResponseReset, ResponseInvalid])],
    ),
    (
        Product::Squid,
        &[
            ("status", "503", &[DnsNxdomain, TcpSynUnanswered, TcpSynReset, TlsAlert, NoHealthyUpstream]),
            ("status", "502", &[ResponseReset, ResponseEmpty, ResponseInvalid, NoHealthyUpstream]),
            ("status", "504", &[ResponseTimeout, TlsNoResponse, TcpSynUnanswered]),
            ("status", "500", &[RequiredService]),
        ],
    ),
    (
        Product::Nginx,
        &[
            (
                "status",
                "502",
                &[
                    DnsNxdomain,
                    TcpSynUnanswered,
                    TcpSynReset,
                    TcpIcmpUnreachable,
                    TlsAlert,
                    ResponseReset,
                    ResponseEmpty,
                    ResponseInvalid,
                    NoHealthyUpstream,
                    LocalEgressDenied,
                ],
            ),
            ("status", "504", &[TcpSynUnanswered, TlsNoResponse, ResponseTimeout]),
        ],
    ),
    (
        Product::Haproxy,
        &[
            ("status", "503", &[TcpSynUnanswered, TcpSynReset, TlsAlert, NoHealthyUpstream, EphemeralPortExhaustion]),
            ("status", "502", &[ResponseReset, ResponseEmpty, ResponseInvalid, ResponseHeaderTooLarge, TcpSynReset]),
            ("status", "504", &[ResponseTimeout, TcpSynUnanswered]),
            ("status", "none", &[KeepaliveRace]),
        ],
    ),
    (
        Product::Envoy,
        &[
            (
                "status",
                "503",
                &[
                    DnsNxdomain,
                    TcpSynUnanswered,
                    TcpSynReset,
                    ResponseReset,
                    ResponseEmpty,
                    NoHealthyUpstream,
                    ResponseInvalid,
                ],
            ),
            ("status", "504", &[ResponseTimeout]),
            ("status", "502", &[ResponseInvalid]),
        ],
    ),
    (
        Product::Apache,
        &[
            ("status", "500", &[DnsNxdomain, TlsAlert]),
            (
                "status",
                "503",
                &[TcpSynUnanswered, TcpSynReset, TcpIcmpUnreachable, LocalEgressDenied, NoHealthyUpstream],
            ),
            (
                "status",
                "502",
                &[DnsNxdomain, ResponseReset, ResponseEmpty, ResponseTimeout, ResponseInvalid, RequestUnacked],
            ),
            ("status", "504", &[ResponseTimeout]),
        ],
    ),
    (
        Product::Varnish,
        &[("status", "503", &[TcpSynUnanswered, TcpSynReset, ResponseTimeout, ResponseInvalid, NoHealthyUpstream])],
    ),
    (
        Product::AwsAlb,
        &[
            (
                "status",
                "502",
                &[
                    TcpSynReset,
                    TlsAlert,
                    ResponseReset,
                    ResponseEmpty,
                    ResponseInvalid,
                    KeepaliveRace,
                    TcpIcmpUnreachable,
                ],
            ),
            ("status", "503", &[NoHealthyUpstream]),
            ("status", "504", &[TcpSynUnanswered, ResponseTimeout, ResponseStalled]),
        ],
    ),
    (
        Product::CloudFront,
        &[
            ("status", "502", &[TlsCertificate, TlsAlert, DnsNxdomain, TcpSynReset]),
            ("status", "503", &[OriginError, ProxyOverload]),
            ("status", "504", &[TcpSynUnanswered, ResponseTimeout, ResponseStalled, OriginError]),
            ("said", "connect", &[TcpSynReset, TcpSynUnanswered, TlsAlert]),
        ],
    ),
    (
        Product::Cloudflare,
        &[
            ("status", "502", &[OriginError]),
            ("said", "522", &[TcpSynUnanswered, RequestUnacked]),
            ("said", "524", &[ResponseTimeout, ZeroWindow]),
            ("said", "530", phase::RESOLVE),
        ],
    ),
    (
        Product::AzureGateway,
        &[
            ("status", "502", &[NoHealthyUpstream, TlsCertificate, DnsNxdomain, TcpSynUnanswered, ResponseTimeout]),
            ("status", "504", &[ResponseTimeout, TcpSynUnanswered]),
        ],
    ),
    (
        Product::GoogleLb,
        &[
            ("status", "502", &[ResponseTimeout, NoHealthyUpstream, TcpSynReset, KeepaliveRace, TlsCertificate]),
            ("status", "503", &[ResponseTimeout, NoHealthyUpstream, TcpSynReset, KeepaliveRace, TlsCertificate]),
            ("status", "504", &[ResponseTimeout, TcpSynUnanswered]),
        ],
    ),
    (
        Product::Proxysg,
        &[
            ("status", "503", &[TcpSynUnanswered, TcpSynReset, RequiredService]),
            ("status", "504", &[TcpSynUnanswered, ResponseTimeout, ParentProxyError]),
        ],
    ),
    (
        Product::Traefik,
        &[
            ("status", "502", &[DnsNxdomain, TcpSynReset, ResponseReset, ResponseEmpty]),
            ("status", "504", &[TcpSynUnanswered, ResponseTimeout]),
        ],
    ),
    (
        Product::Skyhigh,
        &[
            ("said", "host-not-resolvable", phase::RESOLVE),
            ("said", "cannot-connect", phase::CONNECT),
            ("said", "cannot-connect", &[LocalEgressDenied, EphemeralPortExhaustion, ParentProxyError]),
            ("said", "bad-response", phase::SEND),
            ("said", "bad-response", phase::WAIT),
            ("said", "bad-response", &[TlsNotSpoken, ResponseInvalid, ResponseHeaderTooLarge, ResponseBadChunk]),
            ("said", "handshake", &[TlsAlert, TlsCertificate]),
        ],
    ),
    (
        Product::Nginx,
        &[
            ("said", "refused", &[TcpSynReset, TcpIcmpUnreachable]),
            ("said", "denied", &[LocalEgressDenied, TcpIcmpProhibited]),
            ("said", "no-port", &[EphemeralPortExhaustion, LocalEgressDenied]),
            ("said", "closed", &[ResponseEmpty, KeepaliveRace]),
            ("said", "reset", &[ResponseReset, KeepaliveRace]),
        ],
    ),
    (
        Product::Generic,
        &[
            (
                "direct",
                "works",
                &[TcpSynUnanswered, ReturnPath, PolicyDenied, PmtuBlackhole, KeepaliveRace, TlsAlert, TlsCertificate],
            ),
            ("direct", "fails", &[TcpSynUnanswered, DnsNxdomain, ResponseTimeout, ResponseInvalid, OriginError]),
        ],
    ),
    (Product::Generic, &[("dns", "wrong", &[TcpSynUnanswered, TcpIcmpUnreachable])]),
    (
        Product::Generic,
        &[
            (
                "tcp",
                "connected",
                &[ReturnPath, ResponseTimeout, RequestUnacked, LocalEgressDenied, EphemeralPortExhaustion],
            ),
            ("tcp", "silence", &[TcpSynUnanswered, ReturnPath]),
            ("tcp", "refused", &[TcpSynReset]),
            ("tcp", "denied", &[LocalEgressDenied, TcpIcmpProhibited]),
        ],
    ),
    (
        Product::Generic,
        &[
            ("ping", "silence", &[TcpSynUnanswered, ResponseTimeout, TcpIcmpProhibited]),
            ("ping", "answers", &[TcpSynUnanswered, TcpSynReset, TcpIcmpProhibited, ReturnPath]),
        ],
    ),
    (
        Product::Generic,
        &[
            ("request", "good", &[ReturnPath, KeepaliveRace, ResponseInvalid, ResponseHeaderTooLarge, TlsAlert]),
            ("request", "silence", &[ResponseTimeout, RequestUnacked, PmtuBlackhole]),
            ("request", "reset", &[ResponseReset]),
        ],
    ),
    (
        Product::Generic,
        &[
            ("handshake", "alert", &[TlsAlert]),
            ("handshake", "verify", &[TlsCertificate]),
            ("handshake", "silence", &[TlsNoResponse, PmtuBlackhole]),
        ],
    ),
    (Product::Generic, &[("spoofing", "works", &[ReturnPath])]),
    (
        Product::Generic,
        &[
            ("time", "at-once", &[TcpSynReset, DnsNxdomain, ResponseReset, OriginError]),
            ("time", "75-300", &[TcpSynUnanswered, ResponseTimeout, ResponseReset]),
        ],
    ),
];

#[test]
fn nothing_is_held_against_what_looks_so() {
    for (product, looks) in LOOKS {
        for (question, answer, ids) in *looks {
            let given = Given::parse(Some(*product), "").with(question, answer);
            assert!(given.is(question, answer), "{product:?} has no {question}:{answer}");
            for id in *ids {
                let place = place(&given, *id);
                assert!(place <= Place::Open, "{product:?} {question}:{answer} {id} is {place:?}");
            }
        }
    }
}

fn place(given: &Given, category: Id) -> Place {
    given
        .list()
        .into_iter()
        .find(|standing| standing.category == category)
        .map_or(Place::Out, |standing| standing.place)
}
