//! What the error page or the gateway's log says, in each product's own words.
//!
//! A word of a log names how the last try ended. It speaks against everything else ([`also`]) and rules nothing out: a
//! request may have several tries, and the line of another one may lie beside it.

mod balancers;
mod clouds;
mod proxies;
mod security;
mod servers;

use alloc::vec::Vec;

use super::{Answer, Bearing, HTTP2, Told};
use crate::categories::Id::*;
use crate::categories::{Check, Id, check};
use crate::logs::phase;
use crate::products::Id as Product;

/// The answers of a product; none where it is not known.
pub(super) fn answers(product: Product) -> &'static [Answer] {
    match product {
        Product::CiscoWsa => proxies::CISCO_WSA,
        Product::Skyhigh => proxies::SKYHIGH,
        Product::Squid => proxies::SQUID,
        Product::Proxysg => proxies::PROXYSG,
        Product::Nginx => servers::NGINX,
        Product::Apache => servers::APACHE,
        Product::IisArr => servers::IIS_ARR,
        Product::Traefik | Product::Caddy => servers::GO,
        Product::Haproxy => balancers::HAPROXY,
        Product::Envoy => balancers::ENVOY,
        Product::Varnish => balancers::VARNISH,
        Product::F5 => balancers::F5,
        Product::AwsAlb => clouds::AWS_ALB,
        Product::GoogleLb => clouds::GOOGLE_LB,
        Product::AzureGateway => clouds::AZURE_GATEWAY,
        Product::CloudFront => clouds::CLOUDFRONT,
        Product::Cloudflare => clouds::CLOUDFLARE,
        Product::Zscaler => security::ZSCALER,
        Product::Forcepoint => security::FORCEPOINT,
        Product::Fortinet => security::FORTINET,
        Product::PaloAlto => security::PALO_ALTO,
        Product::Generic => &[],
    }
}

pub(super) const HOW: &[Check] = &[check(
    "Read the page's own words, also those in small print at its foot, or the line of the gateway's log from the same second.",
    "",
)];

/// Tests of the products that name the word to look for.
pub(super) const OWN: &[(&[Id], &[&str])] = &[(
    &[DnsNxdomain, TcpSynUnanswered, ResponseTimeout],
    &["log", "page", "%err_code", "x-exception-id", "flag", "FetchError"],
)];

const OTHER: &str = "The page or log names another failure.";

/// What an answer that names failures says of all the others towards a server.
pub(super) fn also(_: Option<Product>, answer: &'static Answer) -> Vec<Told> {
    let Some(names) = answer.says.iter().find(|says| says.bearing == Bearing::Supports) else { return Vec::new() };
    if answer.says.iter().any(|says| says.bearing != Bearing::Supports) {
        return Vec::new();
    }
    let towards = [
        phase::RESOLVE,
        phase::CONNECT,
        phase::SECURE,
        phase::SEND,
        phase::WAIT,
        phase::RECEIVE,
        HTTP2,
        &[OriginError],
    ];
    towards
        .iter()
        .flat_map(|ids| ids.iter())
        .map(|id| Told { category: *id, bearing: Bearing::Against, why: OTHER.into(), source: names.source.into() })
        .collect()
}
