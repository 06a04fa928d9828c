//! What can fail: one table, one file per failure.
//!
//! A category's file holds its meaning, its causes and checks, and the pattern by which it is found in the model
//! ([`crate::exchange`]). [`TABLE`] lists them in decision order: the first whose pattern matches names the failure.

pub(crate) mod client_abort;
pub(crate) mod client_tls_rejected;
pub(crate) mod dns_no_response;
pub(crate) mod dns_nodata;
pub(crate) mod dns_nxdomain;
pub(crate) mod dns_refused;
pub(crate) mod dns_servfail;
pub(crate) mod dns_tcp_fallback_blocked;
pub(crate) mod dns_unreachable;
pub(crate) mod ephemeral_port_exhaustion;
pub(crate) mod h2_goaway;
pub(crate) mod h2_rst_stream;
pub(crate) mod keepalive_race;
pub(crate) mod local_egress_denied;
pub(crate) mod no_attempt;
pub(crate) mod no_healthy_upstream;
pub(crate) mod origin_error;
pub(crate) mod parent_proxy_error;
mod pattern;
pub(crate) mod pmtu_blackhole;
pub(crate) mod policy_denied;
pub(crate) mod proxy_loop;
pub(crate) mod proxy_overload;
pub(crate) mod request_unacked;
pub(crate) mod required_service;
pub(crate) mod response_bad_chunk;
pub(crate) mod response_empty;
pub(crate) mod response_header_too_large;
pub(crate) mod response_invalid;
pub(crate) mod response_reset;
pub(crate) mod response_stalled;
pub(crate) mod response_timeout;
pub(crate) mod response_truncated;
pub(crate) mod return_path;
pub(crate) mod tcp_icmp_prohibited;
pub(crate) mod tcp_icmp_unreachable;
pub(crate) mod tcp_routing_loop;
pub(crate) mod tcp_syn_reset;
pub(crate) mod tcp_syn_unanswered;
#[cfg(test)]
mod tests;
pub(crate) mod tls_alert;
pub(crate) mod tls_certificate;
pub(crate) mod tls_closed;
pub(crate) mod tls_no_response;
pub(crate) mod tls_not_spoken;
pub(crate) mod tls_reset;
pub(crate) mod zero_window;

use alloc::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::exchange::{Attempt, Exchange};

/// Names each category once: `Id::DnsNxdomain`, in JSON `dns-nxdomain`. Never reused.
macro_rules! ids {
    ($($name:ident = $text:literal),* $(,)?) => {
        /// A category's id, kebab-case outside the code.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[allow(missing_docs, reason = "the text of each is its documentation")]
        pub enum Id { $(#[serde(rename = $text)] $name),* }

        impl Id {
            /// All of them, in the order of the contract.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// As written in reports and links.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }
        }
    };
}

ids! {
    DnsNxdomain = "dns-nxdomain", DnsNodata = "dns-nodata", DnsServfail = "dns-servfail", DnsRefused = "dns-refused",
    DnsNoResponse = "dns-no-response", DnsUnreachable = "dns-unreachable",
    DnsTcpFallbackBlocked = "dns-tcp-fallback-blocked",
    TcpSynUnanswered = "tcp-syn-unanswered", TcpSynReset = "tcp-syn-reset",
    TcpIcmpProhibited = "tcp-icmp-prohibited", TcpIcmpUnreachable = "tcp-icmp-unreachable",
    TcpRoutingLoop = "tcp-routing-loop", ReturnPath = "return-path",
    TlsAlert = "tls-alert", TlsCertificate = "tls-certificate", TlsNoResponse = "tls-no-response",
    TlsReset = "tls-reset", TlsClosed = "tls-closed", TlsNotSpoken = "tls-not-spoken",
    RequestUnacked = "request-unacked", PmtuBlackhole = "pmtu-blackhole", KeepaliveRace = "keepalive-race",
    ResponseTimeout = "response-timeout", ResponseReset = "response-reset", ResponseEmpty = "response-empty",
    ResponseInvalid = "response-invalid", ResponseHeaderTooLarge = "response-header-too-large",
    ResponseBadChunk = "response-bad-chunk", ResponseTruncated = "response-truncated",
    ResponseStalled = "response-stalled", ZeroWindow = "zero-window",
    H2Goaway = "h2-goaway", H2RstStream = "h2-rst-stream",
    OriginError = "origin-error", ParentProxyError = "parent-proxy-error",
    NoAttempt = "no-attempt", NoHealthyUpstream = "no-healthy-upstream", PolicyDenied = "policy-denied",
    ProxyLoop = "proxy-loop", RequiredService = "required-service",
    EphemeralPortExhaustion = "ephemeral-port-exhaustion", LocalEgressDenied = "local-egress-denied",
    ProxyOverload = "proxy-overload",
    ClientAbort = "client-abort", ClientTlsRejected = "client-tls-rejected",
    Undetermined = "undetermined",
}

impl core::fmt::Display for Id {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Id {
    /// Its entry in [`TABLE`].
    #[must_use]
    pub fn category(self) -> Option<&'static Category> {
        TABLE.iter().copied().find(|category| category.id == self)
    }
}

/// Phases of an attempt, and the parties outside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "named in the contract's table")]
pub enum Phase {
    Resolve,
    Connect,
    Secure,
    Send,
    Wait,
    Receive,
    Upstream,
    Gateway,
    Client,
}

/// Who can fix it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "named in the contract")]
pub enum Owner {
    Dns,
    Network,
    Firewall,
    Origin,
    Gateway,
    Client,
}

impl Owner {
    /// As written in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::Network => "network",
            Self::Firewall => "firewall",
            Self::Origin => "origin",
            Self::Gateway => "gateway",
            Self::Client => "client",
        }
    }
}

