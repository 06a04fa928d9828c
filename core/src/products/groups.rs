//! Failures that products treat alike, and evidence that speaks against what they advise.

use crate::categories::Id;
use crate::exchange::{Attempt, Exchange};

/// Name resolution.
pub(super) const RESOLVE: &[Id] = &[
    Id::DnsNxdomain,
    Id::DnsNodata,
    Id::DnsServfail,
    Id::DnsRefused,
    Id::DnsNoResponse,
    Id::DnsUnreachable,
    Id::DnsTcpFallbackBlocked,
];
/// No answer to the SYN.
pub(super) const SILENT: &[Id] = &[Id::TcpSynUnanswered, Id::ReturnPath];
/// The TCP handshake.
pub(super) const CONNECT: &[Id] = &[
    Id::TcpSynUnanswered,
    Id::ReturnPath,
    Id::TcpSynReset,
    Id::TcpIcmpProhibited,
    Id::TcpIcmpUnreachable,
    Id::TcpRoutingLoop,
];
/// The TLS handshake.
pub(super) const SECURE: &[Id] =
    &[Id::TlsAlert, Id::TlsCertificate, Id::TlsNoResponse, Id::TlsReset, Id::TlsClosed, Id::TlsNotSpoken];
/// The TLS handshake, but for certificates and ports without TLS: what version, cipher or SNI can cause.
pub(super) const HANDSHAKE: &[Id] = &[Id::TlsAlert, Id::TlsNoResponse, Id::TlsReset, Id::TlsClosed];
/// No byte of a response, or no further one.
pub(super) const LATE: &[Id] = &[Id::ResponseTimeout, Id::ResponseStalled];
/// What a firewall that drops or resets can be, as its traffic log tells.
pub(super) const FIREWALLED: &[Id] =
    &[Id::TcpSynUnanswered, Id::TcpSynReset, Id::ResponseReset, Id::TlsReset, Id::ResponseTimeout, Id::PolicyDenied];
/// HTTP/2 towards the server.
pub(super) const HTTP2: &[Id] = &[Id::H2Goaway, Id::H2RstStream];

/// The packets show that the connection was a new one: no idle time of kept connections is to blame.
pub(super) fn new_connection(_: &Exchange, attempt: Option<&Attempt>) -> bool {
    attempt.is_some_and(|attempt| attempt.local.is_some() && attempt.connect.is_ok() && !attempt.reused)
}
