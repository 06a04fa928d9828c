//! What must hold for every question, and for every combination of answers.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::*;
use crate::products::{Facts, Id as Product, TABLE as PRODUCTS};

fn products() -> impl Iterator<Item = Option<Product>> {
    core::iter::once(None).chain(PRODUCTS.iter().map(|product| Some(product.id)))
}

/// Every answer of every product, once for each product that has it.
fn answers() -> impl Iterator<Item = (Option<Product>, &'static Question, &'static Answer)> {
    products().flat_map(|product| {
        TABLE.iter().flat_map(move |question| {
            (question.answers)(product).iter().map(move |answer| (product, *question, answer))
        })
    })
}

#[test]
fn ids_are_unique_and_fit_into_links() {
    let fits = |id: &str| id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    for (index, question) in TABLE.iter().enumerate() {
        assert!(fits(question.id), "{}", question.id);
        assert!(TABLE.iter().skip(index + 1).all(|other| other.id != question.id), "{}", question.id);
        for product in products() {
            let answers = (question.answers)(product);
            for (index, answer) in answers.iter().enumerate() {
                assert!(fits(answer.id) && answer.id != UNKNOWN, "{}", answer.id);
                assert!(answers.iter().skip(index + 1).all(|other| other.id != answer.id), "{}", answer.id);
            }
        }
    }
}

#[test]
fn the_products_to_choose_are_those_with_advice() {
    let ids: Vec<&str> = (seen::PRODUCT.answers)(None).iter().map(|answer| answer.id).collect();
    let all: Vec<&str> = PRODUCTS.iter().map(|product| product.id.as_str()).collect();
    assert_eq!(ids, all);
}

#[test]
fn every_statement_has_its_reason_and_source_and_experience_rules_nothing_out() {
    for (product, question, answer) in answers() {
        for told in told(question, product, answer) {
            let place = format!("{product:?} {} {} {}", question.id, answer.id, told.category);
            assert!(told.why.ends_with('.') && told.why.len() > 10 && !told.why.contains('!'), "{place}: {}", told.why);
            assert!(!told.source.is_empty(), "{place}");
            assert!(told.bearing != Bearing::RulesOut || told.source != PRACTICE, "{place}: {}", told.why);
        }
    }
}

#[test]
fn every_question_says_how_to_find_out() {
    for (product, question, _) in answers() {
        let told = !how(question, product, &Facts::default()).is_empty();
        // What one is asked, and what only people know.
        let known = ["product", "since"].contains(&question.id);
        assert!(told || known, "{product:?} {}", question.id);
    }
}

/// Walks as somebody would for whom this is the truth: takes the answer that speaks most narrowly for it, else one that
/// does not speak against it, else "not known".
fn walk(product: Option<Product>, truth: Id) -> Given {
    let mut given = Given::parse(product, "");
    while let Some(question) = given.next() {
        let said = |answer: &'static Answer| {
            let told = told(question, product, answer);
            let bearing = told.iter().find(|told| told.category == truth).map(|told| told.bearing);
            let others = told.iter().filter(|told| told.bearing == Bearing::Supports).count();
            match bearing {
                Some(Bearing::Supports) => Some((0, others)),
                None => Some((1, others)),
                _ => None,
            }
        };
        let best = (question.answers)(product).iter().filter(|answer| said(answer).is_some()).min_by_key(|a| said(a));
        let answer = best.map_or(UNKNOWN, |answer| answer.id);
        given.set(question.id, if question.id == "product" { "generic" } else { answer });
    }
    given
}

#[test]
fn every_category_is_reached_by_following_the_questions() {
    let mut lost = String::new();
    for id in Id::ALL.iter().copied().filter(|id| id.category().is_some()) {
        // The plainest first: most are reached there.
        let reached = PRODUCTS.iter().rev().any(|product| {
            let given = walk(Some(product.id), id);
            let list = given.list();
            let best = Given::best(&list);
            best.len() <= 3 && best.iter().any(|standing| standing.category == id)
        });
        if !reached {
            let given = walk(Some(Product::Generic), id);
            let list = given.list();
            let first: Vec<_> = list.iter().take(4).map(|one| (one.category.as_str(), one.points)).collect();
            lost += &format!("\n{id}: {} leads to {first:?}", given.text());
        }
    }
    assert!(lost.is_empty(), "{lost}");
}

