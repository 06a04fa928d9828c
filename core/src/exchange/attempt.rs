//! One try upstream, in phases.

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::SocketAddr;

use super::{
    ConnectFailure, Event, Flaw, Icmp, Proof, ReceiveFailure, ResolveFailure, SecureFailure, SendFailure, Tls,
    WaitFailure,
};
use crate::categories::Id as Category;
use crate::report::ResetBy;
use crate::time::{Span, Timestamp};

/// One try upstream.
#[derive(Clone, Debug, Default)]
pub struct Attempt {
    /// The address that the gateway used; the client's where it spoofs.
    pub local: Option<SocketAddr>,
    /// The address tried; `None` while resolving.
    pub upstream: Option<SocketAddr>,
    /// The target is a parent proxy (absolute-form or CONNECT was sent to it).
    pub parent: bool,
    /// The connection had carried an earlier request.
    pub reused: bool,
    /// Interim answers (1xx) that it sent.
    pub interim: u32,
    /// The request's body waited for `100 Continue` (RFC 9110 section 10.1.1), and nothing of it was sent.
    pub body_waits: bool,
    /// It answered before it had the whole request, and then reset the connection.
    pub upload_cut: bool,
    /// How long its connection had been idle when the request was sent on it; `None` for the first request.
    pub idle: Option<Span>,
    /// The connection carries a tunnel that the gateway granted: its bytes are the client's.
    pub tunnel: bool,
    /// Neither side had closed it when the capture ended.
    pub open: bool,
    /// It was closed before anything was sent on it.
    pub unused: bool,
    /// The capture began in its middle and shows no request on it: what was asked, if anything, is not seen.
    pub late: bool,
    /// What fits as well, because not all of it was captured.
    pub left: Option<Box<Left>>,
    /// When it began and when its last packet was seen.
    pub span: Option<(Timestamp, Timestamp)>,
    /// Name to address.
    pub resolve: Phase<ResolveFailure>,
    /// TCP handshake.
    pub connect: Phase<ConnectFailure>,
    /// TLS handshake.
    pub secure: Phase<SecureFailure>,
    /// Sending the request.
    pub send: Phase<SendFailure>,
    /// Waiting for the first byte of the response.
    pub wait: Phase<WaitFailure>,
    /// Receiving the response.
    pub receive: Phase<ReceiveFailure>,
    /// The status that the upstream sent.
    pub status: Option<u16>,
    /// What of its response HTTP does not allow, though it can be read: gateways differ in whether they take it.
    pub flaw: Option<Box<Flaw>>,
    /// Bytes of the response's head.
    pub head: usize,
    /// A status line inside its body: text, not an answer.
    pub quoted_status: Option<u16>,
    /// The last word of the path that segments of the side whose large ones vanish are too large for it.
    pub too_big: Option<Icmp>,
    /// Who sent the RST that ended it.
    pub reset_by: Option<ResetBy>,
    /// What was seen of its TLS handshake.
    pub tls: Option<Box<Tls>>,
    /// What cannot be told of it for certain, as sentences.
    pub doubts: Vec<String>,
    /// By which signs: each half a sentence about the RST.
    pub signs: Vec<String>,
    /// What a capture of another place proves of its failure.
    pub proof: Option<Box<Proof>>,
    /// Its story, in time order.
    pub events: Vec<Event>,
    /// The host name that it asked for (Host field, TLS server name, or the name looked up).
    pub host: Option<String>,
    /// The target that it asked for.
    pub target: Option<String>,
}

/// What an attempt of which not all was captured may have been.
#[derive(Clone, Debug, PartialEq)]
pub struct Left {
    /// Categories that fit, likeliest first.
    pub fits: Vec<Category>,
    /// What was not captured, as a sentence.
    pub why: String,
}

impl Attempt {
    /// The name whose lookup failed, where that is another one than the host that was wanted, with a search suffix or
    /// without: a parent's or a backend's.
    #[must_use]
    pub fn other_name(&self, wanted: Option<&str>) -> Option<&str> {
        let name = self.host.as_deref().filter(|_| self.resolve.failure().is_some())?;
        wanted.is_some_and(|wanted| !name.starts_with(wanted)).then_some(name)
    }
}

impl Left {
    /// These categories fit, for this reason.
    #[must_use]
    pub fn new(fits: &[Category], why: &str) -> Option<Box<Self>> {
        Some(Box::new(Self { fits: fits.to_vec(), why: why.to_string() }))
    }
}

/// What became of one phase.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Phase<F> {
    /// These inputs do not show it.
    #[default]
    NotSeen,
    /// It succeeded, after this long where known.
    Ok(Option<Span>),
    /// It failed.
    Failed(F),
}

impl<F> Phase<F> {
    /// The failure, if it failed.
    pub fn failure(&self) -> Option<&F> {
        match self {
            Self::Failed(failure) => Some(failure),
            _ => None,
        }
    }

    /// True if it was seen to succeed.
    pub fn is_ok(&self) -> bool {
        matches!(self, Self::Ok(_))
    }
}
