//! Patterns and sentences of evidence that several categories share.
//!
//! Everything here reads the model and decides nothing by itself.

use alloc::format;
use core::net::IpAddr;

use super::{Cause, Favour, favoured};
use crate::exchange::{
    Answer, Attempt, ConnectFailure, Exchange, ReceiveFailure, ResolveFailure, SecureFailure, SendFailure, Status,
    WaitFailure,
};
pub(super) use crate::protocols::http1::is_server_error;
use crate::report::ResetBy;
use crate::time::Span;

/// The status that the client received.
pub(super) fn status(exchange: &Exchange) -> Option<&Status> {
    match &exchange.answer {
        Answer::Whole(status) => Some(status),
        Answer::Cut(status) => status.as_ref(),
        _ => None,
    }
}

/// Whether the gateway's own word for its answer (`Proxy-Status`, `X-Squid-Error`, its page) holds one of these, in
/// lower case.
pub(super) fn says(exchange: &Exchange, words: &[&str]) -> bool {
    let own = status(exchange).and_then(|status| status.own_word.as_deref());
    own.is_some_and(|own| {
        let own = own.to_ascii_lowercase();
        words.iter().any(|word| own.contains(word))
    })
}

/// Whether any phase of the attempt failed.
pub(super) fn failed(attempt: &Attempt) -> bool {
    attempt.resolve.failure().is_some()
        || attempt.connect.failure().is_some()
        || attempt.secure.failure().is_some()
        || attempt.send.failure().is_some()
        || attempt.wait.failure().is_some()
        || attempt.receive.failure().is_some()
}

/// Whether the attempt failed in a way that does not come from the client's leaving.
///
/// A refusal stands by itself. Silence does only where it was repeated: a client that leaves while the gateway still
/// waits for a slow server leaves a silence that proves nothing.
pub(super) fn failed_by_itself(attempt: &Attempt) -> bool {
    let resolve = match attempt.resolve.failure() {
        Some(ResolveFailure::NoResponse { tries, .. }) => *tries >= 2,
        other => other.is_some(),
    };
    let connect = match attempt.connect.failure() {
        Some(ConnectFailure::Unanswered { tries, .. } | ConnectFailure::NoReturn { tries, spoofed: false }) => {
            *tries >= 3
        }
        other => other.is_some(),
    };
    let secure = !matches!(attempt.secure.failure(), None | Some(SecureFailure::NoResponse | SecureFailure::Refused));
    let send = !matches!(attempt.send.failure(), None | Some(SendFailure::WindowClosed));
    let wait = !matches!(attempt.wait.failure(), None | Some(WaitFailure::Timeout(_)));
    let receive = !matches!(
        attempt.receive.failure(),
        None | Some(ReceiveFailure::Stalled(_) | ReceiveFailure::WindowClosed | ReceiveFailure::HeaderTooLarge)
    );
    resolve || connect || secure || send || wait || receive
}

/// Whether the gateway handed on an error status that its upstream (a parent proxy or the origin) sent.
pub(super) fn passed_on(exchange: &Exchange, attempt: Option<&Attempt>, parent: bool) -> bool {
    let Some(attempt) = attempt.filter(|attempt| attempt.parent == parent) else { return false };
    let Some(sent) = attempt.status else { return false };
    match (status(exchange), &exchange.answer) {
        (Some(status), _) if status.code == sent => is_server_error(sent),
        // The gateway may rewrite what it got: a parent's 407 or an origin's 500 into its own 502.
        (Some(status), _) => {
            !failed(attempt) && is_server_error(status.code) && (is_server_error(sent) || parent && sent >= 400)
        }
        (None, Answer::NotSeen | Answer::Pending | Answer::Closed) => is_server_error(sent),
        _ => false,
    }
}

/// What the packets say of who sent the RST.
fn reset_by(attempt: Option<&Attempt>, who: ResetBy, sentence: &'static str) -> Favour {
    (attempt?.reset_by? == who).then(|| sentence.into())
}

/// A device on the path sent the RST.
pub(super) fn reset_by_device(_: &Exchange, attempt: Option<&Attempt>) -> Favour {
    reset_by(attempt, ResetBy::DeviceOnPath, "The RST was sent by a device on the path, not by the server.")
}