/// Numbers that look like chance, always the same ones.
struct Dice(u64);

impl Dice {
    fn below(&mut self, many: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % many.max(1) as u64).unwrap_or(0)
    }
}

#[test]
fn any_answers_leave_something_and_those_that_contradict_each_other_are_named() {
    let mut dice = Dice(0x5EED);
    let mut contradictions = 0;
    for _ in 0..400 {
        let product = PRODUCTS.get(dice.below(PRODUCTS.len())).map(|product| product.id);
        let mut given = Given::parse(product, "");
        for question in TABLE.iter().skip(1) {
            let answers = (question.answers)(product);
            if let Some(answer) = answers.get(dice.below(answers.len() * 2)) {
                given.set(question.id, answer.id);
            }
        }
        assert!(!Given::left(&given.list()).is_empty(), "{}", given.text());
        if let Some(Contradiction { answer, by }) = given.contradiction() {
            contradictions += 1;
            // They alone contradict each other, and each is needed.
            let alone = |skip: &str| {
                let mut alone = Given::parse(product.filter(|_| skip != "product"), "");
                let part = |id: &str| id == answer.id || by.iter().any(|question| question.id == id);
                for (question, given) in given.all().filter(|(question, _)| question.id != skip && part(question.id)) {
                    alone.set(question.id, given.map_or(UNKNOWN, |given| given.id));
                }
                alone.contradiction().is_some_and(|found| found.answer.id == answer.id)
            };
            assert!(!by.is_empty() && alone(""), "{}", given.text());
            assert!(by.iter().all(|question| question.id == "product" || !alone(question.id)), "{}", given.text());
        }
        assert_eq!(Given::parse(product, &given.text()).text(), given.text());
    }
    assert!(contradictions > 0, "the dice never met a contradiction");
}

#[test]
fn answers_that_cannot_all_be_true_are_named() {
    let named = |text: &str| {
        let found = Given::parse(Some(Product::Haproxy), text).contradiction();
        found.map(|found| (found.answer.id, found.by.iter().map(|question| question.id).collect::<Vec<_>>()))
    };
    assert_eq!(named("status:502,said:passed,made-by:gateway"), Some(("said", alloc::vec!["made-by"])));
    assert_eq!(named("ping:answers,traceroute:loops,tcp:connected"), Some(("traceroute", alloc::vec!["tcp"])));
    assert_eq!(named("status:504,tcp:connected,request:silence"), None);
}

#[test]
fn links_bear_anything() {
    for text in ["", ",", ":", "status", "status:", "status:999", "x:y,status:504", "status:504,status:502,dns:-"] {
        let given = Given::parse(Some(Product::Squid), text);
        assert!(given.all().count() <= 3, "{text}");
    }
    let given = Given::parse(None, "l4tm:listed,status:504,status:502,dns:-");
    assert_eq!(given.text(), "status:502,dns:-");
    assert!(given.answer("dns").is_some_and(|answer| answer.is_none()));
    assert_eq!(given.without("status").text(), "dns:-");
}

#[test]
fn what_does_not_apply_is_not_asked() {
    let open = |product, text: &str| -> Vec<&str> {
        Given::parse(Some(product), text).open().map(|question| question.id).collect()
    };
    assert!(open(Product::CiscoWsa, "").contains(&"l4tm"));
    assert!(!open(Product::Nginx, "").contains(&"l4tm"));
    assert!(!open(Product::AwsAlb, "").contains(&"spoofing"));
    assert!(open(Product::Squid, "tls:yes").contains(&"handshake"));
    assert!(!open(Product::Squid, "tls:no").contains(&"handshake"));
}

