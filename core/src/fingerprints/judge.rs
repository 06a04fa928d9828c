//! Marks → a claim: who made the answer, and which failures fit.
//!
//! Whether a page is the gateway's own depends on which gateway is meant: the product that is set, or that a log or `Via`
//! names; where nothing names one, it is the product whose page it is.

use alloc::format;
use alloc::vec::Vec;

use super::{By, Found, Marks, Place, Says, cdns};
use crate::categories::Id::{self, OriginError, ParentProxyError};
use crate::exchange::Claim;
use crate::products::Id as Product;
use crate::report::{Confidence, GeneratedBy};

/// Products that clients send their requests to, or that intercept them: what a site's side runs is none of them, but for
/// Squid.
pub(super) fn forward(product: Product) -> bool {
    use Product::{CiscoWsa, Forcepoint, Fortinet, PaloAlto, Proxysg, Skyhigh, Squid, Zscaler};
    matches!(product, CiscoWsa | Skyhigh | Squid | Proxysg | Zscaler | Fortinet | PaloAlto | Forcepoint)
}

/// The mark of whoever made the answer: one that says why, else one that only names it.
fn maker(marks: &Marks) -> Option<&Found> {
    let made = |found: &&Found| !matches!(found.mark.says, Says::Passed);
    let told = marks.list.iter().find(|found| found.meaning.is_some());
    told.or_else(|| marks.list.iter().find(made))
}

/// The forward proxy that the answer went through, by `Via`: the last one is the client's.
fn through(marks: &Marks) -> Option<Product> {
    let via = |found: &&Found| found.mark.place == Place::Field("via");
    marks.list.iter().filter(via).rev().find_map(|found| match found.mark.by {
        By::Product(product) if forward(product) => Some(product),
        _ => None,
    })
}

/// The gateway's product, as far as the marks tell.
#[must_use]
pub fn product(marks: &Marks) -> Option<Product> {
    let of = |by: By| match by {
        By::Product(product) => Some(product),
        _ => None,
    };
    through(marks).or_else(|| of(maker(marks)?.mark.by))
}

/// What the marks of an answer with this status say (0: not known), at this gateway if it is known.
#[must_use]
pub fn claim(marks: &Marks, status: u16, gateway: Option<Product>) -> Option<Claim> {
    let gateway = gateway.filter(|product| *product != Product::Generic).or_else(|| through(marks));
    let made = maker(marks);
    let of_forward = made.is_some_and(|found| matches!(found.mark.by, By::Product(product) if forward(product)));
    // What carries a mark of the site's side came from there, unless a forward proxy's own page says otherwise.
    let beyond = marks.list.iter().find(|found| matches!(found.mark.by, By::Cdn(_))).filter(|_| !of_forward);
    if let Some(found) = beyond {
        return Some(passed_on(found, status));
    }
    let found = made?;
    match found.mark.by {
        By::Cdn(_) => Some(passed_on(found, status)),
        By::Recorder(_) => Some(found.meaning?.claim(&found.words, None)),
        By::Product(product) => match gateway {
            Some(gateway) if gateway != product => Some(of_another(found, product, gateway)),
            _ => Some(own(found, product, status, gateway.is_some())),
        },
    }
}

/// Another gateway than the one in question made the answer.
fn of_another(found: &Found, product: Product, gateway: Product) -> Claim {
    let (category, made_by, whose) = if forward(product) {
        (ParentProxyError, GeneratedBy::ParentProxy, "a proxy behind it")
    } else {
        (OriginError, GeneratedBy::Origin, "the site's side")
    };
    let (page, gateway) = (name(product), name(gateway));
    Claim {
        // What stands behind the gateway may be a proxy as well as the site.
        candidates: if category == OriginError {
            alloc::vec![OriginError, ParentProxyError]
        } else {
            alloc::vec![category]
        },
        confidence: Confidence::Likely,
        undetermined: false,
        why: format!("{}: {page} made this answer, {whose}; {gateway} passed it on", found.words),
        made_by: Some(made_by),
        elapsed: None,
    }
}

/// The gateway made it. `sure`: its product is known from elsewhere.
fn own(found: &Found, product: Product, status: u16, sure: bool) -> Claim {
    let mut claim = match &found.meaning {
        Some(meaning) => meaning.claim(&found.words, None),
        None => Claim {
            candidates: candidates(product, status),
            confidence: Confidence::Possible,
            undetermined: true,
            why: format!("{}: {} made this answer; it does not say why", found.words, name(product)),
            made_by: Some(GeneratedBy::Gateway),
            elapsed: None,
        },
    };
    // A site may run the same product as the gateway: its page looks the same.
    if !forward(product) && claim.undetermined && !claim.candidates.contains(&OriginError) {
        claim.candidates.push(OriginError);
    }
    if !forward(product) && !sure {
        claim
            .why
            .push_str(&format!(". If your gateway is not {}, this is the site's own: set the product", name(product)));
    }
    claim
}

