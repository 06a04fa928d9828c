//! Where on the path an exchange failed: client — gateway — DNS and server. What the picture shows, without how.

use std::net::{IpAddr, SocketAddr};

use gateway_triage_core::categories::Phase;
use gateway_triage_core::report::{Finding, Leg, ResetBy};

use crate::{times, words};

/// The port of DNS servers.
const DNS: u16 = 53;

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
    /// The DNS server's address.
    pub dns: Option<String>,
    /// When packets of the evidence passed on each leg, as the time after the first of all: client's, DNS, server's.
    pub whens: [Option<String>; 3],
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
        dns: asked(finding).map(|address| address.to_string()),
        whens: [Leg::Client, Leg::Dns, Leg::Upstream].map(|leg| when(finding, leg)),
        upstream_leg,
        host: finding.host.clone(),
        upstream: finding.upstream.map(|address| address.to_string()),
        upstream_broken: phase == Some(Upstream),
        device: finding.reset_by == Some(ResetBy::DeviceOnPath),
        what,
    }
}

/// The DNS server of the evidence; its questions have no port of their own in [`Finding::flows`].
fn asked(finding: &Finding) -> Option<IpAddr> {
    let flows = finding.flows.iter().filter(|_| finding.evidence.iter().any(|evidence| evidence.leg == Some(Leg::Dns)));
    flows.map(|(_, server)| server).find(|server| server.port() == DNS).map(SocketAddr::ip)
}

/// `+0.6 ms`, `+3.6 ms – +7.1 s`
fn when(finding: &Finding, leg: Leg) -> Option<String> {
    let packets = || finding.evidence.iter().filter(|evidence| evidence.packet.is_some());
    let begun = packets().filter_map(|evidence| evidence.time).min()?;
    let of_leg = || packets().filter(|evidence| evidence.leg == Some(leg)).filter_map(|evidence| evidence.time);
    let (first, last) = (of_leg().min()?, of_leg().max()?);
    let [first, last] = [first, last].map(|time| times::after(time, begun));
    Some(if first == last { first } else { format!("{first} – {last}") })
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
            text += &format!("; to the {}: {how}", named(words::DNS_NODE, &self.dns));
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
    fn each_leg_says_when_its_evidence_passed() {
        let mut finding = finding();
        let dns: SocketAddr = "192.0.2.53:53".parse().expect("an address");
        finding.flows = vec![("192.0.2.1:0".parse().expect("an address"), dns)];
        let shown = picture(&finding, Some(Phase::Connect), "SYN unanswered");
        let whens = shown.whens.each_ref().map(|when| when.as_deref().unwrap_or_default());
        // The line of the log is no packet: it was written later than what it tells.
        assert_eq!(whens, ["0 – +63 s", "+0.3 ms – +12 ms", "+13 ms – +3.0 s"]);
        assert_eq!(shown.dns.as_deref(), Some("192.0.2.53"));
        assert!(shown.text().contains("to the DNS server 192.0.2.53: answered"), "{}", shown.text());
        finding.evidence.retain(|evidence| evidence.packet.is_none());
        let shown = picture(&finding, Some(Phase::Connect), "SYN unanswered");
        assert_eq!((shown.whens, shown.dns), (Default::default(), None));
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
