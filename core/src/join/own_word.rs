//! What a gateway's own answer says of a failure: `Proxy-Status` (RFC 9209), `X-Squid-Error` → a claim.
//!
//! It decides where the packets do not show the cause, and who made the status. What the packets show goes before it.

use alloc::format;

use crate::categories::Id::{self, *};
use crate::exchange::Claim;
use crate::logs;
use crate::protocols::proxy_status::{self, Member};
use crate::report::Confidence::{Likely, Proven};
use crate::report::GeneratedBy;
use crate::time::Span;

/// Error types of RFC 9209 section 2.3 and what they are here; without categories: no failure of the upstream's.
const TYPES: &[(&str, Word)] = &[
    ("dns_timeout", is(&[DnsNoResponse, DnsUnreachable], "DNS did not answer in time")),
    ("dns_error", open(&[DnsNxdomain, DnsServfail, DnsRefused, DnsNodata], "DNS answered with an error")),
    ("destination_not_found", is(&[NoHealthyUpstream, NoAttempt], "it knows no next hop for the request")),
    ("destination_unavailable", is(&[NoHealthyUpstream], "it takes the next hop for unavailable")),
    ("destination_ip_prohibited", is(&[PolicyDenied, LocalEgressDenied], "its configuration forbids the address")),
    ("destination_ip_unroutable", is(&[TcpIcmpUnreachable, TcpIcmpProhibited], "it found no route to the address")),
    ("connection_refused", is(&[TcpSynReset, TcpIcmpUnreachable], "the connection was refused")),
    (
        "connection_terminated",
        open(
            &[ResponseEmpty, ResponseReset, KeepaliveRace, ResponseTruncated],
            "the connection ended before the response was whole",
        ),
    ),
    ("connection_timeout", is(&[TcpSynUnanswered, ReturnPath], "the connection was not set up in time")),
    (
        "connection_read_timeout",
        is(&[ResponseTimeout, ResponseStalled, TlsNoResponse], "nothing came on the connection in time"),
    ),
    (
        "connection_write_timeout",
        open(&[ZeroWindow, RequestUnacked, PmtuBlackhole], "the request could not be written in time"),
    ),
    ("connection_limit_reached", is(&[ProxyOverload, EphemeralPortExhaustion], "its limit of connections was reached")),
    ("tls_protocol_error", open(&[TlsAlert, TlsNotSpoken, TlsClosed, TlsReset], "TLS with the next hop failed")),
    ("tls_certificate_error", is(&[TlsCertificate], "it refused the certificate of the next hop")),
    ("tls_alert_received", is(&[TlsAlert], "the next hop ended TLS with an alert")),
    ("http_request_denied", is(&[PolicyDenied], "its policy denied the request")),
    ("http_response_incomplete", is(&[ResponseTruncated, ResponseEmpty], "the response broke off")),
    ("http_response_header_section_size", is(&[ResponseHeaderTooLarge], "the response has more header than it takes")),
    ("http_response_header_size", is(&[ResponseHeaderTooLarge], "a field of the response is larger than it takes")),
    ("http_response_body_size", is(&[PolicyDenied], "the response's body is larger than it takes")),
    (
        "http_response_trailer_section_size",
        is(&[ResponseHeaderTooLarge], "the response has more trailer than it takes"),
    ),
    ("http_response_trailer_size", is(&[ResponseHeaderTooLarge], "a field of the trailer is larger than it takes")),
    ("http_response_transfer_coding", is(&[ResponseBadChunk], "the response's transfer coding is broken")),
    ("http_response_content_coding", is(&[ResponseInvalid], "the response's content coding is broken")),
    ("http_response_timeout", is(&[ResponseTimeout, ResponseStalled], "the response was not whole in time")),
    ("http_upgrade_failed", is(&[ResponseInvalid], "the change of protocol failed")),
    ("http_protocol_error", is(&[ResponseInvalid, H2Goaway, H2RstStream], "the next hop broke the protocol")),
    ("proxy_internal_response", is(&[NoAttempt], "it made the answer itself without asking the next hop")),
    (
        "proxy_internal_error",
        open(
            &[ProxyOverload, RequiredService, EphemeralPortExhaustion, LocalEgressDenied],
            "it had a fault of its own",
        ),
    ),
    ("proxy_configuration_error", open(&[NoHealthyUpstream, PolicyDenied, NoAttempt], "its configuration is wrong")),
    ("proxy_loop_detected", is(&[ProxyLoop], "the request came back to it")),
];

/// Types of answers to the client's own request: they are no failures.
const CLIENTS: &[&str] = &["http_request_error", "http_request_denied"];

/// Response codes that `dns_error` may name.
const RCODES: &[(&str, Id)] = &[("NXDOMAIN", DnsNxdomain), ("SERVFAIL", DnsServfail), ("REFUSED", DnsRefused)];

/// What a type is here.
struct Word {
    /// Categories that fit, likeliest first.
    candidates: &'static [Id],
    /// The first of them is meant.
    decides: bool,
    /// What it means, after the gateway's name.
    why: &'static str,
}

const fn is(candidates: &'static [Id], why: &'static str) -> Word {
    Word { candidates, decides: true, why }
}

const fn open(candidates: &'static [Id], why: &'static str) -> Word {
    Word { candidates, decides: false, why }
}

