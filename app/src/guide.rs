//! The guide's state as a link holds it: answers, the category opened, and names for the commands.

use gateway_triage_core::categories::Id as Category;
use gateway_triage_core::guided::{self, Given, Question};
use gateway_triage_core::products::{self, Facts, Id as Product};
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, SocketAddr};

use crate::fragment::Fragment;
use crate::protocol::Shown;

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

/// What the products' handbooks can be asked of a guide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Lesson {
    /// How to find out the answer of the question with this id.
    How(String),
    /// What to record next.
    Record,
    /// What to do about the category that is open.
    Advice,
}

impl Lesson {
    /// What they say at this link; `None` where nothing is asked that they know. The engine's side.
    #[must_use]
    pub fn taught(&self, link: &str) -> Option<Shown> {
        let guide = Guide::of(&Fragment::parse(link))?;
        let facts = guide.facts();
        Some(match self {
            Self::How(question) => Shown::Checks(guided::how(Question::find(question)?, guide.product, &facts)),
            Self::Record => Shown::Checks(guided::collect(&guide.given(), &facts)),
            Self::Advice => {
                let seen = products::Seen::default();
                Shown::Advice(Box::new(products::advise(guide.category?, guide.product, &seen, &facts)))
            }
        })
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
    fn a_link_is_enough_to_be_told_of() {
        let link = "#product=squid&guided=&category=dns-nxdomain&host=www.example.com";
        let Some(Shown::Advice(advice)) = Lesson::Advice.taught(link) else { panic!("no advice") };
        assert!(
            advice.checks.iter().filter_map(|check| check.command.as_deref()).any(|it| it.contains("www.example.com"))
        );
        assert!(matches!(Lesson::Record.taught(link), Some(Shown::Checks(checks)) if !checks.is_empty()));
        let how = |question: &str| Lesson::How(question.to_owned()).taught(link);
        assert!(matches!(how("status"), Some(Shown::Checks(_))) && how("no-question").is_none());
        assert_eq!(Lesson::Advice.taught("#guided="), None);
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
