//! Marks of reverse proxies and load balancers: the pages that they write when what is behind them fails.

use alloc::format;
use alloc::string::String;

use super::{By, Mark, Place, Says};
use crate::categories::Id::{self, *};
use crate::logs::{self, Meaning, phase};
use crate::products::Id as Product;
use crate::report::Confidence::Likely;
use crate::report::GeneratedBy::Gateway;

const NGINX: By = By::Product(Product::Nginx);
const HAPROXY: By = By::Product(Product::Haproxy);
const APACHE: By = By::Product(Product::Apache);
const ENVOY: By = By::Product(Product::Envoy);

const NGINX_SOURCE: &str = "nginx source, ngx_http_special_response.c";
const HAPROXY_SOURCE: &str = "HAProxy source, http.c";
const APACHE_SOURCE: &str = "Apache httpd source, http_protocol.c, mod_proxy.c and mod_proxy_http.c";
const ENVOY_SOURCE: &str = "Envoy source, router.cc";

const fn page(by: By, all: &'static [&'static str], says: Says, source: &'static str) -> Mark {
    Mark { by, place: Place::Body, all, says, source }
}

const fn field(by: By, name: &'static str, all: &'static [&'static str], says: Says, source: &'static str) -> Mark {
    Mark { by, place: Place::Field(name), all, says, source }
}

const fn open(candidates: &'static [&'static [Id]], why: &'static str) -> Says {
    Says::Failed(Meaning::open(candidates, Gateway, why))
}

/// See the module.
pub(super) const MARKS: &[Mark] = &[
    page(NGINX, &["<center>nginx"], Says::Made, NGINX_SOURCE),
    page(NGINX, &["<center>openresty"], Says::Made, "OpenResty, patches of nginx"),
    page(
        HAPROXY,
        &["<html><body><h1>50", "no server is available to handle this request"],
        open(
            &[&[NoHealthyUpstream], phase::CONNECT, phase::SECURE, &[EphemeralPortExhaustion]],
            "no server was left, or no connection to one came about",
        ),
        HAPROXY_SOURCE,
    ),
    page(
        HAPROXY,
        &["<html><body><h1>50", "the server returned an invalid or incomplete response"],
        open(
            &[&[ResponseEmpty, ResponseReset, KeepaliveRace, ResponseInvalid, ResponseHeaderTooLarge]],
            "the server closed or reset before a whole header, or sent something invalid",
        ),
        HAPROXY_SOURCE,
    ),
    page(
        HAPROXY,
        &["<html><body><h1>50", "the server didn't respond in time"],
        Says::Failed(Meaning::is(
            Likely,
            &[&[ResponseTimeout, RequestUnacked, ZeroWindow, PmtuBlackhole]],
            Gateway,
            "the server took the request and sent no whole header within timeout server",
        )),
        HAPROXY_SOURCE,
    ),
    page(
        APACHE,
        &["<strong>dns lookup failure for:"],
        open(&[phase::RESOLVE], "mod_proxy could not resolve the server's name"),
        APACHE_SOURCE,
    ),
    page(
        APACHE,
        &["<strong>error during ssl handshake with remote server"],
        open(&[phase::SECURE], "mod_proxy could not set up TLS with the server"),
        APACHE_SOURCE,
    ),
    page(
        APACHE,
        &["<strong>error reading from remote server"],
        open(
            &[&[ResponseTimeout, ResponseEmpty, ResponseReset, KeepaliveRace]],
            "mod_proxy got no whole header: the server closed, reset, or let ProxyTimeout pass",
        ),
        APACHE_SOURCE,
    ),
    page(
        APACHE,
        &["the proxy server received an invalid", "response from an upstream server"],
        open(
            &[&[ResponseEmpty, ResponseReset, ResponseTimeout, ResponseInvalid], phase::SEND],
            "mod_proxy got no valid response",
        ),
        APACHE_SOURCE,
    ),
    page(
        APACHE,
        &["<p>the server is temporarily unable to service your", "maintenance downtime or capacity"],
        open(
            &[phase::CONNECT, &[NoHealthyUpstream, LocalEgressDenied]],
            "no connection to a server came about, or all workers are in error state",
        ),
        APACHE_SOURCE,
    ),
    page(APACHE, &["<address>apache/"], Says::Made, APACHE_SOURCE),
    page(ENVOY, &["upstream connect error or disconnect/reset before headers"], Says::Reads(envoy), ENVOY_SOURCE),
    page(ENVOY, &["no healthy upstream"], Says::Reads(envoy), ENVOY_SOURCE),
    page(ENVOY, &["upstream request timeout"], Says::Reads(envoy), ENVOY_SOURCE),
    page(
        By::Product(Product::Varnish),
        &["guru meditation", "varnish cache server"],
        Says::Made,
        "Varnish source, builtin.vcl",
    ),
    page(
        By::Product(Product::IisArr),
        &["web server received an invalid response while acting as a gateway or proxy server"],
        Says::Made,
        "IIS, custerr: 502.htm",
    ),
    field(
        By::Product(Product::IisArr),
        "x-powered-by",
        &["arr/"],
        Says::Passed,
        "Microsoft, Application Request Routing",
    ),
    field(
        By::Product(Product::AwsAlb),
        "server",
        &["awselb/"],
        Says::Made,
        "AWS, Troubleshoot your Application Load Balancers",
    ),
];