/// What a product answers with this status, likeliest first; all that it answers with 5xx where the status is not known.
fn candidates(product: Product, status: u16) -> Vec<Id> {
    let mut candidates = Vec::new();
    let rows = product.product().map_or(&[][..], |product| product.answers);
    for row in rows.iter().filter(|row| row.status == status || status == 0 && row.status >= 500) {
        for id in row.candidates.iter().flat_map(|group| group.iter()) {
            if !candidates.contains(id) {
                candidates.push(*id);
            }
        }
    }
    candidates
}

/// The answer came from beyond the gateway.
fn passed_on(found: &Found, status: u16) -> Claim {
    let by = match found.mark.by {
        By::Cdn(name) | By::Recorder(name) => name,
        By::Product(product) => name(product),
    };
    let told = cdns::CLOUDFLARE_STATUSES.iter().find(|(code, _)| by == "Cloudflare" && *code == status);
    let told = told.map(|(_, text)| format!("; {status} means that {text}")).unwrap_or_default();
    Claim {
        candidates: alloc::vec![OriginError],
        confidence: Confidence::Likely,
        undetermined: false,
        why: format!(
            "{}: the answer came through {by}, in front of the site; the gateway did not make it{told}",
            found.words
        ),
        made_by: Some(GeneratedBy::Origin),
        elapsed: None,
    }
}

fn name(product: Product) -> &'static str {
    product.product().map_or(product.as_str(), |product| product.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::categories::Id::*;

    fn marks(fields: &[(&str, &str)], body: &str) -> Marks {
        let mut marks = Marks::default();
        for (name, value) in fields {
            marks.field(name, value);
        }
        marks.body(body.as_bytes());
        marks
    }

    const NGINX: &str = "<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx/1.22.1</center>";

    #[test]
    fn the_same_page_is_the_gateways_or_the_sites() {
        let page = marks(&[("Server", "nginx/1.22.1")], NGINX);
        let of =
            |gateway| claim(&page, 502, gateway).map(|claim| (claim.made_by, claim.undetermined, claim.candidates[0]));
        let own = of(None);
        assert_eq!(own.map(|own| (own.0, own.1)), Some((Some(GeneratedBy::Gateway), true)));
        assert_eq!(of(Some(Product::Nginx)), own);
        assert_eq!(of(Some(Product::CiscoWsa)), Some((Some(GeneratedBy::Origin), false, OriginError)));
        assert_eq!(product(&page), Some(Product::Nginx));
        let via = marks(&[("Server", "nginx"), ("Via", "1.1 gw.example.com:80 (Cisco-WSA/12.0.1-268)")], NGINX);
        assert_eq!(product(&via), Some(Product::CiscoWsa));
        let candidates = claim(&via, 502, None).map(|claim| claim.candidates);
        assert_eq!(candidates, Some(alloc::vec![OriginError, ParentProxyError]));
    }

    #[test]
    fn a_page_of_another_proxy_is_the_parents() {
        let page =
            marks(&[], "<title>McAfee Web Gateway - Notification</title>/mwg-internal/ Web Gateway Cannot Connect");
        let found = claim(&page, 502, Some(Product::Squid)).map(|claim| (claim.candidates, claim.made_by));
        assert_eq!(found, Some((alloc::vec![ParentProxyError], Some(GeneratedBy::ParentProxy))));
        let found = claim(&page, 502, None).map(|claim| (claim.candidates[0], claim.made_by));
        assert_eq!(found, Some((TcpSynUnanswered, Some(GeneratedBy::Gateway))));
    }

    #[test]
    fn what_carries_a_mark_of_a_network_is_not_the_gateways() {
        let page = marks(&[("Server", "cloudflare"), ("CF-RAY", "8a0b1c2d3e4f5678-FRA")], "error code: 522");
        let found = claim(&page, 522, Some(Product::Squid)).map(|claim| (claim.candidates, claim.why));
        let (candidates, why) = found.unwrap_or_default();
        assert_eq!(candidates, [OriginError]);
        assert!(why.contains("Cloudflare") && why.contains("timed out"), "{why}");
        assert!(
            claim(&marks(&[("Via", "1.1 gw (squid/5.7)")], ""), 502, None).is_none(),
            "Via alone says nothing of a maker"
        );
    }
}
