//! What each delivery may do, as headers and as content security policies: the only place that says so.
//!
//! The page's own policy stands once more in `app/index.html`, where hosts that send no headers need it; a test holds both
//! together.

/// What the page may do: run its own code, as script, WebAssembly, Blob worker and service worker, frame the one file for the
/// preview of what is embedded, and reach nothing but its host.
pub const PAGE: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    img-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; frame-src 'self'; manifest-src 'self'; \
    base-uri 'none'; form-action 'none'";

/// What an article about a failure or a gateway may do: look as it does, and show the one file in a frame.
pub const ARTICLE: &str = "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; base-uri 'none'; \
    form-action 'none'";

/// What the service worker may do, in the header of its script: the page's policy does not hold for it.
pub const SERVICE_WORKER: &str = "default-src 'none'; connect-src 'self'";

/// Only in headers, where it counts: pages of other sites must not put the page into a frame. What is embedded is the one
/// file, which may stand anywhere.
pub const NOT_FRAMED: &str = "frame-ancestors 'self'";

/// What the one file may do: run the scripts of these SHA-256 hashes, and reach nothing at all. Its style is set by its script.
#[must_use]
pub fn one_file(scripts: &[String]) -> String {
    let hashes: String = scripts.iter().map(|hash| format!(" 'sha256-{hash}'")).collect();
    format!(
        "default-src 'none'; script-src{hashes} 'wasm-unsafe-eval'; img-src data:; connect-src 'none'; worker-src blob:; \
         base-uri 'none'; form-action 'none'"
    )
}

/// The headers that go with every answer, whatever it is.
pub const HEADERS: &[(&str, &str)] = &[
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
];

/// Goes with the page itself.
pub const ISOLATED: (&str, &str) = ("Cross-Origin-Opener-Policy", "same-origin");

/// Of files whose name changes with their content.
pub const FOREVER: &str = "public, max-age=31536000, immutable";

/// Of all others: a page that was built again must never meet the old one's files.
pub const ASK_FIRST: &str = "no-cache";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_says_the_same_in_its_meta_element() {
        let page = include_str!("../../app/index.html");
        assert!(page.contains(&format!("<meta http-equiv=\"Content-Security-Policy\" content=\"{PAGE}\">")));
    }

    #[test]
    fn nothing_inline_is_allowed_without_its_hash() {
        let one_file = one_file(&["aGFzaA==".to_owned()]);
        assert!(one_file.contains("script-src 'sha256-aGFzaA==' 'wasm-unsafe-eval'; img-src"));
        for policy in [PAGE, ARTICLE, &one_file] {
            assert!(policy.starts_with("default-src 'none'; ") && !policy.contains("unsafe-inline"), "{policy}");
            assert!(!policy.replace("wasm-unsafe-eval", "").contains("unsafe-eval"), "{policy}");
        }
    }
}
