//! The service worker, which makes the site work without a network: its code, and before it the files of this build.
//!
//! Whatever lies in the built page is kept at the first visit, but the samples, which are kept when they are looked at. The one
//! file is not: it is for saving.

use std::fmt::Write;

use crate::pack;
use crate::page::Page;

/// Its name in the site; at the top, since it serves what lies beside and below it.
pub const NAME: &str = "service-worker.js";

/// Files that many readers never ask for.
const ON_DEMAND: &str = "samples/";

/// Its script, for this build, whose document is delivered so.
pub fn service_worker(page: &Page, document: &str) -> String {
    // By the address that readers open: hosts redirect from `index.html`, and what was redirected opens no page.
    let mut needed = vec![("./", pack::integrity(document.as_bytes()))];
    let mut on_demand = Vec::new();
    for (name, bytes) in &page.files {
        let list = if name.starts_with(ON_DEMAND) { &mut on_demand } else { &mut needed };
        list.push((name, pack::integrity(bytes)));
    }
    let mut script = format!("const BUILD = {:?};\n", page.build);
    for (list, files) in [("NEEDED", needed), ("ON_DEMAND", on_demand)] {
        let _ = writeln!(script, "const {list} = {{");
        for (name, sum) in files {
            let _ = writeln!(script, "  {name:?}: {sum:?},");
        }
        script.push_str("};\n");
    }
    script.push_str(include_str!("service_worker.js"));
    script
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::tests::page;

    #[test]
    fn it_names_every_file_of_the_build_with_its_sum() {
        let page = page();
        let script = service_worker(&page, "abc");
        let (needed, on_demand) = script.split_once("const ON_DEMAND").unwrap_or_default();
        assert!(needed.starts_with(&format!("const BUILD = \"{}\";", page.build)), "{needed}");
        // FIPS 180-4's example.
        assert!(needed.contains("\"./\": \"sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=\""), "{needed}");
        for (name, bytes) in &page.files {
            let list = if name == "samples/a/b.log" { on_demand } else { needed };
            assert!(list.contains(&format!("\"{name}\": \"{}\"", pack::integrity(bytes))), "{name}");
        }
        assert!(!needed.contains("samples/") && !script.contains("gateway-triage.html"));
    }

    #[test]
    fn another_page_gets_another_worker() {
        let (one, mut two) = (page(), page());
        two.files.insert("favicon.svg".to_owned(), b"<svg />".to_vec());
        assert_ne!(service_worker(&one, ""), service_worker(&two, ""));
    }
}