#[test]
fn another_product_keeps_the_answers_that_it_has() {
    let mut given = Given::parse(Some(Product::CiscoWsa), "status:504,l4tm:listed,dns:-");
    given.set("product", "squid");
    assert_eq!((given.product, given.text().as_str()), (Some(Product::Squid), "status:504,dns:-"));
}

#[test]
fn the_articles_paths_end_where_the_articles_do() {
    let best = |product, text: &str| -> Vec<&str> {
        let given = Given::parse(Some(product), text);
        let list = given.list();
        Given::best(&list).iter().map(|standing| standing.category.as_str()).collect()
    };
    // Cisco: 502, ping answers, telnet does not: SYN without SYN-ACK, most likely a firewall.
    assert_eq!(best(Product::CiscoWsa, "status:502,ping:answers,tcp:silence,spoofing:off"), ["tcp-syn-unanswered"]);
    // 502, telnet works, spoofing on.
    assert_eq!(best(Product::CiscoWsa, "status:502,tcp:connected,spoofing:works"), ["return-path"]);
    // 504, listed by the L4 Traffic Monitor.
    assert_eq!(best(Product::CiscoWsa, "status:504,said:none,l4tm:listed,tcp:refused,tls:no"), ["tcp-syn-reset"]);
    // 504, connected, request typed, no response.
    assert!(best(Product::CiscoWsa, "status:504,tcp:connected,request:silence,tls:no").contains(&"response-timeout"));
    // Web Gateway's three pages.
    assert_eq!(best(Product::Skyhigh, "status:502,said:host-not-resolvable,dns:nxdomain"), ["dns-nxdomain"]);
    assert_eq!(
        best(Product::Skyhigh, "status:502,said:bad-response,tls:no,patience:comes"),
        ["response-timeout", "response-stalled"]
    );
    assert_eq!(best(Product::Skyhigh, "status:502,said:bad-response,tls:no,request:garbage"), ["response-invalid"]);
    assert_eq!(best(Product::Skyhigh, "status:502,said:cannot-connect,tls:no,tcp:refused"), ["tcp-syn-reset"]);
}

#[test]
fn what_logs_of_clouds_and_security_services_say_ends_at_their_failures() {
    let best = |product, said: &str| -> Vec<&str> {
        let list = Given::parse(Some(product), &format!("said:{said}")).list();
        Given::best(&list).iter().map(|standing| standing.category.as_str()).collect()
    };
    for (product, said, category) in [
        (Product::AwsAlb, "503", "no-healthy-upstream"),
        (Product::AwsAlb, "target", "origin-error"),
        (Product::GoogleLb, "no-backend", "no-healthy-upstream"),
        (Product::GoogleLb, "by-backend", "origin-error"),
        (Product::AzureGateway, "no-live", "no-healthy-upstream"),
        (Product::CloudFront, "header", "response-header-too-large"),
        (Product::Cloudflare, "521", "tcp-syn-reset"),
        (Product::Cloudflare, "526", "tls-certificate"),
        (Product::Zscaler, "blocked", "policy-denied"),
        (Product::Forcepoint, "client", "client-abort"),
        (Product::Fortinet, "deny", "policy-denied"),
        (Product::PaloAlto, "client-rst", "client-abort"),
    ] {
        assert_eq!(best(product, said), [category], "{product:?} {said}");
    }
    assert_eq!(best(Product::Fortinet, "timeout"), ["tcp-syn-unanswered", "return-path"]);
    let connect = best(Product::Forcepoint, "connect");
    assert!(connect.contains(&"tcp-syn-reset") && !connect.contains(&"response-timeout"), "{connect:?}");
    // Every product has words to choose from; of another gateway none is known.
    for product in PRODUCTS {
        let words = (seen::SAID.answers)(Some(product.id)).len();
        assert_eq!(words > 0, product.id != Product::Generic, "{:?}", product.id);
    }
}
