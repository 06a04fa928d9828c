//! Squid: the native access log (`logformat squid`), with and without `HIER_`, and with `%err_code/%err_detail`
//! appended, and `logformat common` and `combined`, which end in `%Ss:%Sh`. What its words mean stands in
//! [`super::squid_words`]; cache.log is `squid_error`.

use super::common::{Broken, Common};
use super::fields::Fields;
use super::native::{Native, is_parent};
use super::squid_words::{self, Line};
use super::{Clock, Layout, LogFormat, Parsed, Vote, combined};
use crate::products::Id as Product;
use crate::protocols::http1::is_server_error;

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
        r#"10.20.0.50 - - [10/Mar/2026:08:00:01 +0000] "GET http://www.example.com/ HTTP/1.1" 503 4011 TCP_MISS:HIER_DIRECT"#,
        r#"10.20.0.50 - jo doe [10/Mar/2026:08:00:02 +0000] "CONNECT www.example.com:443 HTTP/1.1" 200 39 "-" "curl/8.5" TCP_TUNNEL:HIER_DIRECT"#,
    ],
};

fn recognise(line: &str) -> Vote {
    let Ok(native) = Native::read(line) else {
        return if common(line).is_ok() { Vote::Own } else { Vote::No };
    };
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
        Err(broken) => {
            return match (common(line), Native::cut(line)) {
                (Ok((common, code, hierarchy)), _) => of_common(&common, code, hierarchy),
                (_, Some(cut)) => of_cut(&cut),
                _ => broken.into(),
            };
        }
    };
    // Questions of other caches (ICP, HTCP), and connections that ended before a request.
    let no_request = native.status.is_none() && native.url.starts_with("error:");
    if no_request || native.code.starts_with("UDP_") || native.code.starts_with("ICP_") {
        return Parsed::NoRequest(native.time);
    }
    let error = error(native.rest, native.hierarchy);
    let mut record = native.record();
    let line = Line { code: native.code, hierarchy: native.hierarchy, mime: native.mime, error };
    squid_words::tell(&mut record, &line);
    Parsed::Record(record)
}

/// A line that ends before its hierarchy code: whom Squid contacted is not said.
fn of_cut<'a>(native: &Native<'a>) -> Parsed<'a> {
    if native.status.is_none() && native.url.starts_with("error:") || native.code.starts_with("UDP_") {
        return Parsed::NoRequest(native.time);
    }
    let line = Line { code: native.code, hierarchy: "", mime: "", error: None };
    let mut record = native.record();
    squid_words::tell(&mut record, &line);
    if native.status.is_some_and(is_server_error) {
        record.failure = combined::meaning(native.status);
    }
    Parsed::Record(record)
}

/// A line of `logformat common` or `combined`: the result and hierarchy codes stand at its end.
fn common(line: &str) -> Result<(Common<'_>, &str, &str), Broken> {
    let common = Common::read(line)?;
    let last = common.rest.split(' ').next().unwrap_or_default();
    let (code, hierarchy) = last.split_once(':').ok_or((0, "result code:hierarchy"))?;
    let known = ["TCP_", "UDP_", "ICP_", "NONE", "TAG_NONE"].iter().any(|begin| code.starts_with(begin));
    let letters = |text: &str| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
    };
    if known && letters(code) && letters(hierarchy) {
        Ok((common, code, hierarchy))
    } else {
        Err((0, "result code:hierarchy"))
    }
}

fn of_common<'a>(common: &Common<'a>, code: &'a str, hierarchy: &'a str) -> Parsed<'a> {
    let mut record = common.record();
    let no_request = record.status.is_none() && record.target.is_some_and(|url| url.starts_with("error:"));
    if no_request || code.starts_with("UDP_") || code.starts_with("ICP_") {
        return Parsed::NoRequest(record.time);
    }
    let attempted = squid_words::contacted(hierarchy);
    (record.attempted, record.parent, record.token) = (attempted, attempted && is_parent(hierarchy), code);
    let error = error(common.rest, hierarchy);
    squid_words::tell(&mut record, &Line { code, hierarchy, mime: "", error });
    Parsed::Record(record)
}

/// `%err_code/%err_detail` among the fields that a site has appended: `Some(("-", "-"))` says that there was no error. Where
/// `log_mime_hdrs` appends the headers of an answer that Squid made itself, its `X-Squid-Error` says the same.
fn error<'a>(rest: &'a str, hierarchy: &str) -> Option<(&'a str, &'a str)> {
    if rest.is_empty() {
        return None;
    }
    let mut fields = Fields::new(rest, 0);
    while let Some(token) = fields.bare() {
        if token.starts_with('[') {
            break;
        }
        if token == "-/-" || token.starts_with("ERR_") {
            return Some(token.split_once('/').unwrap_or((token, "-")));
        }
    }
    // Behind a parent or a server that is a Squid as well, the header may be that one's.
    if !hierarchy.ends_with("NONE") {
        return None;
    }
    let (_, after) = rest.split_once("X-Squid-Error:")?;
    let after = after.trim_start_matches(' ').trim_start_matches("%20");
    let end = after.find(|letter: char| !(letter.is_ascii_uppercase() || letter == '_')).unwrap_or(after.len());
    after.get(..end).filter(|code| code.starts_with("ERR_")).map(|code| (code, "-"))
}
