//! What can fail: one table, one file per failure.
//!
//! A category's file holds its meaning, its causes and checks, and the pattern by which it is found in the model
//! ([`crate::exchange`]). [`TABLE`] lists them in decision order: the first whose pattern matches names the failure.

mod dns_nxdomain;

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
/// Texts may hold placeholders that [`crate::products::advise`] fills with real values: `{host}`, `{port}`,
/// `{upstream}` (IP), `{client}`, `{gateway}` (IP), `{dns}` (IP of the DNS server), `{icmp_from}`, `{url}`.
pub struct Category {
    /// Its id.
    pub id: Id,
    /// Where it happens.
    pub phase: Phase,
    /// Two to five words, for lists: `Name does not exist`.
    pub title: &'static str,
    /// One or two sentences for a tired engineer: what happened, in the field's terms.
    pub meaning: &'static str,
    /// Who can usually fix it.
    pub owner: Owner,
    /// Likeliest first.
    pub causes: &'static [Cause],
    /// Next tests, in the order an expert takes them, for any product.
    pub checks: &'static [Check],
    /// What to change, for any product and for the parties outside it (firewall, DNS server, origin).
    pub fixes: &'static [Fix],
    /// True where the proof is that something did not come; a capture that could not have seen it lowers the confidence.
    pub absence: bool,
    /// Whether this exchange, whose decisive attempt is given (`None`: no attempt was seen), failed in this way.
    pub detect: fn(&Exchange, Option<&Attempt>) -> bool,
}

/// A possible cause.
pub struct Cause {
    /// What it is.
    pub text: &'static str,
    /// Which evidence favours it, as text, if this exchange shows such evidence.
    pub favoured_by: fn(&Exchange, Option<&Attempt>) -> Option<&'static str>,
}

/// A cause that no packet favours or speaks against.
#[must_use]
pub const fn cause(text: &'static str) -> Cause {
    Cause { text, favoured_by: |_, _| None }
}

/// A test.
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

/// A change.
pub struct Fix {
    /// Whose configuration: empty for the product of the advice at hand, else `dns`, `firewall`, `origin`, `network`, `client`.
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
    /// Where it comes from.
    pub source: &'static str,
}

/// Every category that is found so far, in decision order.
pub static TABLE: &[&Category] = &[&dns_nxdomain::CATEGORY];
