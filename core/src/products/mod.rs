//! What each gateway calls things and where its settings are: one table, one file per product.
//!
//! A category knows what is true for any gateway; a product adds, for the categories that it can show, its own
//! fixes, checks and commands. [`advise`] puts both together and fills in the real host, address and port.

mod cisco_wsa;

use serde::{Deserialize, Serialize};

use crate::categories::{self, Check, Fix};

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
    PaloAlto = "palo-alto", Forcepoint = "forcepoint", Generic = "generic",
}

/// One gateway product.
pub struct Product {
    /// Its id.
    pub id: Id,
    /// As its vendor writes it.
    pub name: &'static str,
    /// Other names that engineers use.
    pub also: &'static [&'static str],
    /// How it answers each kind of failure, in one or two sentences: which status, which page.
    pub statuses: &'static str,
    /// Default waits that explain durations.
    pub timers: &'static [Timer],
    /// Its own checks per category, before the generic ones.
    pub checks: &'static [(&'static [categories::Id], Check)],
    /// Its own fixes per category, before the generic ones.
    pub fixes: &'static [(&'static [categories::Id], Fix)],
    /// How to record a capture on it, and what to add to its log.
    pub capture: &'static [Check],
}

/// A default wait.
pub struct Timer {
    /// The setting's name.
    pub name: &'static str,
    /// Seconds.
    pub seconds: u32,
    /// Failures that it ends.
    pub categories: &'static [categories::Id],
    /// Where it is set.
    pub path: &'static str,
    /// Where the figure comes from.
    pub source: &'static str,
}

/// Every product that has its own advice.
pub static TABLE: &[&Product] = &[&cisco_wsa::PRODUCT];

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
}

/// The placeholders that texts may hold, without their braces.
pub const PLACEHOLDERS: &[&str] = &[
    "host",
    "port",
    "upstream",
    "target",
    "client",
    "gateway",
    "dns",
    "icmp_from",
    "url",
    "proxy_port",
    "client_is",
    "upstream_is",
    "dns_is",
];

/// Words in braces that [`fill`] would leave; shell and awk braces hold other characters than these.
#[cfg(test)]
pub(crate) fn unknown_placeholders(text: &str) -> alloc::vec::Vec<&str> {
    let opened = text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0));
    opened
        .filter(|word| word.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_'))
        .filter(|word| !PLACEHOLDERS.contains(word) && !word.starts_with("time_") && *word != "http_code")
        .collect()
}
