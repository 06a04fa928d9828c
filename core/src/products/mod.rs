//! What each gateway calls things and where its settings are: one table, one file per product.
//!
//! A category knows what is true for any gateway; a product adds, for the categories that it can show, its own
//! fixes, checks and commands, and `elsewhere/` what firewalls, DNS servers and origin servers have. [`advise()`] puts all
//! together and fills in the real host, address and port.

mod advise;
mod apache;
mod aws_alb;
mod azure_gateway;
mod caddy;
mod cisco_wsa;
mod cloudflare;
mod cloudfront;
mod elsewhere;
mod envoy;
mod f5;
mod fill;
mod forcepoint;
mod fortinet;
mod generic;
mod google_lb;
mod groups;
mod haproxy;
mod iis_arr;
mod nginx;
mod palo_alto;
mod proxysg;
mod skyhigh;
mod squid;
mod timers;
mod traefik;
mod varnish;
mod zscaler;

#[cfg(test)]
mod articles;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::categories::{self, Cause, Check, Fix};
use crate::exchange::{Attempt, Exchange};
use crate::time::Span;

pub use advise::{Seen, advise, changes, filled, tests_of};
#[cfg(test)]
pub(crate) use fill::unknown_placeholders;
pub use fill::{PLACEHOLDERS, fill};
pub use timers::{hop_timers, timer_hint};

/// Names each product once: `Id::CiscoWsa`, in JSON `cisco-wsa`. Never reused.
macro_rules! ids {
    ($($name:ident = $text:literal),* $(,)?) => {
        /// A product's id, kebab-case outside the code.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[allow(missing_docs, reason = "the text of each is its documentation")]
        pub enum Id { $(#[serde(rename = $text)] $name),* }

        impl Id {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// As written in reports and links.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }

            /// The id written so; `None` if there is none.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|id| id.as_str() == text)
            }
        }
    };
}

ids! {
    CiscoWsa = "cisco-wsa", Skyhigh = "skyhigh", Squid = "squid", Nginx = "nginx", Haproxy = "haproxy",
    Apache = "apache", Envoy = "envoy", Proxysg = "proxysg", AwsAlb = "aws-alb", Varnish = "varnish",
    Traefik = "traefik", IisArr = "iis-arr", Caddy = "caddy", F5 = "f5", Zscaler = "zscaler", Fortinet = "fortinet",
    PaloAlto = "palo-alto", Forcepoint = "forcepoint", GoogleLb = "google-lb",
    AzureGateway = "azure-gateway", CloudFront = "cloudfront", Cloudflare = "cloudflare", Generic = "generic",
}

/// One gateway product.
pub struct Product {
    /// Its id.
    pub id: Id,
    /// As its vendor writes it.
    pub name: &'static str,
    /// Other names that engineers use.
    pub also: &'static [&'static str],
    /// How it answers each kind of failure, in a few sentences: which status, which page.
    pub statuses: &'static str,
    /// What each of its statuses means, where a document or its source says so.
    pub answers: &'static [Answered],
    /// Default waits that explain durations.
    pub timers: &'static [Timer],
    /// It stands before servers and clients do not know it (a reverse proxy or load balancer), as most people run it.
    pub reverse: bool,
    /// Failures for which it has no fix of its own, and why.
    pub absent: &'static [For<Absent>],
}

/// What a product has for each failure: by far the most of its text, apart from [`Product`], so that who shows names only need not hold
/// it.
pub struct Handbook {
    /// Its own advice, grouped by meaning, in the order in which an expert would take it.
    pub parts: &'static [Part],
    /// How to record on it what is missing.
    pub recordings: &'static [Recording],
}

/// Why a product has no fix of its own for a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absent {
    /// The product cannot run into it, because of this.
    CannotOccur(&'static str),
    /// No document of the vendor names a setting for it: what holds for any gateway applies.
    Undocumented,
}

/// What a status means at a product.
pub struct Answered {
    /// The status that the client gets.
    pub status: u16,
    /// Failures that it answers so, likeliest first.
    pub candidates: &'static [&'static [categories::Id]],
    /// What it means here, and with what people confuse it.
    pub means: &'static str,
    /// Where that comes from: never practice or inference.
    pub source: &'static str,
}

/// A row of [`Product::answers`].
#[must_use]
pub const fn answered(
    status: u16,
    candidates: &'static [&'static [categories::Id]],
    means: &'static str,
    source: &'static str,
) -> Answered {
    Answered { status, candidates, means, source }
}

