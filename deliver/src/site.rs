//! The static site: the page, packed twice for hosts that send packed files, with the one file beside it.

use std::path::Path;
use std::thread;

use anyhow::{Context, Result, bail};

use crate::budget::Sizes;
use crate::markup::{plain, tags};
use crate::page::{Page, parts};
use crate::{ONE_FILE, articles, hosts, offline, pack};

/// Endings of files that become smaller by packing.
const PACKED: &[&str] = &["html", "js", "css", "wasm", "svg", "webmanifest", "xml", "txt", "sha256"];

/// What articles load; the one file lies beside it. Not hashed: articles name it.
const EMBED: &str = "embed.js";

/// Packed by less than this many bytes a file is sent as it is.
const WORTH_IT: usize = 100;

/// Writes the site into a folder that is not there yet, `packed` too or not, with a map where its address is known; what goes over
/// the wire at first sight, and what when the page stands.
pub fn write(
    page: &Page,
    one_file: &str,
    sum: &str,
    folder: &Path,
    packed: bool,
    address: Option<&str>,
) -> Result<[Sizes; 2]> {
    let document = document(page)?;
    let mut files: Vec<(&str, &[u8])> = vec![("index.html", document.as_bytes()), (ONE_FILE, one_file.as_bytes())];
    let sum = format!("{sum}  {ONE_FILE}\n");
    let sum_name = format!("{ONE_FILE}.sha256");
    files.push((&sum_name, sum.as_bytes()));
    let headers = hosts::headers(page, address);
    files.push(("_headers", headers.as_bytes()));
    let service_worker = offline::service_worker(page, &document);
    files.push((offline::NAME, service_worker.as_bytes()));
    files.push((EMBED, include_bytes!("embed.js")));
    let articles = articles::all(address);
    files.extend(articles.iter().map(|(name, text)| (&**name, text.as_bytes())));
    files.push((articles::STYLE.0, articles::STYLE.1.as_bytes()));
    files.extend(page.files.iter().map(|(name, bytes)| (&**name, &**bytes)));

    let first = first_view(page);
    // Packing one large file takes as long as all others together.
    let packed = thread::scope(|scope| {
        let packing: Vec<_> =
            files.iter().map(|(name, bytes)| scope.spawn(|| store(folder, name, bytes, packed))).collect();
        let join = |thread: thread::ScopedJoinHandle<'_, _>| thread.join().unwrap_or_else(|_| bail!("packing failed"));
        packing.into_iter().map(join).collect::<Result<Vec<usize>>>()
    })?;
    let later: Vec<String> = page.hashed.iter().filter(|name| !first.contains(name)).cloned().collect();
    Ok([first, later].map(|names| {
        let wire = files.iter().zip(&packed).filter(|((name, _), _)| names.iter().any(|wanted| wanted == name));
        wire.map(|((name, bytes), packed)| ((*name).to_owned(), bytes.len(), *packed)).collect()
    }))
}

/// Writes a file, and where wanted beside it packed by brotli and gzip; its size by brotli, or as it is where that is not smaller.
fn store(folder: &Path, name: &str, bytes: &[u8], packed: bool) -> Result<usize> {
    let path = folder.join(name);
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)?;
    }
    std::fs::write(&path, bytes).with_context(|| format!("{} cannot be written", path.display()))?;
    let packs = name.rsplit_once('.').is_some_and(|(_, ending)| PACKED.contains(&ending));
    if !packs || !packed {
        return Ok(bytes.len());
    }
    let brotli = pack::brotli(bytes)?;
    if brotli.len() + WORTH_IT > bytes.len() {
        return Ok(bytes.len());
    }
    std::fs::write(folder.join(format!("{name}.br")), &brotli)?;
    std::fs::write(folder.join(format!("{name}.gz")), pack::gzip(bytes)?)?;
    Ok(brotli.len())
}

/// The page as the site has it: it knows that it is one, and which build.
fn document(page: &Page) -> Result<String> {
    let known = format!("<html data-delivery=\"site\" data-build=\"{}\" ", page.build);
    let document = page.document.replacen("<html ", &known, 1);
    if document == page.document {
        bail!("the built page has no root element to write on");
    }
    Ok(document)
}

/// What a browser asks for before the page can be used.
fn first_view(page: &Page) -> Vec<String> {
    let links = tags(&page.document, "link").into_iter().filter_map(|tag| tag.get("href"));
    let mut names: Vec<String> = links.map(|address| plain(address).to_owned()).collect();
    names.extend(parts(&page.document));
    names.push("index.html".to_owned());
    names.sort();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::one_file;
    use crate::page::tests::page;

    #[test]
    fn everything_lies_there_packed_twice() -> Result<()> {
        let folder = std::env::temp_dir().join(format!("gateway-triage-deliver-{}", std::process::id()));
        let mut page = page();
        let big = "a line that comes again and again\n".repeat(100);
        let style = page.hashed.iter().find(|name| name.ends_with(".css")).cloned().unwrap_or_default();
        page.files.insert(style.clone(), big.clone().into_bytes());
        let one_file = one_file::write(&page)?;
        let [sizes, later] = write(&page, &one_file, "0", &folder, true, None)?;
        let read = |name: &str| std::fs::read(folder.join(name));
        assert_eq!(read(&style)?, big.as_bytes());
        assert!(read(&format!("{style}.br"))?.len() < 100 && read(&format!("{style}.gz"))?.len() < 150);
        assert!(String::from_utf8(read("index.html")?)?.contains("data-delivery=\"site\""));
        assert_eq!(read(ONE_FILE)?, one_file.as_bytes());
        // All that the first view asks for counts, and nothing else: no sample, not the one file.
        assert!(later.is_empty());
        let counted: Vec<_> = sizes.iter().map(|(name, ..)| &**name).collect();
        assert_eq!(counted.len(), page.hashed.len() + 2, "{counted:?}");
        assert!(counted.contains(&"index.html") && counted.contains(&"favicon.svg"));
        std::fs::remove_dir_all(&folder)?;
        Ok(())
    }
}
