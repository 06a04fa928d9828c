//! Every case through the page: its report is the native one.

use crate::harness::{Kind, cases, difference, native_report, with_page};

#[test]
fn the_page_reports_what_the_native_engine_reports() {
    // All of them once: Firefox reads the same module, and the other tests show that it does.
    if Kind::chosen() == Kind::Firefox {
        return;
    }
    with_page("cases", |page| {
        let cases = cases();
        assert!(!cases.is_empty(), "tests/cases holds no case");
        let mut wrong = Vec::new();
        for (name, files) in &cases {
            let shown = page.analyse(files);
            if let Some(difference) = difference(&shown, &native_report(files)) {
                wrong.push(format!("{name}: page and native engine differ: {difference}"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}
