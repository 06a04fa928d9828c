//! The searchable face of the product: a static page for each failure and each gateway, made of the engine's own tables.
//!
//! They need no script: what it is, tests, fixes, with the live tool in a frame below for who can run it. `sitemap.xml` needs to
//! know where the site will stand, so it is written only where that is said.

mod failure;
mod gateway;

use gateway_triage_core::categories::{self, Category};
use gateway_triage_core::products::{self, Facts, Product, fill};
use gateway_triage_core::report::{Advice, Check, Fix};
use maud::{DOCTYPE, Markup, html};
use xtask::policy::ARTICLE;

use crate::ONE_FILE;

/// The style of all of them.
pub const STYLE: (&str, &str) = ("articles.css", include_str!("articles.css"));

/// The list of all of them.
pub const INDEX: &str = "articles.html";

/// Each page: its path in the site and its text; with the address of the site, also its map.
pub fn all(address: Option<&str>) -> Vec<(String, String)> {
    let mut files = vec![(INDEX.to_owned(), index())];
    files.extend(categories::TABLE.iter().map(|category| (failure::path(category), failure::page(category))));
    files.extend(products::TABLE.iter().map(|product| (gateway::path(product), gateway::page(product))));
    if let Some(address) = address {
        let address = address.trim_end_matches('/');
        let paths = std::iter::once("").chain(files.iter().map(|(path, _)| &**path));
        let map = sitemap(address, paths);
        files.push(("sitemap.xml".to_owned(), map));
        // Asked for at the top of a host alone.
        if address.matches('/').count() == 2 {
            files.push(("robots.txt".to_owned(), format!("User-agent: *\nAllow: /\nSitemap: {address}/sitemap.xml\n")));
        }
    }
    files
}

/// As sitemaps.org's protocol 0.9 wants it.
fn sitemap<'a>(address: &str, paths: impl Iterator<Item = &'a str>) -> String {
    let entries = paths.map(|path| html! { url { loc { (address) "/" (path) } } }.into_string()).collect::<String>();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\
         {entries}</urlset>\n"
    )
}

/// A page around its content. `up` leads from it to the site's top.
struct Article<'a> {
    up: &'a str,
    title: String,
    description: String,
    /// The fragment with which the live tool opens; none, no tool.
    tool: Option<String>,
    content: Markup,
}

impl Article<'_> {
    fn text(&self) -> String {
        let Self { up, title, description, tool, content } = self;
        let markup = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta http-equiv="Content-Security-Policy" content=(ARTICLE);
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    meta name="referrer" content="no-referrer";
                    meta name="description" content=(description);
                    title { (title) " – Gateway Triage" }
                    link rel="icon" href={ (up) "favicon.svg" } type="image/svg+xml";
                    link rel="stylesheet" href={ (up) (STYLE.0) };
                }
                body {
                    nav aria-label="Gateway Triage" {
                        a href={ (up) "./" } { "Gateway Triage" }
                        " · "
                        a href={ (up) (INDEX) } { "All failures and gateways" }
                    }
                    main {
                        h1 { (title) }
                        (content)
                        @if let Some(fragment) = tool {
                            section.tool {
                                h2 { "Find out with your own files" }
                                p {
                                    "Drop captures and access logs here, or answer a few questions. Files are read in this page and sent \
                                     nowhere. It needs JavaScript; "
                                    a href={ (up) "#" (fragment) } { "open it on a page of its own" }
                                    "."
                                }
                                // The file lies beside this page, so a sandbox would protect neither from the other.
                                iframe src={ (up) (ONE_FILE) "#" (fragment) } title="Gateway Triage" loading="lazy"
                                    allow="clipboard-write" {}
                            }
                        }
                    }
                }
            }
        };
        markup.into_string() + "\n"
    }
}

fn index() -> String {
    let content = html! {
        p { "Each failure behind a 502 or 504 has a page: what it is, how to prove it, what to change where. So has each gateway." }
        h2 { "Failures" }
        dl.list {
            @for category in categories::TABLE {
                dt { a href=(failure::path(category)) { (category.title) } }
                dd { (plain(category.meaning)) }
            }
        }
        h2 { "Gateways" }
        ul {
            @for product in products::TABLE {
                li { a href=(gateway::path(product)) { (product.name) } }
            }
        }
    };
    let description = "502 Bad Gateway and 504 Gateway Timeout at proxies, gateways and load balancers: every cause with its proof, \
                       its tests and its fixes, product by product.";
    Article {
        up: "",
        title: "502 and 504: failures and gateways".to_owned(),
        description: description.to_owned(),
        tool: None,
        content,
    }
    .text()
}

/// A text without real names in its placeholders.
fn plain(text: &str) -> String {
    fill(text, &Facts::default())
}