/// The server sent the RST.
pub(super) fn reset_by_host(_: &Exchange, attempt: Option<&Attempt>) -> Favour {
    reset_by(attempt, ResetBy::UpstreamHost, "The RST comes from the server itself.")
}

/// The address tried is a parent proxy's.
pub(super) const PARENT: Cause =
    favoured("The parent proxy is the one that does not work, not the site behind it.", |_, attempt| {
        let attempt = attempt?;
        attempt.parent.then(|| match attempt.upstream {
            Some(parent) => format!("The gateway spoke to {parent} as to a parent proxy.").into(),
            None => "The gateway spoke to it as to a parent proxy.".into(),
        })
    });

/// DNS gave an address that cannot be the site's.
pub(super) const WRONG_ADDRESS: Cause =
    favoured("DNS gives the gateway a wrong address: stale, internal, or a sinkhole's.", |exchange, attempt| {
        let address = attempt?.upstream?.ip();
        let public_name = exchange.host.as_deref().is_some_and(|host| !is_internal(host) && !is_address(host));
        (public_name && is_private(address)).then(|| format!("{address} is not a public address.").into())
    });

/// The path for IPv6 does not work.
pub(super) const IPV6_PATH: Cause =
    favoured("The name has an IPv6 address, and the gateway's IPv6 path does not work.", |_, attempt| {
        let address = attempt?.upstream?.ip();
        address.is_ipv6().then(|| format!("The address tried is IPv6: {address}.").into())
    });

/// Only the common web ports pass.
pub(super) const ODD_PORT: Cause =
    favoured("The firewall lets the gateway out on ports 80 and 443 only.", |_, attempt| {
        let port = attempt?.upstream?.port();
        (!matches!(port, 80 | 443)).then(|| format!("The port is {port}.").into())
    });

/// Whether a name can only be known inside: a single label, or under a suffix that public DNS does not serve
/// (RFC 6762 appendix G, RFC 8375, RFC 9476, and ICANN's reservation of `internal`).
pub(super) fn is_internal(host: &str) -> bool {
    const SUFFIXES: &[&str] =
        &["local", "localhost", "internal", "intranet", "private", "corp", "home", "lan", "home.arpa", "alt", "test"];
    let host = host.trim_end_matches('.');
    !is_address(host)
        && !host.is_empty()
        && (!host.contains('.')
            || SUFFIXES.iter().any(|suffix| host.strip_suffix(suffix).is_some_and(|rest| rest.ends_with('.'))))
}

fn is_address(host: &str) -> bool {
    host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>().is_ok()
}

/// Private, loopback, link-local, unspecified or carrier-grade NAT.
fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            let [first, second, ..] = address.octets();
            address.is_private()
                || address.is_loopback()
                || address.is_link_local()
                || address.is_unspecified()
                || (first == 100 && second & 0xc0 == 64)
        }
        IpAddr::V6(address) => {
            address.is_loopback()
                || address.is_unspecified()
                || address.is_unique_local()
                || address.is_unicast_link_local()
        }
    }
}

/// The size of the ClientHello, where it took several segments, and whether a smaller one was answered.
pub(super) fn large_hello(_: &Exchange, attempt: Option<&Attempt>) -> Favour {
    let tls = attempt?.tls.as_ref().filter(|tls| tls.segments > 1)?;
    Some(match tls.smaller_passed {
        Some(small) => format!(
            "A ClientHello of {small} bytes in one segment was answered; this one has {} in {} segments.",
            tls.size, tls.segments
        )
        .into(),
        None => format!("The ClientHello has {} bytes in {} segments.", tls.size, tls.segments).into(),
    })
}

/// The ClientHello names no server.
pub(super) fn nameless(_: &Exchange, attempt: Option<&Attempt>) -> Favour {
    let hello = attempt?.tls.as_ref()?.hello.as_ref()?;
    hello.server_name.is_none().then(|| "The ClientHello names no server.".into())
}

/// How long the whole attempt took, in words with what that favours.
pub(super) fn lasted(attempt: Option<&Attempt>) -> Option<Span> {
    let (begun, ended) = attempt?.span?;
    Some(ended.since(begun))
}
