//! Headers for the hosts that read them from a file: `_headers`, as Netlify and Cloudflare Pages know it.
//!
//! Others are configured by hand: docs/hosting.md. The page is safe without any of it, by the policy in its own `<meta>`.

use std::fmt::Write;

use xtask::policy::{ASK_FIRST, FOREVER, HEADERS, ISOLATED, NOT_FRAMED, PAGE, SERVICE_WORKER};

use crate::offline;
use crate::page::Page;

/// The file `_headers`: a path and, indented, what goes with it; every rule that fits counts. Its paths begin at the top of the
/// host: where the site's address is known, with what stands there before it.
pub fn headers(page: &Page, address: Option<&str>) -> String {
    let under = address.map_or("", path);
    let mut text = format!("{under}/*\n");
    for (name, value) in HEADERS {
        let _ = writeln!(text, "  {name}: {value}");
    }
    for path in ["/", "/index.html"] {
        let _ = writeln!(text, "{under}{path}\n  Content-Security-Policy: {PAGE}; {NOT_FRAMED}");
        let _ = writeln!(text, "  {}: {}\n  Cache-Control: {ASK_FIRST}", ISOLATED.0, ISOLATED.1);
    }
    let _ = writeln!(text, "{under}/{}\n  Content-Security-Policy: {SERVICE_WORKER}", offline::NAME);
    let _ = writeln!(text, "  Cache-Control: {ASK_FIRST}");
    for name in &page.hashed {
        let _ = writeln!(text, "{under}/{name}\n  Cache-Control: {FOREVER}");
    }
    text
}

/// The path of an address, without the slash at its end.
fn path(address: &str) -> &str {
    let host = address.split_once("://").map_or(address, |(_, host)| host).trim_end_matches('/');
    host.find('/').map_or("", |at| &host[at..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_one_file_may_be_framed_and_the_page_may_not() {
        let headers = headers(&crate::page::tests::page(), None);
        assert!(!headers.contains("gateway-triage.html"));
        let everywhere = headers.split("\n/").next().unwrap_or_default();
        assert!(!everywhere.contains("Content-Security-Policy") && everywhere.contains("nosniff"));
        assert_eq!(headers.matches("frame-ancestors 'self'").count(), 2);
        assert!(
            headers.contains("/service-worker.js\n  Content-Security-Policy: default-src 'none'; connect-src 'self'\n")
        );
        assert_eq!(headers.matches("immutable").count(), 4);
    }

    #[test]
    fn paths_begin_at_the_top_of_the_host() {
        for (address, under) in [
            ("https://triage.example", ""),
            ("https://triage.example/", ""),
            ("https://kb.example.com/tools/triage/", "/tools/triage"),
            ("https://kb.example.com/tools/triage", "/tools/triage"),
        ] {
            let headers = headers(&crate::page::tests::page(), Some(address));
            let mut paths = headers.lines().filter(|line| !line.starts_with(' '));
            assert_eq!(paths.next(), Some(&*format!("{under}/*")), "{address}");
            assert_eq!(paths.next(), Some(&*format!("{under}/")), "{address}");
            assert!(paths.all(|path| path.starts_with(&format!("{under}/"))), "{headers}");
        }
    }
}
