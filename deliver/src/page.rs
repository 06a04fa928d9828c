//! The page that trunk has built, taken apart: its document, and the files that it asks for.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::markup::{Tag, escaped, plain, tags};
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
        let build = build_of(&document, &files);
        Ok(Self { document, files, hashed, build })
    }

    /// The page with the module and the glue of another one, which it starts as its engine.
    pub fn with_engine(mut self, engine: &Self) -> Result<Self> {
        let mut names = String::new();
        for (attribute, address) in ["data-engine", "data-engine-glue"].iter().zip(started(&engine.document)) {
            let name = plain(address).to_owned();
            let bytes = engine.files.get(&name).with_context(|| format!("the engine has no file {name}"))?;
            self.files.insert(name.clone(), bytes.clone());
            self.hashed.push(name);
            names.push_str(&format!(" {attribute}=\"{}\"", escaped(address)));
        }
        let Some(place) = starter(&self.document).map(|tag| tag.place).filter(|_| !names.is_empty()) else {
            bail!("the built page does not say what it starts");
        };
        self.document.insert_str(place.start + "<meta".len(), &names);
        self.build = build_of(&self.document, &self.files);
        Ok(self)
    }

    /// The text of a file.
    pub fn text(&self, name: &str) -> Result<&str> {
        let bytes = self.files.get(name).with_context(|| format!("the page has no file {name}"))?;
        std::str::from_utf8(bytes).with_context(|| format!("{name} is no text"))
    }
}

/// The hash of all its content.
fn build_of(document: &str, files: &BTreeMap<String, Vec<u8>>) -> String {
    let mut all = document.to_owned();
    for (name, bytes) in files {
        all.push_str(&format!("{name} {}\n", pack::sha256(bytes)));
    }
    pack::sha256(all.as_bytes()).chars().take(16).collect()
}

/// What the document asks for by a hashed name: style, scripts, and what `boot.js` starts.
pub fn parts(document: &str) -> Vec<String> {
    let styles = tags(document, "link").into_iter().filter(|tag| tag.get("rel") == Some("stylesheet"));
    let mut parts: Vec<&str> = styles.filter_map(|tag| tag.get("href")).collect();
    parts.extend(tags(document, "script").iter().filter_map(|tag| tag.get("src")));
    parts.extend(started(document));
    let mut parts: Vec<String> = parts.into_iter().map(|name| plain(name).to_owned()).collect();
    parts.sort_unstable();
    parts.dedup();
    parts
}

/// What `boot.js` starts: the module and the glue.
pub fn started(document: &str) -> Vec<&str> {
    starter(document).iter().flat_map(|tag| ["content", "data-glue"].map(|name| tag.get(name))).flatten().collect()
}

/// What `boot.js` reads: the element that Trunk.toml writes.
fn starter(document: &str) -> Option<Tag<'_>> {
    tags(document, "meta").into_iter().find(|tag| tag.get("name") == Some("gateway-triage"))
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
    fn the_engine_is_another_pages_module() -> Result<()> {
        let mut other = page();
        let module = plain(started(&other.document)[0]).to_owned();
        other.files.insert(module.clone(), b"engine".to_vec());
        let engine = Page::of(other.document, other.files)?;
        let (alone, with) = (page(), page().with_engine(&engine)?);
        let tag = starter(&with.document).map(|tag| [tag.get("content"), tag.get("data-engine")]).unwrap_or_default();
        assert_eq!(tag[0], starter(&alone.document).and_then(|tag| tag.get("content")));
        let name = plain(tag[1].unwrap_or_default());
        assert_eq!(with.files.get(name).map(Vec::as_slice), Some(&b"engine"[..]));
        assert!(with.hashed.iter().any(|hashed| hashed == name) && with.build != alone.build);
        Ok(())
    }

    #[test]
    fn a_part_that_is_missing_is_said() {
        let broken = Page::of("<script src=\"./gone-1.js\" defer></script>".to_owned(), BTreeMap::new());
        assert!(broken.is_err_and(|error| error.to_string().contains("gone-1.js")));
    }
}
