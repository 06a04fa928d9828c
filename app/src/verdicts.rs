//! Names and places of what the report says, as the page shows them: lookups only, no conclusions.

use gateway_triage_core::categories::{Id as Category, Phase};
use gateway_triage_core::products::{self, Id as Product};
use gateway_triage_core::report::{Report, Verdict};

use crate::words;

/// The key of a verdict in links: it stays the same when more files or another product change the order.
#[must_use]
pub fn key(verdict: &Verdict) -> String {
    match &verdict.host {
        Some(host) => format!("{}/{host}", verdict.category),
        None => verdict.category.to_string(),
    }
}

/// Where in the list the verdict with this key is.
#[must_use]
pub fn find(report: &Report, wanted: &str) -> Option<usize> {
    report.verdicts.iter().position(|verdict| key(verdict) == wanted)
}

/// A category's name for lists.
#[must_use]
pub fn title(category: Category) -> &'static str {
    match category.category() {
        Some(category) => category.title,
        None if category == Category::Undetermined => words::UNDETERMINED,
        None => category.as_str(),
    }
}

/// Where a category's failure happens; `None` for what the files cannot tell.
#[must_use]
pub fn phase(category: Category) -> Option<Phase> {
    category.category().map(|category| category.phase).filter(|_| category != Category::Undetermined)
}

/// A product's name.
#[must_use]
pub fn product_name(product: Product) -> &'static str {
    match products::TABLE.iter().find(|entry| entry.id == product) {
        Some(entry) => entry.name,
        None if product == Product::Generic => words::OTHER_PRODUCT,
        None => product.as_str(),
    }
}

/// Who owns a fix: a product by its name, another party by its own word.
#[must_use]
pub fn whose(text: &str) -> &str {
    match Product::parse(text) {
        Some(product) => product_name(product),
        None => words::party(text),
    }
}

/// What there is to pick.
pub fn products() -> impl Iterator<Item = Product> {
    products::TABLE.iter().map(|product| product.id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn every_verdict_is_found_by_its_key() {
        let report = fixture::report();
        for (index, verdict) in report.verdicts.iter().enumerate() {
            assert_eq!(find(&report, &key(verdict)), Some(index));
        }
        assert_eq!(find(&report, "nothing"), None);
    }
}
