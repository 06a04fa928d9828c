//! What is known of a TLS handshake that failed.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::protocols::tls::certificate::Certificate;
use crate::protocols::tls::hello::{ClientHello, ServerHello};
use crate::time::Timestamp;

/// What was seen of a TLS handshake that failed: offers, choice, certificate.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tls {
    /// The ClientHello, if all of it was seen.
    pub hello: Option<ClientHello>,
    /// Bytes of the ClientHello, as its header says.
    pub size: usize,
    /// TCP segments that it took.
    pub segments: u32,
    /// The ServerHello.
    pub server: Option<ServerHello>,
    /// The server asked for another ClientHello first.
    pub retried: bool,
    /// The server's certificate; TLS 1.3 hides it.
    pub certificate: Option<Certificate>,
    /// What may be held against the certificate.
    pub problems: Vec<Problem>,
    /// The server asked for a client certificate; TLS 1.3 hides that.
    pub asks_certificate: bool,
    /// A ClientHello of this size, smaller and in one segment, was answered by the same server.
    pub smaller_passed: Option<usize>,
}

impl Tls {
    /// First bytes of the ClientHello's `random`: the same on both legs of a tunnel.
    #[must_use]
    pub fn random(&self) -> Option<u64> {
        self.hello.as_ref().map(|hello| hello.random)
    }
}

/// What may be held against a certificate.
#[derive(Clone, Debug, PartialEq)]
pub enum Problem {
    /// Its time was over.
    Expired(Timestamp),
    /// Its time had not begun.
    NotYetValid(Timestamp),
    /// It is not for the host that was asked for.
    WrongName(String),
    /// It signed itself.
    SelfSigned,
    /// The chain does not hold its issuer: known to whoever verifies, or missing.
    IssuerMissing(String),
}

impl Problem {
    /// Whether everyone who verifies refuses a certificate for this.
    #[must_use]
    pub fn refused(&self) -> bool {
        !matches!(self, Self::IssuerMissing(_))
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Expired(end) => write!(f, "expired on {}", day(*end)),
            Self::NotYetValid(begin) => write!(f, "not valid before {}", day(*begin)),
            Self::WrongName(host) => write!(f, "not for {host}"),
            Self::SelfSigned => f.write_str("signed by itself"),
            Self::IssuerMissing(issuer) => write!(f, "the chain does not hold its issuer, {issuer}"),
        }
    }
}

/// `2026-04-01`.
#[must_use]
pub fn day(time: Timestamp) -> String {
    let (year, month, day, ..) = time.civil();
    alloc::format!("{year:04}-{month:02}-{day:02}")
}