/// Something for these categories.
pub type For<T> = (&'static [categories::Id], T);

/// A group of a product's advice.
///
/// Write only the lists that it has: `Part { fixes: &[…], ..Part::EMPTY }`.
pub struct Part {
    /// Causes that this product has or ranks differently: they come before the category's.
    pub causes: &'static [For<Cause>],
    /// Its own tests, before the category's.
    pub checks: &'static [For<Check>],
    /// Its own changes, before the category's. One with the `setting` of a category's takes its place.
    pub fixes: &'static [For<Fix>],
    /// Its fixes ease the harm (fail sooner, go elsewhere) and leave the cause: they come after those that mend it.
    pub eases: bool,
    /// Whether the evidence speaks against all of it; it then comes last.
    pub against: fn(&Exchange, Option<&Attempt>) -> bool,
}

impl Part {
    /// Nothing, that no evidence speaks against.
    pub const EMPTY: Self = Self { causes: &[], checks: &[], fixes: &[], eases: false, against: |_, _| false };
}

/// A way to record what is missing.
pub struct Recording {
    /// What it records.
    pub aim: Aim,
    /// How.
    pub check: Check,
}

/// What a recording is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aim {
    /// Packets at the gateway.
    Packets,
    /// Packets on both sides of a device on the path, to prove what it does.
    Path,
    /// Fields that the log lacks.
    Log,
    /// Finding the failure in the capture.
    Read,
}

/// A default wait.
pub struct Timer {
    /// The setting's name.
    pub name: &'static str,
    /// How long.
    pub wait: Span,
    /// Failures that it ends.
    pub categories: &'static [categories::Id],
    /// Where it is set.
    pub path: &'static str,
    /// Where the figure comes from.
    pub source: &'static str,
}

/// The source of advice that no vendor's document backs.
pub const PRACTICE: &str = "Practice; no vendor document";

macro_rules! products {
    ($($name:ident),* $(,)?) => {
        /// Every product that has its own advice. The others get that of `generic`.
        pub static TABLE: &[&Product] = &[$(&$name::PRODUCT),*];

        /// Their handbooks, in the same order.
        static HANDBOOKS: &[&Handbook] = &[$(&$name::HANDBOOK),*];
    };
}

products! {
    cisco_wsa, skyhigh, squid, nginx, haproxy, apache, envoy, proxysg, aws_alb, varnish, traefik, iis_arr, caddy, f5, zscaler, forcepoint, fortinet, palo_alto, google_lb, azure_gateway, cloudfront, cloudflare, generic,
}

impl Product {
    /// Its own advice.
    #[must_use]
    pub fn handbook(&self) -> &'static Handbook {
        let place = TABLE.iter().position(|product| product.id == self.id);
        place.and_then(|place| HANDBOOKS.get(place)).copied().unwrap_or(&generic::HANDBOOK)
    }

    /// What this status means at it, where a document says so.
    #[must_use]
    pub fn answer(&self, status: u16) -> Option<&'static Answered> {
        self.answers.iter().find(|row| row.status == status)
    }

    /// Why it has no fix of its own for this failure, where that is known.
    #[must_use]
    pub fn absent(&self, category: categories::Id) -> Option<Absent> {
        self.absent.iter().find(|(ids, _)| ids.contains(&category)).map(|(_, absent)| *absent)
    }
}

impl Id {
    /// Its entry in [`TABLE`]; `None` where only the generic advice is at hand.
    #[must_use]
    pub fn product(self) -> Option<&'static Product> {
        TABLE.iter().copied().find(|product| product.id == self)
    }
}

/// The real names and numbers of a verdict, for the placeholders.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Host name wanted.
    pub host: Option<alloc::string::String>,
    /// Address tried last.
    pub upstream: Option<core::net::IpAddr>,
    /// Its port.
    pub port: Option<u16>,
    /// The client.
    pub client: Option<core::net::IpAddr>,
    /// The gateway, as it goes out.
    pub gateway: Option<core::net::IpAddr>,
    /// The DNS server asked.
    pub dns: Option<core::net::IpAddr>,
    /// Who sent the ICMP error.
    pub icmp_from: Option<core::net::IpAddr>,
    /// The URL as far as it is known.
    pub url: Option<alloc::string::String>,
    /// The port on which the gateway listens for its clients.
    pub proxy_port: Option<u16>,
    /// Clients need no proxy setting to reach it: it stands before the servers, or intercepts.
    pub reverse: bool,
}
