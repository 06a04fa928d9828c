//! The page of a failure.

use gateway_triage_core::categories::Category;
use gateway_triage_core::products;
use maud::html;

use super::{Article, advice, checks, fixes, gateway, own, plain};

/// Its path in the site.
pub fn path(category: &Category) -> String {
    format!("failure/{}.html", category.id)
}

/// What it is, its causes, tests and fixes: first such as hold anywhere, then each gateway's own.
pub fn page(category: &Category) -> String {
    let any = advice(category, None);
    let gateways = products::TABLE.iter().map(|product| (product, advice(category, Some(product.id))));
    let gateways: Vec<_> = gateways.filter(|(product, _)| product.id != products::Id::Generic).collect();
    let content = html! {
        p.meaning { (plain(category.meaning)) }
        p { "Who can usually mend it: " (owner(&any.owner)) "." }
        @if !any.causes.is_empty() {
            h2 { "Causes, likeliest first" }
            ul { @for cause in &any.causes { li { (cause.text) } } }
        }
        h2 { "Tests" }
        (checks(&any.checks))
        h2 { "Fixes" }
        h3 { "At any gateway, and elsewhere" }
        (fixes(&any.fixes))
        @for (product, advice) in &gateways {
            @let first = own(product, advice).next();
            @if first.is_some() || advice.gap.is_some() {
                h3 { a href={ "../" (gateway::path(product)) } { (product.name) } }
                (fixes(own(product, advice)))
                @if let Some(gap) = &advice.gap { p { (gap) } }
            }
        }
        @if !any.capture.is_empty() {
            h2 { "What to record to prove it" }
            (checks(&any.capture))
        }
    };
    Article {
        up: "../",
        title: format!("{}: 502 or 504 at a gateway", category.title),
        description: plain(category.meaning),
        tool: Some(format!("category={}", category.id)),
        content,
    }
    .text()
}

/// Whoever runs what has to be changed.
fn owner(id: &str) -> &str {
    match id {
        "dns" => "whoever runs DNS",
        "network" => "whoever runs the network",
        "firewall" => "whoever runs the firewall",
        "origin" => "whoever runs the server",
        "gateway" => "whoever runs the gateway",
        "client" => "the client's side",
        other => other,
    }
}
