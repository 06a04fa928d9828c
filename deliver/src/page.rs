//! The page that trunk has built, taken apart: its document, and the files that it asks for.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::markup::{plain, tags};
use crate::pack;

/// The built page.
pub struct Page {
    /// `index.html`, with the names under which the parts are delivered.
    pub document: String,
    /// Everything else by its relative path.
    pub files: BTreeMap<String, Vec<u8>>,
    /// Those of `files` whose names change with their content.
    pub hashed: Vec<String>,
    /// Tells builds apart: the same for the same content.
    pub build: String,
}

impl Page {
    /// Reads it, and names each part that the document asks for by what is in it: trunk named the module before it was
    /// optimised.
    pub fn read(folder: &Path) -> Result<Self> {
        let document = std::fs::read_to_string(folder.join("index.html"))
            .with_context(|| format!("{} holds no built page", folder.display()))?;
        let mut files = BTreeMap::new();
        collect(folder, "", &mut files)?;
        files.remove("index.html");
        Self::of(document, files)
    }

    fn of(mut document: String, mut files: BTreeMap<String, Vec<u8>>) -> Result<Self> {
        let mut hashed = Vec::new();
        for name in parts(&document) {
            let Some(bytes) = files.remove(&name) else {
                bail!("the built page asks for {name}, which is not there");
            };
            let new = renamed(&name, &bytes);
            document = document.replace(&name, &new);
            files.insert(new.clone(), bytes);
            hashed.push(new);
        }
        let mut all = document.clone().into_bytes();
        for (name, bytes) in &files {
            all.extend_from_slice(format!("{name} {}\n", pack::sha256(bytes)).as_bytes());
        }
        let build = pack::sha256(&all).chars().take(16).collect();
        Ok(Self { document, files, hashed, build })
    }

    /// The text of a file.
    pub fn text(&self, name: &str) -> Result<&str> {
        let bytes = self.files.get(name).with_context(|| format!("the page has no file {name}"))?;
        std::str::from_utf8(bytes).with_context(|| format!("{name} is no text"))
    }
}

/// What the document asks for by a hashed name: style, scripts, and what `boot.js` starts.
fn parts(document: &str) -> Vec<String> {
    let styles = tags(document, "link").into_iter().filter(|tag| tag.get("rel") == Some("stylesheet"));
    let mut parts: Vec<&str> = styles.filter_map(|tag| tag.get("href")).collect();
    parts.extend(tags(document, "script").iter().filter_map(|tag| tag.get("src")));
    parts.extend(started(document));
    let mut parts: Vec<String> = parts.into_iter().map(|name| plain(name).to_owned()).collect();
    parts.sort_unstable();
    parts.dedup();
    parts
}

/// What `boot.js` reads: the element that Trunk.toml writes names the modules and the glue.
pub fn started(document: &str) -> Vec<&str> {
    let names = tags(document, "meta").into_iter().filter(|tag| tag.get("name") == Some("gateway-triage"));
    names.flat_map(|tag| ["content", "data-glue"].map(|name| tag.get(name))).flatten().collect()
}

/// `style-0123.css` with the hash of its present content.
fn renamed(name: &str, bytes: &[u8]) -> String {
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    let tail = if stem.ends_with("_bg") { "_bg" } else { "" };
    let stem = stem.strip_suffix(tail).unwrap_or(stem);
    let stem = stem.rsplit_once('-').map_or(stem, |(stem, _)| stem);
    let hash: String = pack::sha256(bytes).chars().take(16).collect();
    format!("{stem}-{hash}{tail}.{ending}")
}

fn collect(folder: &Path, below: &str, files: &mut BTreeMap<String, Vec<u8>>) -> Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{below}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &format!("{name}/"), files)?;
        } else {
            files.insert(name, std::fs::read(entry.path())?);
        }
    }
    Ok(())
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// A page as trunk writes it, with next to nothing in it.
    pub fn page() -> Page {
        let document = "<html lang=\"en\"><head>\
            <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'\">\
            <link rel=\"icon\" href=\"favicon.svg\" type=\"image/svg+xml\"><link rel=\"stylesheet\" href=\"./style-0.css\"/>\
            <meta name=\"gateway-triage\" content=\"./app-0_bg.wasm\" data-glue=\"./app-0.js\">\
            <link rel=\"preload\" href=\"./app-0_bg.wasm\" as=\"fetch\" crossorigin>\
            <script src=\"./app-0.js\" defer></script><script src=\"./boot-0.js\" defer></script></head>\
            <body></body></html>";
        let files = [
            ("style-0.css", "p { margin: 0 }"),
            ("app-0.js", "let wasm_bindgen;"),
            ("boot-0.js", "start()"),
            ("app-0_bg.wasm", "module"),
            ("favicon.svg", "<svg/>"),
            ("samples/a/b.log", "line"),
        ];
        let files = files.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()));
        Page::of(document.to_owned(), files.into()).expect("all its parts are there")
    }

    #[test]
    fn parts_are_named_by_what_is_in_them() {
        let page = page();
        assert_eq!(page.hashed.len(), 4);
        for name in &page.hashed {
            let hash: String = pack::sha256(&page.files[name]).chars().take(16).collect();
            assert!(name.contains(&hash), "{name}");
            assert!(page.document.contains(&format!("./{name}\"")), "{name}");
        }
        assert!(page.files.contains_key("samples/a/b.log") && page.files.contains_key("favicon.svg"));
        assert!(!page.document.contains("-0.") && !page.document.contains("-0_"), "{}", page.document);
    }

    #[test]
    fn a_part_that_is_missing_is_said() {
        let broken = Page::of("<script src=\"./gone-1.js\" defer></script>".to_owned(), BTreeMap::new());
        assert!(broken.is_err_and(|error| error.to_string().contains("gone-1.js")));
    }
}