/// Envoy writes the reason of the reset, and what its transport said, into the body.
fn envoy(page: &str) -> Option<(Meaning, String)> {
    // A page that only quotes the words is longer.
    let page = page.trim();
    if page.len() > 600 || page.starts_with('<') {
        return None;
    }
    let meaning = logs::envoy_page(page)?;
    Some((meaning, format!("Envoy's body “{}”", super::clip(page, super::QUOTED))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fingerprints::Marks;

    fn first(page: &str) -> Option<(By, Option<Id>, Id)> {
        let mut marks = Marks::default();
        marks.body(page.as_bytes());
        let found = marks.list.into_iter().next()?;
        let first = found.meaning.and_then(|meaning| meaning.candidates.first()?.first().copied());
        Some((found.mark.by, first, found.meaning.map_or(Undetermined, |meaning| meaning.category())))
    }

    #[test]
    fn envoy_says_in_its_body_how_the_connection_failed() {
        let begin = "upstream connect error or disconnect/reset before headers. ";
        for (rest, wanted) in [
            (
                "reset reason: remote connection failure, transport failure reason: delayed connect error: 111",
                TcpSynReset,
            ),
            ("reset reason: connection timeout", TcpSynUnanswered),
            (
                "reset reason: connection failure, transport failure reason: TLS error: 268435581:SSL \
              routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED",
                TlsCertificate,
            ),
        ] {
            assert_eq!(first(&format!("{begin}{rest}")).map(|found| found.2), Some(wanted), "{rest}");
        }
        assert_eq!(first(begin.trim_end()).map(|found| found.2), Some(Undetermined));
        assert_eq!(first("no healthy upstream").map(|found| found.2), Some(NoHealthyUpstream));
        assert_eq!(first("upstream request timeout").map(|found| found.2), Some(ResponseTimeout));
        assert_eq!(first("<p>The log says: no healthy upstream</p>"), None);
    }

    #[test]
    fn apache_gives_its_reason() {
        let page = |reason: &str| {
            format!(
                "<title>502 Proxy Error</title>\n</head><body>\n<h1>Proxy Error</h1>\n<p>The proxy server received an \
                 invalid\r\nresponse from an upstream server.<br />\r\n</p><p>Reason: <strong>{reason}</strong></p>\n<hr>\n\
                 <address>Apache/2.4.57 (Debian) Server at www.example.com Port 80</address>"
            )
        };
        let of = |reason| first(&page(reason)).and_then(|found| found.1);
        assert_eq!(of("Error reading from remote server"), Some(ResponseTimeout));
        assert_eq!(of("DNS lookup failure for: app.example.com"), Some(DnsNxdomain));
        assert_eq!(first("<address>Apache/2.4.57 Server at a Port 80</address>"), Some((APACHE, None, Undetermined)));
    }
}
