//! The guide's state as a link holds it: answers, the category opened, and names for the commands.

use gateway_triage_core::categories::Id as Category;
use gateway_triage_core::guided::Given;
use gateway_triage_core::products::{Facts, Id as Product};
use std::net::{IpAddr, SocketAddr};

use crate::fragment::Fragment;

/// What is shown in place of files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Guide {
    /// The gateway's product.
    pub product: Option<Product>,
    /// Answers, as [`Given::text`] writes them; `None` where a category was opened without the questions.
    pub answers: Option<String>,
    /// The category whose advice is open.
    pub category: Option<Category>,
    /// Names that the reader has filled in.
    pub names: Names,
}

/// Names and addresses for the commands, as typed; empty where unset.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// The site's name.
    pub host: String,
    /// The gateway: its address, with the port that clients use if given.
    pub gateway: String,
    /// The server: its address, with its port if given.
    pub server: String,
}

impl Guide {
    /// What a link asks for; `None` where it is about something else.
    #[must_use]
    pub fn of(fragment: &Fragment) -> Option<Self> {
        let category = fragment.category.as_deref().and_then(|id| {
            Category::ALL.iter().copied().find(|known| known.as_str() == id && known.category().is_some())
        });
        if fragment.guided.is_none() && category.is_none() {
            return None;
        }
        let product = fragment.product.as_deref().and_then(Product::parse);
        let [host, gateway, server] =
            [&fragment.host, &fragment.gateway, &fragment.server].map(|name| name.clone().unwrap_or_default());
        let answers = fragment.guided.as_deref().map(|text| Given::parse(product, text).text());
        Some(Self { product, answers, category, names: Names { host, gateway, server } })
    }

    /// The link to it.
    #[must_use]
    pub fn link(&self) -> String {
        let some = |text: &String| (!text.is_empty()).then(|| text.clone());
        Fragment {
            product: self.product.map(|product| product.as_str().to_owned()),
            guided: self.answers.clone(),
            category: self.category.map(|category| category.as_str().to_owned()),
            host: some(&self.names.host),
            gateway: some(&self.names.gateway),
            server: some(&self.names.server),
            ..Fragment::default()
        }
        .text()
    }

    /// The answers.
    #[must_use]
    pub fn given(&self) -> Given {
        Given::parse(self.product, self.answers.as_deref().unwrap_or_default())
    }

    /// The same with other answers, and no category open.
    #[must_use]
    pub fn with(&self, given: &Given) -> Self {
        Self { product: given.product, answers: Some(given.text()), category: None, names: self.names.clone() }
    }

    /// The same with this category's advice open.
    #[must_use]
    pub fn at(&self, category: Category) -> Self {
        Self { category: Some(category), ..self.clone() }
    }

    /// The questions again.
    #[must_use]
    pub fn questions(&self) -> Self {
        Self { category: None, answers: Some(self.answers.clone().unwrap_or_default()), ..self.clone() }
    }

    /// For the commands.
    #[must_use]
    pub fn facts(&self) -> Facts {
        let (gateway, proxy_port) = address(&self.names.gateway);
        let (upstream, port) = address(&self.names.server);
        let host = Some(self.names.host.clone()).filter(|host| !host.is_empty());
        Facts { host, upstream, port, gateway, proxy_port, ..Facts::default() }
    }
}

/// Whether a text is an address, with or without a port.
#[must_use]
pub fn is_address(text: &str) -> bool {
    address(text).0.is_some()
}

fn address(text: &str) -> (Option<IpAddr>, Option<u16>) {
    let text = text.trim();
    if let Ok(both) = text.parse::<SocketAddr>() {
        return (Some(both.ip()), Some(both.port()));
    }
    (text.trim_start_matches('[').trim_end_matches(']').parse().ok(), None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_back_to_the_same() {
        for text in [
            "#guided=",
            "#product=squid&guided=status:503,dns:-",
            "#category=tcp-syn-reset&product=skyhigh",
            "#product=cisco-wsa&guided=status:504&category=response-timeout&host=www.example.com&server=198.51.100.80:80",
        ] {
            let guide = Guide::of(&Fragment::parse(text)).unwrap_or_default();
            assert_eq!(Guide::of(&Fragment::parse(&guide.link())), Some(guide), "{text}");
        }
    }

    #[test]
    fn other_links_are_no_guide() {
        for text in ["", "#", "#product=squid", "#verdict=tcp-syn-reset/x", "#category=none", "#category=undetermined"]
        {
            assert_eq!(Guide::of(&Fragment::parse(text)), None, "{text}");
        }
    }

    #[test]
    fn names_become_facts() {
        let names =
            Names { host: "www.example.com".into(), gateway: "192.0.2.1:9090".into(), server: "2001:db8::1".into() };
        let facts = Guide { names, ..Guide::default() }.facts();
        assert_eq!((facts.proxy_port, facts.port), (Some(9090), None));
        assert_eq!(facts.upstream, "2001:db8::1".parse().ok());
        assert!(is_address("[2001:db8::1]:443") && !is_address("www.example.com") && !is_address(""));
    }
}
