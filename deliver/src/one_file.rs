//! The whole page as one file that opens from disk and asks for nothing.
//!
//! `boot.js` stands in it as text. Everything else that the page would fetch, its style and the glue of its module too, lies in it as
//! gzip, in elements that no browser runs; `boot.js` opens them. Not in base64, which is a seventh longer ([`pack::sevens`]). Its
//! policy allows scripts by their hashes, also the one that is opened. `boot.js` comes last, since what is inline cannot wait
//! for the document as what is deferred does.

use std::fmt::Write;

use anyhow::{Result, bail};
use xtask::policy;

use crate::markup::{escaped, plain, tags};
use crate::pack;
use crate::page::{Page, started};

/// Puts it together.
pub fn write(page: &Page) -> Result<String> {
    let mut document = page.document.clone();
    let mut scripts = Vec::new();
    let mut last = String::new();

    let started: Vec<&str> = started(&page.document).into_iter().map(plain).collect();
    for name in &started {
        add_packed(&mut last, name, page)?;
    }
    for name in page.files.keys().filter(|name| name.starts_with("samples/")) {
        add_packed(&mut last, name, page)?;
    }
    for tag in tags(&page.document, "link") {
        let text = &page.document[tag.place.clone()];
        let address = plain(tag.get("href").unwrap_or_default());
        let instead = match tag.get("rel") {
            Some("stylesheet") => {
                add_packed(&mut last, address, page)?;
                String::new()
            }
            Some("icon") => {
                let icon = pack::base64(page.text(address)?.as_bytes());
                format!("<link rel=\"icon\" href=\"data:image/svg+xml;base64,{icon}\">")
            }
            // Preloads and the manifest are a site's.
            _ => String::new(),
        };
        document = document.replacen(text, &instead, 1);
    }
    for tag in tags(&page.document, "script") {
        let Some(address) = tag.get("src") else { bail!("the built page holds a script of its own") };
        let name = plain(address);
        let script = page.text(name)?;
        scripts.push(inline(script)?);
        document = document.replacen(&format!("{}</script>", &page.document[tag.place.clone()]), "", 1);
        if !started.contains(&name) {
            let _ = writeln!(last, "<script data-inline=\"{}\">{script}</script>", escaped(name));
        }
    }

    let policy = policy::one_file(&scripts);
    let Some(old) = tags(&document, "meta").into_iter().find(|tag| tag.get("http-equiv").is_some()) else {
        bail!("the built page says no policy");
    };
    let place = old.place.clone();
    document.replace_range(
        place,
        &format!("<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">", escaped(&policy)),
    );
    document = document.replacen("<html ", &format!("<html data-delivery=\"file\" data-build=\"{}\" ", page.build), 1);
    let Some(end) = document.rfind("</body>") else { bail!("the built page has no end") };
    document.insert_str(end, &last);
    Ok(document)
}

/// A file in an element of a type that no browser runs.
fn add_packed(last: &mut String, name: &str, page: &Page) -> Result<()> {
    let Some(bytes) = page.files.get(name) else { bail!("the page has no file {name}") };
    let packed = pack::gzip_small(bytes)?;
    let (name, length, text) = (escaped(name), packed.len(), pack::sevens(&packed));
    let _ = writeln!(
        last,
        "<script type=\"application/gzip\" data-packed=\"{name}\" data-length=\"{length}\">{text}</script>"
    );
    Ok(())
}

/// The hash by which the policy allows a script's text between tags; an error where the text would end its element.
fn inline(text: &str) -> Result<String> {
    // A comment's begin would change what ends a script.
    if text.to_ascii_lowercase().contains("</script") || text.contains("<!--") {
        bail!("a part of the page holds </script or <!-- and cannot stand in one file");
    }
    Ok(pack::policy_hash(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::tests::page;

    #[test]
    fn it_asks_for_nothing_and_allows_only_its_own() -> Result<()> {
        let page = page();
        let text = write(&page)?;
        let meta = tags(&text, "meta").into_iter().find_map(|tag| tag.get("http-equiv").and(tag.get("content")));
        let policy = meta.unwrap_or_default();
        assert!(policy.contains("connect-src 'none'"));
        for script in ["start()", "let wasm_bindgen;"] {
            assert!(policy.contains(&pack::policy_hash(script)), "{script}");
        }
        assert!(text.contains(">start()</") && !text.contains("let wasm_bindgen"));
        assert!(!text.contains("default-src 'none'\">"));
        assert!(!text.contains(" src=") && !text.contains("preload") && !text.contains("href=\"./"), "{text}");
        // The samples, the module and its glue, by the names that the page asks for.
        assert!(text.contains("data-packed=\"samples/a/b.log\""));
        for address in started(&page.document) {
            assert!(text.contains(&format!("data-packed=\"{}\"", plain(address))), "{address}");
        }
        // Scripts run only when everything that they look for is there.
        assert!(text.find("data-packed") < text.find("data-inline"));
        Ok(())
    }

    #[test]
    fn what_would_end_its_element_is_refused() {
        assert!(inline("let a = '</Script>'").is_err());
        assert!(inline("let a = '<!-- '").is_err());
    }
}
