//! The page's words for the engine's terms: phases, kinds, parties.

use gateway_triage_core::categories::Phase;
use gateway_triage_core::report::{Confidence, GeneratedBy, Kind, ResetBy};

/// Where a failure happens.
#[must_use]
pub const fn phase(phase: Option<Phase>) -> &'static str {
    match phase {
        Some(Phase::Resolve) => "resolve",
        Some(Phase::Connect) => "connect",
        Some(Phase::Secure) => "secure",
        Some(Phase::Send) => "send",
        Some(Phase::Wait) => "wait",
        Some(Phase::Receive) => "receive",
        Some(Phase::Upstream) => "upstream",
        Some(Phase::Gateway) => "gateway",
        Some(Phase::Client) => "client",
        None => "",
    }
}

/// Its letter, unique among them. Secure is T as in TLS, upstream O as in origin, client U as in user.
#[must_use]
pub const fn letter(phase: Option<Phase>) -> &'static str {
    match phase {
        Some(Phase::Resolve) => "D",
        Some(Phase::Connect) => "C",
        Some(Phase::Secure) => "T",
        Some(Phase::Send) => "S",
        Some(Phase::Wait) => "W",
        Some(Phase::Receive) => "R",
        Some(Phase::Upstream) => "O",
        Some(Phase::Gateway) => "G",
        Some(Phase::Client) => "U",
        None => "?",
    }
}

/// How sure, with the reason for the word.
#[must_use]
pub const fn confidence(confidence: Confidence) -> (&'static str, &'static str) {
    match confidence {
        Confidence::Proven => ("Proven", "the evidence below shows it"),
        Confidence::Likely => ("Likely", "the best explanation of what was seen"),
        Confidence::Possible => ("Possible", "one of several explanations of what was seen"),
    }
}

/// Sorts of files.
#[must_use]
pub const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Capture => "Capture",
        Kind::Log => "Log",
        Kind::Har => "HTTP archive",
        Kind::Unknown => "Not recognised",
    }
}

/// Who made a status.
#[must_use]
pub const fn made_by(by: GeneratedBy) -> &'static str {
    match by {
        GeneratedBy::Gateway => "made by the gateway",
        GeneratedBy::Origin => "made by the origin, passed on",
        GeneratedBy::ParentProxy => "made by a parent proxy, passed on",
        GeneratedBy::Unknown => "who made it was not seen",
    }
}

/// Who sent a RST.
#[must_use]
pub const fn reset_by(by: ResetBy) -> &'static str {
    match by {
        ResetBy::UpstreamHost => "the upstream host itself",
        ResetBy::DeviceOnPath => "a device on the path, in the host's name",
        ResetBy::Gateway => "the gateway",
        ResetBy::Client => "the client",
        ResetBy::Unknown => "cannot be told from these packets",
    }
}

/// Parties that own a fix or can make one.
#[must_use]
pub fn party(id: &str) -> &str {
    match id {
        "dns" => "DNS",
        "network" => "Network",
        "firewall" => "Firewall",
        "origin" => "Origin server",
        "gateway" => "Gateway",
        "client" => "Client",
        other => other,
    }
}

/// Who can usually fix it.
#[must_use]
pub fn owner(id: &str) -> String {
    let who = match id {
        "dns" => "whoever runs the DNS server or zone",
        "network" => "the network team",
        "firewall" => "the firewall team",
        "origin" => "whoever runs the origin server",
        "gateway" => "whoever runs the gateway",
        "client" => "whoever runs the client",
        other => other,
    };
    format!("Usually fixed by {who}.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_unique() {
        use Phase::{Client, Connect, Gateway, Receive, Resolve, Secure, Send, Upstream, Wait};
        let phases = [Resolve, Connect, Secure, Send, Wait, Receive, Upstream, Gateway, Client];
        let letters: std::collections::BTreeSet<_> = phases.iter().map(|phase| letter(Some(*phase))).collect();
        assert_eq!(letters.len(), phases.len());
    }
}