/// Tests, each with its command and menu path.
fn checks(checks: &[Check]) -> Markup {
    html! {
        ol {
            @for check in checks {
                li {
                    p { (check.text) }
                    @if let Some(path) = &check.path { p.path { (path) } }
                    @if let Some(command) = &check.command { pre { (command) } }
                    @if let Some(source) = &check.source { p.source { (source) } }
                }
            }
        }
    }
}

/// Changes, each with where, what it can break and how to see that it helped.
fn fixes<'a>(fixes: impl IntoIterator<Item = &'a Fix>) -> Markup {
    html! {
        @for fix in fixes {
            section.fix {
                h4 { (fix.setting) }
                dl {
                    @for (name, value) in [("Where", &fix.path), ("Change", &fix.change), ("Risk", &fix.risk)] {
                        @if !value.is_empty() { dt { (name) } dd { (value) } }
                    }
                    @if !fix.verify.is_empty() { dt { "Verify" } dd { code { (fix.verify) } } }
                    @if !fix.source.is_empty() { dt { "Source" } dd.source { (fix.source) } }
                }
            }
        }
    }
}

/// What a product has of its own for a failure.
fn own<'a>(product: &Product, advice: &'a Advice) -> impl Iterator<Item = &'a Fix> {
    advice.fixes.iter().filter(move |fix| fix.product == product.id.as_str())
}

/// What to do, as the page without files has it.
fn advice(category: &Category, product: Option<products::Id>) -> Advice {
    products::advise(category.id, product, &products::Seen::default(), &Facts::default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_and_each_gateway_has_a_page_that_the_index_leads_to() {
        let files = all(None);
        assert_eq!(files.len(), 1 + categories::TABLE.len() + products::TABLE.len());
        let (_, index) = &files[0];
        for (path, _) in &files[1..] {
            assert!(index.contains(&format!("href=\"{path}\"")), "{path}");
        }
    }

    #[test]
    fn links_lead_to_pages_that_are_there() {
        let files = all(None);
        let at_top = ["favicon.svg", STYLE.0, ONE_FILE, "./", ""];
        for (path, text) in &files {
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            for part in
                text.split([' ', '>']).filter_map(|part| part.strip_prefix("href=\"").or(part.strip_prefix("src=\"")))
            {
                let link = part.split(['"', '#']).next().unwrap_or_default();
                let target = match (folder, link.strip_prefix("../")) {
                    ("", None) => link.to_owned(),
                    ("", Some(_)) => panic!("{path} leads out of the site: {link}"),
                    (_, Some(top)) => top.to_owned(),
                    (folder, None) => format!("{folder}/{link}"),
                };
                assert!(at_top.contains(&&*target) || files.iter().any(|(path, _)| *path == target), "{path}: {link}");
            }
        }
    }

    #[test]
    fn pages_have_words_of_their_own_and_no_placeholder() {
        let files = all(None);
        let mut titles: Vec<&str> = Vec::new();
        for (path, text) in &files {
            let title =
                text.split_once("<title>").and_then(|(_, rest)| rest.split_once("</title>")).map(|(title, _)| title);
            titles.extend(title);
            assert!(text.contains("name=\"description\""), "{path}");
            for (name, _) in products::PLACEHOLDERS {
                assert!(!text.contains(&format!("{{{name}}}")), "{path}: {name}");
            }
        }
        assert_eq!(titles.len(), files.len());
        titles.sort_unstable();
        titles.dedup();
        assert_eq!(titles.len(), files.len());
    }

    #[test]
    fn a_menu_path_stands_with_the_failure_and_with_the_gateway() {
        let files = all(None);
        let page = |path: &str| files.iter().find(|(name, _)| name == path).map_or("", |(_, text)| text);
        // Cisco's article: spoofing as cause of SYNs without an answer.
        for path in ["failure/tcp-syn-unanswered.html", "gateway/cisco-wsa.html"] {
            assert!(page(path).contains("Web Security Manager &gt; IP Spoofing Profiles"), "{path}");
        }
        assert!(page("failure/dns-nxdomain.html").contains("gateway-triage.html#category=dns-nxdomain"));
        assert!(page("gateway/squid.html").contains("gateway-triage.html#product=squid&amp;guided="));
    }

    #[test]
    fn the_map_names_every_page_by_its_whole_address() {
        let files = all(Some("https://triage.example/site/"));
        let map = files.iter().find(|(path, _)| path == "sitemap.xml").map_or("", |(_, text)| text);
        assert_eq!(map.matches("<loc>https://triage.example/site/").count(), files.len());
        assert!(map.contains("<loc>https://triage.example/site/</loc>") && !map.contains("robots"));
        assert!(files.iter().all(|(path, _)| path != "robots.txt"));
        assert!(all(Some("https://triage.example")).iter().any(|(path, _)| path == "robots.txt"));
    }
}
