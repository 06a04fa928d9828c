//! Nothing leaves the page. That nothing was asked of another machine is checked after every test; here is what
//! the page's own server gets to see, and what the policy refuses.

use crate::harness::{Kind, cases, with_page};

#[test]
fn the_pages_own_server_sees_only_gets_of_its_files() {
    with_page("own-server", |page| {
        let Some((_, files)) = cases().into_iter().next() else {
            panic!("tests/cases holds no case");
        };
        page.analyse(&files);
        for request in page.requests() {
            assert!(request.starts_with("GET /"), "{request}");
            assert!(!request.contains('?'), "a query could carry something out: {request}");
        }
    });
}

#[test]
fn the_policy_refuses_to_send() {
    with_page("policy", |page| {
        let refused = page.script(
            "return fetch('https://example.com/', { method: 'POST', body: 'secret' })
                 .then(() => 'sent', () => 'refused')",
        );
        assert_eq!(refused, "refused");
        let meta =
            page.script("return document.querySelector('meta[http-equiv=\"Content-Security-Policy\"]')?.content ?? ''");
        let meta = meta.as_str().unwrap_or_default();
        assert!(
            meta.contains("default-src 'none'") && !meta.contains("unsafe-inline"),
            "the page relies on its host for its policy: {meta:?}"
        );
        // The refusal stands in the console; it is what this test wanted.
        assert!(Kind::chosen() == Kind::Firefox || !page.console().is_empty());
        assert_eq!(page.asked_elsewhere(), Vec::<String>::new());
        page.load("");
    });
}
