//! The page of a gateway product.

use gateway_triage_core::categories::{self, Category};
use gateway_triage_core::products::{Answered, Facts, Product, fill};
use maud::{Markup, html};

use super::{Article, advice, checks, failure, fixes, own, plain};

/// Its path in the site.
pub fn path(product: &Product) -> String {
    format!("gateway/{}.html", product.id.as_str())
}

/// What its statuses mean, how long it waits, how to record on it, and its own fixes for each failure.
pub fn page(product: &Product) -> String {
    let facts = Facts { reverse: product.reverse, ..Facts::default() };
    let failures = categories::TABLE.iter().map(|category| (category, advice(category, Some(product.id))));
    let failures: Vec<_> = failures.filter(|(_, advice)| own(product, advice).next().is_some()).collect();
    let capture = failures.first().map(|(_, advice)| advice.capture.as_slice()).unwrap_or_default();
    let content = html! {
        p.meaning { (fill(product.statuses, &facts)) }
        @if !product.answers.is_empty() {
            h2 { "What a status means" }
            table {
                (head(["Status", "Meaning", "Failures", "Source"]))
                tbody {
                    @for answer in product.answers {
                        tr {
                            td { (answer.status) }
                            td { (plain(answer.means)) }
                            td {
                                @for category in candidates(answer) {
                                    a href={ "../" (failure::path(category)) } { (category.title) }
                                    br;
                                }
                            }
                            td.source { (answer.source) }
                        }
                    }
                }
            }
        }
        @if !product.timers.is_empty() {
            h2 { "How long it waits by default" }
            table {
                (head(["Setting", "Wait", "Where", "Source"]))
                tbody {
                    @for timer in product.timers {
                        tr {
                            td { code { (timer.name) } }
                            td { (timer.wait) }
                            td { (timer.path) }
                            td.source { (timer.source) }
                        }
                    }
                }
            }
        }
        @if !capture.is_empty() {
            h2 { "How to record what is missing" }
            (checks(capture))
        }
        h2 { "Fixes by failure" }
        @for (category, advice) in &failures {
            h3 { a href={ "../" (failure::path(category)) } { (category.title) } }
            (fixes(own(product, advice)))
        }
    };
    Article {
        up: "../",
        title: format!("{}: 502 and 504", product.name),
        description: format!(
            "{}: what its 502 and 504 mean, how long it waits, how to record, and which setting mends which failure.",
            product.name
        ),
        tool: Some(format!("product={}&guided=", product.id.as_str())),
        content,
    }
    .text()
}

/// The head of a table.
fn head(names: [&str; 4]) -> Markup {
    html! { thead { tr { @for name in names { th scope="col" { (name) } } } } }
}

/// The failures that it answers so, each once.
fn candidates(answer: &Answered) -> Vec<&'static Category> {
    let mut all: Vec<&Category> = Vec::new();
    for category in answer.candidates.iter().copied().flatten().filter_map(|id| id.category()) {
        if all.iter().all(|known| known.id != category.id) {
            all.push(category);
        }
    }
    all
}
