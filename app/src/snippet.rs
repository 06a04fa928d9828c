//! What somebody pastes into an article to have the page there: docs/embedding.md says what it means.

use std::fmt::Write;

use form_urlencoded::Serializer;
use gateway_triage_core::categories::Id as Category;
use gateway_triage_core::products::Id as Product;

use crate::{verdicts, words};

/// Pixels of a frame that cannot follow the page.
const HIGH: u32 = 720;

/// What is to be shown in the article, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snippet {
    /// The site's address, up to its last slash.
    pub base: String,
    /// For this gateway.
    pub product: Option<Product>,
    /// At this failure; without it, at the product's questions.
    pub category: Option<Category>,
    /// In pixels; `None` follows the page.
    pub height: Option<u32>,
    /// `light` or `dark`; `None` is as the article is.
    pub scheme: Option<&'static str>,
}

impl Snippet {
    /// For articles that may load scripts.
    #[must_use]
    pub fn element(&self) -> String {
        let mut attributes = String::new();
        let mut add = |name: &str, value: &str| _ = write!(attributes, " {name}=\"{value}\"");
        if let Some(product) = self.product {
            add("product", product.as_str());
        }
        if let Some(category) = self.category {
            add("category", category.as_str());
        }
        add("height", &self.height.map_or_else(|| "auto".to_owned(), |height| height.to_string()));
        if let Some(scheme) = self.scheme {
            add("scheme", scheme);
        }
        format!(
            "<script src=\"{base}embed.js\" async></script>\n<gateway-triage{attributes}>\n  <a href=\"{base}{link}\">{title}</a>\n\
             </gateway-triage>",
            base = escaped(&self.base),
            link = escaped(&self.fragment(false)),
            title = escaped(&self.title()),
        )
    }

    /// For articles whose scripts are stripped.
    #[must_use]
    pub fn frame(&self) -> String {
        format!(
            "<iframe src=\"{}\" title=\"{}\" width=\"100%\" height=\"{}\"\n  sandbox=\"{}\" allow=\"{}\" \
             referrerpolicy=\"no-referrer\" loading=\"lazy\"></iframe>",
            escaped(&self.address()),
            escaped(&self.title()),
            self.height.unwrap_or(HIGH),
            Self::SANDBOX,
            Self::ALLOW,
        )
    }

    /// What the frame may do.
    pub const SANDBOX: &str = "allow-scripts allow-downloads allow-popups allow-popups-to-escape-sandbox";
    /// What is handed on to the frame.
    pub const ALLOW: &str = "clipboard-write";

    /// The address of the frame.
    #[must_use]
    pub fn address(&self) -> String {
        format!("{}{}{}", self.base, words::ONE_FILE, self.fragment(true))
    }

    /// The frame's title.
    #[must_use]
    pub fn title(&self) -> String {
        let what = self.category.map(|category| verdicts::title(category).to_owned());
        let whose = self.product.map(|product| verdicts::product_name(product).to_owned());
        let what: Vec<String> = what.into_iter().chain(whose).collect();
        if what.is_empty() { words::NAME.to_owned() } else { format!("{}: {}", words::NAME, what.join(", ")) }
    }

    fn fragment(&self, framed: bool) -> String {
        let mut says = Serializer::new(String::new());
        if let Some(scheme) = self.scheme.filter(|_| framed) {
            says.append_pair("scheme", scheme);
        }
        if let Some(product) = self.product {
            says.append_pair("product", product.as_str());
        }
        match (self.category, self.product) {
            (Some(category), _) => _ = says.append_pair("category", category.as_str()),
            (None, Some(_)) => _ = says.append_pair("guided", ""),
            (None, None) => {}
        }
        let says = says.finish();
        if says.is_empty() { says } else { format!("#{says}") }
    }
}

/// The folder of this address.
#[must_use]
pub fn base(address: &str) -> String {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    path.rsplit_once('/').map_or_else(String::new, |(folder, _)| format!("{folder}/"))
}

/// Text as HTML shows it, also within a quoted attribute.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snippet() -> Snippet {
        Snippet {
            base: base("https://kb.example/a&b/triage/index.html?x#product=squid"),
            product: Product::parse("skyhigh"),
            category: Some(Category::TcpSynUnanswered),
            ..Snippet::default()
        }
    }

    #[test]
    fn the_element_names_what_is_shown_and_links_there_without_scripts() {
        let text = snippet().element();
        assert!(
            text.starts_with("<script src=\"https://kb.example/a&amp;b/triage/embed.js\" async></script>\n"),
            "{text}"
        );
        assert!(
            text.contains("<gateway-triage product=\"skyhigh\" category=\"tcp-syn-unanswered\" height=\"auto\">"),
            "{text}"
        );
        assert!(text.contains("triage/#product=skyhigh&amp;category=tcp-syn-unanswered\">Gateway Triage: "), "{text}");
    }

    #[test]
    fn the_frame_has_no_origin_and_a_fixed_height() {
        let dark = Snippet { scheme: Some("dark"), category: None, ..snippet() };
        let text = dark.frame();
        let address =
            "https://kb.example/a&amp;b/triage/gateway-triage.html#scheme=dark&amp;product=skyhigh&amp;guided=";
        assert!(text.starts_with(&format!("<iframe src=\"{address}\" ")), "{text}");
        assert!(
            text.contains("sandbox=\"allow-scripts allow-downloads allow-popups allow-popups-to-escape-sandbox\"")
                && text.contains("height=\"720\""),
            "{text}"
        );
        assert!(!text.contains("allow-same-origin"));
        let plain = Snippet { base: "https://a.example/".to_owned(), ..Snippet::default() };
        assert!(plain.frame().contains("src=\"https://a.example/gateway-triage.html\""));
    }
}
