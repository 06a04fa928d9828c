//! What a status says at a product, from the product's own table of answers.

use alloc::format;
use alloc::vec::Vec;

use super::{Answer, Bearing, Told};
use crate::categories::Id;
use crate::categories::Id::*;
use crate::logs::phase;
use crate::products::{self, Id as Product};

/// Failures that a product usually answers otherwise and that its source or document lets end in this status as well:
/// nothing is held against them.
const ALSO: &[(Product, u16, &[&[Id]])] = &[
    // The document does not say what these end in.
    (Product::CiscoWsa, 502, &[&[ResponseEmpty, PmtuBlackhole, KeepaliveRace, RequestUnacked]]),
    // The kernel gave up before nginx's own timer.
    (Product::Nginx, 502, &[&[TcpSynUnanswered, ReturnPath]]),
    // Revalidation, and older releases; a peer; a closed connection in 3.5 and 4.
    (Product::Squid, 504, &[phase::CONNECT]),
    (Product::Squid, 503, &[&[ResponseEmpty]]),
    (Product::Squid, 502, &[&[NoHealthyUpstream]]),
    (Product::Squid, 500, &[&[NoHealthyUpstream]]),
    // The manual allows what the program does not do.
    (Product::Haproxy, 502, &[phase::CONNECT]),
    (Product::Haproxy, 504, &[&[TcpSynUnanswered, ReturnPath]]),
    // 2.2; a request's body that could not be sent.
    (Product::Apache, 502, &[phase::RESOLVE, &[RequestUnacked, ZeroWindow]]),
    // mod_proxy_fcgi, and a 100-continue ping.
    (Product::Apache, 503, &[&[ResponseReset, ResponseEmpty, ResponseTimeout, ResponseInvalid, KeepaliveRace]]),
    // Older releases.
    (Product::Envoy, 503, &[&[ResponseInvalid, H2Goaway, H2RstStream]]),
    // Version 1; backends that cannot be reached at all.
    (Product::AzureGateway, 504, &[&[TcpSynUnanswered, ReturnPath]]),
    // Of ProxySG's codes only 503 is known; gateway_error may be 504, and a site can change all of them.
    (Product::Proxysg, 504, &[phase::CONNECT, &[RequiredService]]),
    (Product::Proxysg, 502, &[phase::CONNECT, &[RequiredService]]),
    (Product::Proxysg, 500, &[phase::CONNECT, &[RequiredService]]),
    // Regional load balancers, which run on Envoy, have statuses of their own.
    (
        Product::GoogleLb,
        504,
        &[phase::CONNECT, phase::SECURE, phase::WAIT, phase::RECEIVE, &[KeepaliveRace, NoHealthyUpstream, ProxyLoop]],
    ),
];

/// Of each failure in the product's table: whether this status is its own.
pub(super) fn told(product: Option<Product>, answer: &Answer) -> Vec<Told> {
    let (Some(product), Ok(status)) = (product.and_then(Product::product), answer.id.parse::<u16>()) else {
        return Vec::new();
    };
    let Some(row) = product.answer(status) else { return Vec::new() };
    let mut all: Vec<Told> = Vec::new();
    let mut add = |category: Id, bearing, why: alloc::string::String, source: &'static str| {
        if all.iter().all(|known| known.category != category) {
            all.push(Told { category, bearing, why: why.into(), source: source.into() });
        }
    };
    for id in row.candidates.iter().flat_map(|ids| ids.iter()) {
        add(*id, Bearing::Supports, format!("{} answers this failure with {status}.", product.name), row.source);
    }
    let spared = |id: &Id| {
        ALSO.iter()
            .any(|(whose, of, ids)| *whose == product.id && *of == status && ids.iter().any(|ids| ids.contains(id)))
    };
    for other in product.answers.iter().filter(|other| other.status != status) {
        for id in other.candidates.iter().flat_map(|ids| ids.iter()).filter(|id| !spared(id)) {
            let why = format!("{} answers this failure with {}, not with {status}.", product.name, other.status);
            add(*id, Bearing::Against, why, other.source);
        }
    }
    all
}

/// What the product cannot run into.
pub(super) fn cannot(_: Option<Product>, answer: &Answer) -> Vec<Told> {
    let Some(product) = Product::parse(answer.id).and_then(Product::product) else { return Vec::new() };
    let mut all = Vec::new();
    for (ids, absent) in product.absent {
        let products::Absent::CannotOccur(why) = absent else { continue };
        all.extend(ids.iter().map(|id| Told {
            category: *id,
            bearing: Bearing::RulesOut,
            why: products::fill(why, &products::Facts::default()).into(),
            source: product.name.into(),
        }));
    }
    all
}
