//! Where on the path an exchange failed: client — gateway — DNS and server. What the picture shows, without how.

use gateway_triage_core::categories::Phase;
use gateway_triage_core::report::{Finding, Leg, ResetBy};

use crate::words;

/// A stretch of the path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Nothing is known against it.
    Plain,
    /// It broke here.
    Broken,
    /// It broke before.
    NotReached,
    /// These files do not show it.
    NotSeen,
    /// The files do not tell where it broke.
    Unknown,
}

/// The picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// The client's address.
    pub client: Option<String>,
    /// Between client and gateway.
    pub client_leg: State,
    /// The gateway's address.
    pub gateway: Option<String>,
    /// The gateway itself failed.
    pub gateway_broken: bool,
    /// Between gateway and DNS server, where DNS plays a part.
    pub dns_leg: Option<State>,
    /// Between gateway and server.
    pub upstream_leg: State,
    /// The server's name.
    pub host: Option<String>,
    /// The server's address and port.
    pub upstream: Option<String>,
    /// The server itself answered with the failure.
    pub upstream_broken: bool,
    /// A device between gateway and server answered in the server's name.
    pub device: bool,
    /// What failed, in a few words.
    pub what: &'static str,
}

/// Draws it from a finding and the phase of its category.
#[must_use]
pub fn picture(finding: &Finding, phase: Option<Phase>, what: &'static str) -> Picture {
    use Phase::{Client, Connect, Gateway, Receive, Resolve, Secure, Send, Upstream, Wait};
    let saw_dns = finding.evidence.iter().any(|evidence| evidence.leg == Some(Leg::Dns));
    let upstream_leg = match phase {
        Some(Resolve) => State::NotReached,
        Some(Connect | Secure | Send | Wait | Receive) => State::Broken,
        Some(Upstream) => State::Plain,
        Some(Gateway | Client) if finding.upstream.is_some() => State::Plain,
        Some(Gateway | Client) => State::NotSeen,
        None => State::Unknown,
    };
    Picture {
        client: finding.client.map(|address| address.to_string()),
        client_leg: match (phase, finding.client) {
            (Some(Client), _) => State::Broken,
            (_, Some(_)) => State::Plain,
            (_, None) => State::NotSeen,
        },
        gateway: finding.gateway.map(|address| address.to_string()),
        gateway_broken: phase == Some(Gateway),
        dns_leg: match phase {
            Some(Resolve) => Some(State::Broken),
            _ => saw_dns.then_some(State::Plain),
        },
        upstream_leg,
        host: finding.host.clone(),
        upstream: finding.upstream.map(|address| address.to_string()),
        upstream_broken: phase == Some(Upstream),
        device: finding.reset_by == Some(ResetBy::DeviceOnPath),
        what,
    }
}

impl Picture {
    /// The same in words, for those who do not see it.
    #[must_use]
    pub fn text(&self) -> String {
        let server = match (&self.host, &self.upstream) {
            (Some(host), Some(address)) => format!("{host} ({address})"),
            (Some(one), None) | (None, Some(one)) => one.clone(),
            (None, None) => words::SERVER_NODE.to_lowercase(),
        };
        let named = |name: &str, address: &Option<String>| match address {
            Some(address) => format!("{name} {address}"),
            None => name.to_owned(),
        };
        let mut text = named(words::CLIENT, &self.client);
        text += match self.client_leg {
            State::Broken => " — broken here — ",
            State::NotSeen => " — not in these files — ",
            _ => " — ",
        };
        text += &named(words::GATEWAY_NODE, &self.gateway);
        if self.gateway_broken {
            text += &format!(" (failed: {})", self.what);
        }
        if let Some(state) = self.dns_leg {
            let how =
                if state == State::Broken { format!("broken here: {}", self.what) } else { "answered".to_owned() };
            text += &format!("; to the {}: {how}", words::DNS_NODE);
        }
        let device = if self.device { format!(" by a {}", words::DEVICE) } else { String::new() };
        let how = match self.upstream_leg {
            State::Broken => format!("broken here{device}: {}", self.what),
            State::NotReached => words::NOT_TRIED.to_owned(),
            State::NotSeen => words::NOT_IN_FILES.to_owned(),
            State::Unknown => format!("broken {}", words::UNKNOWN_HERE),
            State::Plain if self.upstream_broken => format!("failed: {}", self.what),
            State::Plain => "reached".to_owned(),
        };
        text += &format!("; to {server}: {how}.");
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    fn finding() -> Finding {
        fixture::report().findings.remove(0)
    }

    #[test]
    fn a_failed_connection_breaks_the_upstream_leg() {
        let picture = picture(&finding(), Some(Phase::Connect), "SYN unanswered");
        assert_eq!(picture.upstream_leg, State::Broken);
        assert_eq!(picture.client_leg, State::Plain);
        assert_eq!(picture.dns_leg, Some(State::Plain));
        assert!(picture.text().ends_with("(198.51.100.80:80): broken here: SYN unanswered."), "{}", picture.text());
    }

    #[test]
    fn a_failed_lookup_leaves_the_server_unreached() {
        let picture = picture(&finding(), Some(Phase::Resolve), "Name does not exist");
        assert_eq!((picture.dns_leg, picture.upstream_leg), (Some(State::Broken), State::NotReached));
    }

    #[test]
    fn what_is_not_known_is_not_drawn_as_fine() {
        let mut finding = finding();
        finding.client = None;
        let picture = picture(&finding, None, "");
        assert_eq!((picture.client_leg, picture.upstream_leg), (State::NotSeen, State::Unknown));
    }
}
