//! Just enough of HTML for the page that trunk writes: its tags with their attributes. No parser for other people's HTML.

use std::ops::Range;

/// A start tag: where it stands, and its text.
pub struct Tag<'a> {
    /// Its place in the text.
    pub place: Range<usize>,
    text: &'a str,
}

impl<'a> Tag<'a> {
    /// The value of an attribute, written with double quotes or without any.
    pub fn get(&self, name: &str) -> Option<&'a str> {
        let start = self.text.find(&format!(" {name}="))? + name.len() + 2;
        let value = self.text.get(start..)?;
        match value.strip_prefix('"') {
            Some(quoted) => quoted.get(..quoted.find('"')?),
            None => value.get(..value.find([' ', '>'])?),
        }
    }
}

/// The start tags of this name, in order.
pub fn tags<'a>(html: &'a str, name: &str) -> Vec<Tag<'a>> {
    let open = format!("<{name} ");
    html.match_indices(&open)
        .filter_map(|(start, _)| {
            let text = html.get(start..)?;
            let end = text.find('>')? + 1;
            Some(Tag { place: start..start + end, text: text.get(..end)? })
        })
        .collect()
}

/// Text as HTML shows it, also within a quoted attribute.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// An address without its leading `./`.
pub fn plain(address: &str) -> &str {
    address.strip_prefix("./").unwrap_or(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_tags_and_their_attributes() {
        let html = "<link rel=\"icon\" href=\"a.svg\"><linked><link rel=stylesheet href=./b.css>";
        let links = tags(html, "link");
        assert_eq!(links.len(), 2);
        assert_eq!(links[1].get("href").map(plain), Some("b.css"));
        assert_eq!(links[1].get("ref"), None);
        assert_eq!((links[0].get("rel"), links[1].get("rel")), (Some("icon"), Some("stylesheet")));
        assert!(html[links[1].place.clone()].ends_with("css>"));
    }

    #[test]
    fn text_stays_text() {
        assert_eq!(escaped("<a b=\"c\">&"), "&lt;a b=&quot;c&quot;&gt;&amp;");
    }
}
