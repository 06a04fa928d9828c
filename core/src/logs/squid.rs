//! Squid: the native access log (`logformat squid`), with and without `HIER_`, and with `%err_code/%err_detail`
//! appended. What its words mean stands in [`super::squid_words`].
//!
//! Non-goals: `common` and `combined` (layouts that several products share), cache.log.

use super::fields::Fields;
use super::native::Native;
use super::squid_words::{self, Base, Failure, Path, Tag};
use super::{Clock, Layout, LogFormat, Parsed, Tunnel, Vote};
use crate::products::Id as Product;

/// See the module.
pub static FORMAT: LogFormat = LogFormat {
    id: "squid",
    title: "Squid native access log",
    product: Some(Product::Squid),
    docs: "squid.conf.documented, directive logformat; src/LogTags.cc, src/hier_code.h",
    recognise,
    parse,
    clock: Clock::Known,
    missing: "Squid's native log holds a status and a hierarchy code, no error code: `%err_code/%err_detail` appended to its \
              logformat would name the failure.",
    samples: &[
        "1066037222.352     132 144.157.100.17 TCP_MISS/504 1293 GET http://at.atremis.com/image/93101912/xyz - NONE/- -",
        "1564655684.277   3387 192.168.0.1 TCP_TUNNEL/200 19131 CONNECT example.org:443 - HIER_DIRECT/example.org -",
        "1564670112.892   5007 192.168.95.17 TCP_HIT_ABORTED/000 0 GET http://smex10-2-en.url.example.com/T/152/oiCEKI6Xe7maaxpSHK - HIER_DIRECT/smex10-2-en.url.example.com -",
        r#"1642667037.129      0 10.0.4.4 TCP_DENIED/403 3868 CONNECT 1.2.3.4:80 - HIER_NONE/- text/html "-" "-""#,
        r#"1761121144.919      0 1.2.3.4 NONE_NONE/000 0 - error:transaction-end-before-headers - HIER_NONE/- - "-" "-""#,
        "1140701230.827    781 192.168.1.210 TCP_DENIED/407 1785 GET http://www.ossec.net oahmet NONE/- text/html",
        "1286536331.040      5 192.168.0.227 TCP_MISS/503 855 GET http://s2.youtube.com/s? - NONE/- text/html",
        "1157689312.049   5006 10.105.21.199 TCP_MISS/200 19763 CONNECT login.yahoo.com:443 badeyek DIRECT/209.73.177.115 -",
        "1712345678.901  60012 10.0.0.5 NONE_NONE_TIMEDOUT/200 0 CONNECT proxy.golang.org:443 - HIER_DIRECT/173.194.202.141 -",
        "1712345678.905      0 10.0.0.5 NONE_NONE/503 1635 GET https://proxy.golang.org/golang.org/toolchain/@v/v0.0.1-go1.26.0.linux-arm64.zip - HIER_NONE/- text/html",
        "1795192341.582   2935 127.0.0.1 NONE_NONE/503 0 CONNECT dead.test:443 - HIER_DIRECT/10.99.0.1 - ERR_CONNECT_FAIL/errno=110",
    ],
};

fn recognise(line: &str) -> Vote {
    let Ok(native) = Native::read(line) else { return Vote::No };
    match native.own_mark() {
        Some(Product::Squid) => Vote::Own,
        Some(_) => Vote::No,
        None if native.usual_mark() == Some(Product::Squid) => Vote::Likely,
        None => Vote::Shared,
    }
}

fn parse<'a>(line: &'a str, _: &mut Layout) -> Parsed<'a> {
    let native = match Native::read(line) {
        Ok(native) => native,
        Err(_) if line.starts_with('#') => return Parsed::Skip,
        Err(broken) => return broken.into(),
    };
    // Questions of other caches (ICP, HTCP), and connections that ended before a request.
    let no_request = native.status.is_none() && native.url.starts_with("error:");
    if no_request || native.code.starts_with("UDP_") || native.code.starts_with("ICP_") {
        return Parsed::NoRequest(native.time);
    }
    let tag = Tag::read(native.code);
    let connect = native.method == "CONNECT";
    let inside = !connect && native.url.starts_with("https://");
    let error = error(native.rest);
    let quiet = !tag.aborted && !tag.timed_out && error.is_none_or(|(code, _)| code == "-");
    let fine = quiet && !connect && !inside && matches!(native.status, Some(..500));
    if fine {
        return Parsed::Record(native.record());
    }
    let mut record = native.record();
    record.tunnel = match native.status {
        Some(200) if connect => match tag.base {
            Base::None => Tunnel::Opened,
            Base::Tunnel => Tunnel::Sealed,
            _ => Tunnel::Granted,
        },
        _ if inside => Tunnel::Inside,
        _ => Tunnel::Plain,
    };
    record.failure = squid_words::meaning(&Failure {
        tag,
        path: if !record.attempted {
            Path::Nobody
        } else if record.parent {
            Path::Parent
        } else {
            Path::Direct
        },
        status: native.status,
        elapsed: native.elapsed,
        connect,
        secure: inside,
        reused: native.hierarchy == "PINNED" || native.hierarchy == "HIER_PINNED",
        html: matches!(native.mime, "-" | "" | "text/html"),
        error,
    });
    if record.failure.is_some() && record.tunnel == Tunnel::Opened {
        // Squid's own 200, with which it begins to decrypt: the client's answer is inside.
        record.status = None;
    }
    record.cut = record.failure.is_some() && record.status.is_some_and(|status| status < 500);
    Parsed::Record(record)
}

/// `%err_code/%err_detail` among the fields that a site has appended: `Some(("-", "-"))` says that there was no error.
fn error(rest: &str) -> Option<(&str, &str)> {
    if rest.is_empty() {
        return None;
    }
    let mut fields = Fields::new(rest, 0);
    while let Some(token) = fields.bare() {
        if token == "-/-" || token.starts_with("ERR_") {
            return Some(token.split_once('/').unwrap_or((token, "-")));
        }
    }
    None
}
