//! Links into the page live in the fragment: `#product=skyhigh&verdict=tcp-syn-reset/www.example.com`.
//!
//! Only there, so that any static host serves them and no server sees them. Unknown keys are left alone.

use form_urlencoded::Serializer;

/// What a link says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fragment {
    /// A product's id.
    pub product: Option<String>,
    /// A verdict's key: see [`crate::verdicts::key`].
    pub verdict: Option<String>,
    /// Answers of the guide, as the engine's `guided::Given` writes them; empty at its beginning.
    pub guided: Option<String>,
    /// A category whose advice is shown without files.
    pub category: Option<String>,
    /// The site's name, for the commands of the guide.
    pub host: Option<String>,
    /// The gateway's address, for the same.
    pub gateway: Option<String>,
    /// The server's address, for the same.
    pub server: Option<String>,
    /// A page that is neither, such as `sample`.
    pub place: Option<String>,
}

impl Fragment {
    /// Reads a fragment, with or without its `#`.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let text = text.strip_prefix('#').unwrap_or(text);
        let mut fragment = Self::default();
        for (key, value) in form_urlencoded::parse(text.as_bytes()) {
            let value = value.into_owned();
            match &*key {
                "product" => fragment.product = Some(value),
                "verdict" => fragment.verdict = Some(value),
                "guided" => fragment.guided = Some(value),
                "category" => fragment.category = Some(value),
                "host" => fragment.host = Some(value),
                "gateway" => fragment.gateway = Some(value),
                "server" => fragment.server = Some(value),
                other if value.is_empty() => fragment.place = Some(other.to_owned()),
                _ => {}
            }
        }
        fragment
    }

    /// Writes it, with its `#`.
    #[must_use]
    pub fn text(&self) -> String {
        let mut writer = Serializer::new(String::from("#"));
        for (key, value) in [
            ("product", &self.product),
            ("verdict", &self.verdict),
            ("guided", &self.guided),
            ("category", &self.category),
            ("host", &self.host),
            ("gateway", &self.gateway),
            ("server", &self.server),
        ] {
            if let Some(value) = value {
                writer.append_pair(key, value);
            }
        }
        // Slashes, colons and commas need no escape in a fragment, and read better without.
        writer.finish().replacen("#&", "#", 1).replace("%2F", "/").replace("%3A", ":").replace("%2C", ",")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        for (product, verdict, text) in [
            (None, None, "#"),
            (Some("skyhigh"), None, "#product=skyhigh"),
            (
                Some("squid"),
                Some("tcp-syn-reset/a b&c=d.example"),
                "#product=squid&verdict=tcp-syn-reset/a+b%26c%3Dd.example",
            ),
            (None, Some("return-path/[2001:db8::1]"), "#verdict=return-path/%5B2001:db8::1%5D"),
        ] {
            let fragment = Fragment {
                product: product.map(str::to_owned),
                verdict: verdict.map(str::to_owned),
                ..Fragment::default()
            };
            assert_eq!(fragment.text(), text);
            assert_eq!(Fragment::parse(text), fragment);
        }
    }

    #[test]
    fn bears_anything() {
        for text in ["", "#", "#=", "#&&", "#%", "#%zz=1", "#verdict", "#x=1&y"] {
            let _ = Fragment::parse(text);
        }
        assert_eq!(Fragment::parse("#sample").place.as_deref(), Some("sample"));
    }
}