/// One failure: meaning, detection and generic advice.
///
/// Texts may hold placeholders that [`crate::products::fill`] replaces by real values; it lists them.
pub struct Category {
    /// Its id.
    pub id: Id,
    /// Where it happens.
    pub phase: Phase,
    /// Two to five words, for lists: `Name does not exist`.
    pub title: &'static str,
    /// One or two sentences for a tired engineer: what happened, in the field's terms.
    pub meaning: &'static str,
    /// Its type in a `Proxy-Status` header (RFC 9209 section 2.3); empty where there is none.
    pub proxy_status: &'static str,
    /// Who can usually fix it.
    pub owner: Owner,
    /// Likeliest first.
    pub causes: &'static [Cause],
    /// Next tests, in the order an expert takes them, for any product.
    pub checks: &'static [Check],
    /// What to change, for any product and for the parties outside it (firewall, DNS server, origin).
    pub fixes: &'static [Fix],
    /// True where the proof is that something did not come; a capture that could not have seen it lowers the
    /// confidence.
    pub absence: bool,
    /// Whether this exchange, whose decisive attempt is given (`None`: no attempt was seen), failed in this way.
    pub detect: fn(&Exchange, Option<&Attempt>) -> bool,
}

/// Evidence for a cause, as a sentence with the real numbers; `None` where nothing seen favours it.
pub type Favour = Option<Cow<'static, str>>;

/// A possible cause.
#[derive(Clone, Copy)]
pub struct Cause {
    /// What it is.
    pub text: &'static str,
    /// Which evidence favours it, if this exchange shows such evidence.
    pub favoured_by: fn(&Exchange, Option<&Attempt>) -> Favour,
}

/// A cause that no packet favours or speaks against.
#[must_use]
pub const fn cause(text: &'static str) -> Cause {
    Cause { text, favoured_by: |_, _| None }
}

/// A cause with what favours it.
#[must_use]
pub const fn favoured(text: &'static str, favoured_by: fn(&Exchange, Option<&Attempt>) -> Favour) -> Cause {
    Cause { text, favoured_by }
}

/// A test.
#[derive(Clone, Copy)]
pub struct Check {
    /// What to do and what each outcome tells.
    pub text: &'static str,
    /// The command; empty where there is none.
    pub command: &'static str,
    /// The menu path; empty where there is none.
    pub path: &'static str,
    /// Where it comes from; empty for common practice.
    pub source: &'static str,
}

/// A test of common practice, with its command (or none: `""`).
#[must_use]
pub const fn check(text: &'static str, command: &'static str) -> Check {
    Check { text, command, path: "", source: "" }
}