/// What `Proxy-Status` says of an answer with this status.
///
/// The last member that names an error made the status. Is it the last of all, then that was the gateway; an earlier
/// one is a gateway further on. Without any error the status came from the origin (`received-status`).
pub fn proxy_status(list: &str, status: u16) -> Option<Claim> {
    let members = proxy_status::members(list);
    let last = members.last()?;
    let Some(maker) = members.iter().rev().find(|member| member.error.is_some()) else {
        let received = last.received? == status;
        return received.then(|| Claim {
            candidates: alloc::vec![OriginError],
            confidence: Likely,
            undetermined: false,
            why: format!("Proxy-Status: {} received {status} from the next hop and passed it on", last.name),
            made_by: Some(GeneratedBy::Origin),
            elapsed: None,
        });
    };
    let kind = maker.error.as_deref().unwrap_or_default();
    if CLIENTS.contains(&kind) && status < 500 {
        return None;
    }
    let word = TYPES.iter().find(|(name, _)| *name == kind).map(|(_, word)| word);
    let why = word.map_or("an error that RFC 9209 does not name", |word| word.why);
    let more = maker.details.as_deref().filter(|details| !details.is_empty());
    let more = more.map(|details| format!(" ({details})")).unwrap_or_default();
    let why = format!("Proxy-Status of {}: {kind}: {why}{more}", maker.name);
    if !core::ptr::eq(maker, last) {
        return Some(Claim {
            candidates: alloc::vec![ParentProxyError],
            confidence: Likely,
            undetermined: false,
            why,
            made_by: Some(GeneratedBy::ParentProxy),
            elapsed: None,
        });
    }
    let (candidates, decides) = meant(maker, word);
    Some(Claim {
        confidence: if decides && candidates.len() == 1 { Proven } else { Likely },
        candidates,
        undetermined: !decides,
        why,
        made_by: Some(GeneratedBy::Gateway),
        elapsed: None,
    })
}

fn meant(member: &Member, word: Option<&Word>) -> (alloc::vec::Vec<Id>, bool) {
    let code = member.rcode.as_deref().filter(|_| member.error.as_deref() == Some("dns_error"));
    if let Some((_, id)) = code.and_then(|code| RCODES.iter().find(|(name, _)| name.eq_ignore_ascii_case(code))) {
        return (alloc::vec![*id], true);
    }
    word.map_or((alloc::vec::Vec::new(), false), |word| (word.candidates.to_vec(), word.decides))
}

/// What Squid's own error page says (`X-Squid-Error: ERR_CONNECT_FAIL 111`).
pub fn squid(word: &str, took: Span) -> Option<Claim> {
    let mut words = word.split_ascii_whitespace();
    let (code, number) = (words.next()?, words.next().unwrap_or_default());
    let meaning = logs::squid_page(code, number, took)?;
    Some(meaning.claim(&format!("X-Squid-Error: {word}"), None))
}

/// What the page of a Squid further on says, which the gateway passed on.
pub fn passed_on(word: &str, took: Span) -> Option<Claim> {
    // What its policy refuses is no failure.
    squid(word, took).filter(|theirs| theirs.candidates.first() != Some(&PolicyDenied))?;
    Some(Claim {
        candidates: alloc::vec![ParentProxyError, OriginError],
        confidence: Likely,
        undetermined: false,
        why: format!("X-Squid-Error: {word}, of a proxy further on: its answer was passed on, as Via says"),
        made_by: Some(GeneratedBy::ParentProxy),
        elapsed: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_error_made_the_status() {
        let claim = proxy_status("cdn; received-status=200, gw; error=connection_refused", 502);
        let claim = claim.map(|claim| (claim.candidates, claim.made_by, claim.undetermined));
        assert_eq!(claim, Some((alloc::vec![TcpSynReset, TcpIcmpUnreachable], Some(GeneratedBy::Gateway), false)));
        let claim = proxy_status("parent; error=dns_error; rcode=NXDOMAIN, gw; received-status=502", 502);
        let claim = claim.map(|claim| (claim.candidates, claim.made_by));
        assert_eq!(claim, Some((alloc::vec![ParentProxyError], Some(GeneratedBy::ParentProxy))));
        let claim = proxy_status("gw; error=dns_error; rcode=nxdomain", 502);
        assert_eq!(claim.map(|claim| (claim.candidates, claim.confidence)), Some((alloc::vec![DnsNxdomain], Proven)));
        let claim = proxy_status("gw; received-status=504", 504).map(|claim| claim.candidates);
        assert_eq!(claim, Some(alloc::vec![OriginError]));
        assert_eq!(proxy_status("gw; received-status=200", 502), None);
        assert_eq!(proxy_status("gw; error=http_request_denied", 403), None);
        assert_eq!(proxy_status("", 502), None);
    }

    #[test]
    fn every_type_of_the_rfc_is_known_once() {
        let types: &str = "dns_timeout dns_error destination_not_found destination_unavailable destination_ip_prohibited \
             destination_ip_unroutable connection_refused connection_terminated connection_timeout \
             connection_read_timeout connection_write_timeout connection_limit_reached tls_protocol_error \
             tls_certificate_error tls_alert_received http_request_error http_request_denied http_response_incomplete \
             http_response_header_section_size http_response_header_size http_response_body_size \
             http_response_trailer_section_size http_response_trailer_size http_response_transfer_coding \
             http_response_content_coding http_response_timeout http_upgrade_failed http_protocol_error \
             proxy_internal_response proxy_internal_error proxy_configuration_error proxy_loop_detected";
        for kind in types.split_ascii_whitespace() {
            let known = TYPES.iter().filter(|(name, _)| *name == kind).count();
            assert_eq!(known, usize::from(kind != "http_request_error"), "{kind}");
        }
        for category in crate::categories::TABLE.iter().filter(|category| !category.proxy_status.is_empty()) {
            assert!(TYPES.iter().any(|(name, _)| *name == category.proxy_status), "{}", category.id);
        }
    }
}