impl Check {
    /// With a menu path.
    #[must_use]
    pub const fn path(self, path: &'static str) -> Self {
        Self { path, ..self }
    }

    /// With the document that it comes from.
    #[must_use]
    pub const fn source(self, source: &'static str) -> Self {
        Self { source, ..self }
    }
}

/// A change.
#[derive(Clone, Copy)]
pub struct Fix {
    /// Whose configuration: `dns`, `firewall`, `origin`, `network`, `client`; empty for the gateway's.
    pub at: &'static str,
    /// The setting's name.
    pub setting: &'static str,
    /// GUI path, CLI command or directive, with the version that it is known for.
    pub path: &'static str,
    /// What to change it to.
    pub change: &'static str,
    /// What the change can break.
    pub risk: &'static str,
    /// The command or filter that shows that it helped.
    pub verify: &'static str,
    /// Where it comes from; empty for common practice.
    pub source: &'static str,
}

/// A change of the gateway's own configuration, of common practice.
#[must_use]
pub const fn fix(
    setting: &'static str,
    path: &'static str,
    change: &'static str,
    risk: &'static str,
    verify: &'static str,
) -> Fix {
    Fix { at: "", setting, path, change, risk, verify, source: "" }
}

impl Fix {
    /// Of another party's configuration.
    #[must_use]
    pub const fn at(self, at: &'static str) -> Self {
        Self { at, ..self }
    }

    /// With the document that it comes from.
    #[must_use]
    pub const fn source(self, source: &'static str) -> Self {
        Self { source, ..self }
    }
}

/// Every category, in decision order: the first that matches names the failure.
///
/// 1. A loop first: inside a loop the gateway is its own upstream, so everything else would match as well.
/// 2. A status that came from further on: the attempt worked, its outcome is the failure.
/// 3. A client that left: what the gateway then tears down is a consequence. A refusal that stands without the
///    client's leaving (NXDOMAIN, RST, an alert …) is not one, and is left to its own category.
/// 4. The attempt's phases as time runs, since the earliest failure causes the later ones; `return-path` before the
///    unanswered SYN, of which it is the explained form; a certificate before the alert that carries it.
/// 5. What the gateway says of itself, and last that it said nothing.
pub static TABLE: &[&Category] = &[
    &proxy_loop::CATEGORY,
    &parent_proxy_error::CATEGORY,
    &origin_error::CATEGORY,
    &client_tls_rejected::CATEGORY,
    &client_abort::CATEGORY,
    &required_service::CATEGORY,
    &dns_nxdomain::CATEGORY,
    &dns_nodata::CATEGORY,
    &dns_servfail::CATEGORY,
    &dns_refused::CATEGORY,
    &dns_tcp_fallback_blocked::CATEGORY,
    &dns_unreachable::CATEGORY,
    &dns_no_response::CATEGORY,
    &return_path::CATEGORY,
    &tcp_syn_reset::CATEGORY,
    &tcp_icmp_prohibited::CATEGORY,
    &tcp_routing_loop::CATEGORY,
    &tcp_icmp_unreachable::CATEGORY,
    &tcp_syn_unanswered::CATEGORY,
    &tls_certificate::CATEGORY,
    &tls_alert::CATEGORY,
    &tls_not_spoken::CATEGORY,
    &tls_reset::CATEGORY,
    &tls_closed::CATEGORY,
    &tls_no_response::CATEGORY,
    &keepalive_race::CATEGORY,
    &pmtu_blackhole::CATEGORY,
    &zero_window::CATEGORY,
    &request_unacked::CATEGORY,
    &response_reset::CATEGORY,
    &response_empty::CATEGORY,
    &response_timeout::CATEGORY,
    &response_invalid::CATEGORY,
    &response_header_too_large::CATEGORY,
    &response_bad_chunk::CATEGORY,
    &response_truncated::CATEGORY,
    &response_stalled::CATEGORY,
    &h2_goaway::CATEGORY,
    &h2_rst_stream::CATEGORY,
    &no_healthy_upstream::CATEGORY,
    &policy_denied::CATEGORY,
    &ephemeral_port_exhaustion::CATEGORY,
    &local_egress_denied::CATEGORY,
    &proxy_overload::CATEGORY,
    &no_attempt::CATEGORY,
];
