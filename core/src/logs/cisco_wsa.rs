//! Cisco Secure Web Appliance (WSA, IronPort): the access log in its Squid-style layout, all releases.
//!
//! What 502 and 504 mean is said by Cisco's article on them: 502 for a SYN without SYN/ACK; 504 for a RST, for a
//! service needed first (DNS) that failed, and for a request without a response. The result code says who made the
//! status: NONE is a transaction that failed in the appliance, TCP_MISS one whose answer was fetched.

use super::meaning::{Meaning, phase};
use super::native::Native;
use super::{Clock, Layout, LogFormat, Parsed, Tunnel, Vote, asyncos};
use crate::categories::Id::*;
use crate::products::Id as Product;
use crate::report::{Confidence::*, GeneratedBy};

/// See the module.
pub static FORMAT: LogFormat = LogFormat {
    id: "cisco-wsa",
    title: "Cisco WSA access log",
    product: Some(Product::CiscoWsa),
    docs: "AsyncOS for Cisco Web Security Appliances, User Guide, chapter Monitor System Activity Through Logs; \
           Cisco technical note 225832",
    recognise,
    parse,
    clock: Clock::Known,
    missing: "The default access log of a Cisco WSA holds one code for several failures and no time per step: the custom \
              fields %:>d (DNS), %:<1 (connect), %:>g (TLS) and %:>1 (first byte of the response) would tell them apart.",
    samples: &[
        "1233658928.496 153185 10.10.70.50 NONE/504 1729 GET http://www.example.com/ - DIRECT/www.example.com - .......",
        r#"1278096903.150 97 172.10.11.22 TCP_MISS/200 8187 GET http://my.site.com/ - DIRECT/my.site.com text/plain DEFAULT_CASE_11-PolicyGroupName-Identity-OutboundMalwareScanningPolicy-DataSecurityPolicy-ExternalDLPPolicy-RoutingPolicy <IW_comp,6.9,-,"-",-,-,-,-,"-",-,-,-,"-",-,-,"-","-",-,-,IW_comp,-,"-","-","Unknown","Unknown","-","-",198.34,0,-,[Local],"-",37,"W32.CiscoTestVector",33,0,"WSA-INFECTED-FILE.pdf","fd5ef49d4213e05f448f11ed9c98253d85829614fba368a421d14e64c426da5e"> -"#,
        r#"1420230550.000 252 10.0.0.2 NONE/504 3040 GET http://test_web.net/users/user5.jpg Tom_Lawrence DIRECT/www.xxxxxxx5.com application/pkix-crl PASSTHRU_ADMIN_252-Decrypt_VFS-WebxOnly-RFS_Transparent_Proxy_Test-random_policy-NONE-DefaultRouting <nc,6.5,-,"-",-,-,-,21,"86196.zip",252,252,252,"8EF1DA258",-,-,"-","-",1,1,nc,"1","Trojan_Phisher","-","ccccc","-","acbd","Unknown","err",343.3854,1,[-],"-","-",21,"-",252,1,"86196.pdf","96AE9C50AFE87221D03802D2B8DC81616D0CA722D4857057DDD40FF32ABB66A8",-,1,"BlockedFileType:application/x-rpm,BlockedFile:allfiles/linuxpackage.rp",-> "abcd" "Mozilla/5.0 (X11; U; Linux arm7tdmi; rv:1.8.1.11) Gecko/20071130 Minimo/0.025" - -"#,
        r#"1420230550.000 35 10.160.40.169 TCP_MISS/200 3004 CONNECT tunnel://www.facebook.com:443/ - DIRECT/www.facebook.com - ALLOW_WBRS_12-DefaultGroup-DefaultGroup-NONE-NONE-NONE-DefaultGroup-NONE <"IW_snet",7.1,1,"-",-,-,-,-,"-",-,-,-,"-",-,-,"-","-",-,-,"IW_snet",-,"-","Social Networking","-","Facebook General","Facebook","Encrypted","-",0.20,0,-,"-","-",-,"-",-,-,"-","-",-,-,"-",-,-> - -"#,
        r#"1420230550.000 60 10.31.225.70 TCP_MISS_SSL/200 1481 GET https://www.google.com:443/ - DIRECT/www.google.com application/octet-stream DEFAULT_CASE_12-DefaultGroup-DefaultGroup-NONE-NONE-NONE-DefaultGroup-NONE <"IW_srch",6.9,1,"-",0,0,0,1,"-",-,-,-,"-",0,0,"-","-",-,-,"IW_srch",-,"Unknown","Search Engines and Portals","-","Google","Search Engine","Unsafe Rewrite","ensrch",197.47,0,-,"Unknown","-",-,"-",-,-,"-","-",-,-,"-",-> -"#,
        r#"1726597763.348 68855 192.168.1.10 TCP_MISS/200 97645 TCP_CONNECT 10.37.145.84:443 "AMOJARRA\amirhossein@WCCPrealm" DIRECT/www.cisco.com - PASSTHRU_CUSTOMCAT_7-DP_site-IdP_Site-NONE-NONE-NONE-DefaultGroup-NONE <"C_Cisc",-,-,"-",-,-,-,-,"-",-,-,-,"-",-,-,"-","-",-,-,"-",-,"-","-","-","-","-","-","-",11.35,0,-,"-","-",-,"-",-,-,"-","-",-,-,"-",-,-> - -"#,
        r#"Info: 1737541300.359 0 1.2.3.4 TCP_DENIED/407 0 CONNECT tunnel://www.domain.com:443/ - NONE/- - CMF:40 DCF:20 ERR:0 OTHER-NONE-UtilisateursAD-NONE-NONE-NONE-NONE-NONE <"-",-,-,"-",-,-,-,-,"-",-,-,-,"-",-,-,"-","-",-,-,"-",-,"-","-","-","-","-","-","-",0.00,0,-,"-","-",-,"-",-,-,"-","-",-,-,"-",-,-> - 0 - -"#,
        r#"1420230550.000 6 10.0.0.7 TCP_CLIENT_REFRESH_MISS/404 1932 GET http://test_web.com/page2/b.txt - DEFAULT_PARENT/www.xxxxxxx8.com - DEFAULT_CASE_6-AP_Subnet_2-NONE-RFS_Transparent_Proxy_Test-NONE-ExternalDLPolicy-RoutingPolicy &lt;nc,5.0,-,"-",-,-,-,-,"-",-,-,-,"-",-,-,"-","-",-,-,nc,-,"-","-","Unknown","Unknown","-","-",0.63,0,-,"-","-",-,"-",-,-,"-","-"&gt; - "03/Jan/2015:07:09:50 +1100" NONE -"#,
        r#"1420230550.000 245 2001:b8f9:c5c2:f730::2 TCP_DENIED/403 0 GET http://test_web.net/users/user1.jpg Alexei_Romanov NONE/www.xxxxxxx6.com application/x-javascript BLOCK_WEBCAT_245-Allow_All_iDevices-CyberRange_Inside_NoAuth-OMSPolicy-DataSecurityPolicy-DefaultGroup-DIRECT <IW_swup,9.2,-,"-",-,-,-,-,"-",-,-,-,"-",-,-,"-","-",-,-,IW_swup,-,"-","-","Unknown","Unknown","-","-",0.00,0,-,"-","-",-,"-",-,-,"-","-"> -"#,
    ],
};

fn recognise(line: &str) -> Vote {
    let Ok(native) = Native::read(line) else { return Vote::No };
    match native.own_mark() {
        Some(Product::CiscoWsa) => Vote::Own,
        Some(_) => Vote::No,
        None if native.usual_mark() == Some(Product::CiscoWsa) => Vote::Likely,
        None => Vote::Shared,
    }
}

fn parse<'a>(line: &'a str, layout: &mut Layout) -> Parsed<'a> {
    let native = match Native::read(line) {
        Ok(native) => native,
        // `Info: Begin Logfile`, `Info: Version: …`, `Info: Time offset from UTC: …`, `#Fields: …`
        Err(_) if line.starts_with('#') || asyncos::notice(line, layout) => return Parsed::Skip,
        Err(broken) => return broken.into(),
    };
    let connect = matches!(native.method, "CONNECT" | "TCP_CONNECT");
    let inside = !connect && native.url.starts_with("https://");
    if !connect && !inside && matches!(native.status, Some(..500)) {
        return Parsed::Record(native.record());
    }
    let mut record = native.record();
    // `CONNECT tunnel://host:443/` is what the client wrote as `CONNECT host:443`.
    if let Some(authority) = native.url.strip_prefix("tunnel://") {
        record.target = Some(authority.strip_suffix('/').unwrap_or(authority));
    }
    // A transparent tunnel's target is an address; the name is the one that the appliance found in it.
    if native.method == "TCP_CONNECT" && record.attempted {
        record.host = Some(native.server);
    }
    record.tunnel = match native.status {
        Some(200) if connect => tunnel(native.rest),
        _ if inside => Tunnel::Inside,
        _ => Tunnel::Plain,
    };
    record.failure = meaning(native.code, native.status, native.parent());
    Parsed::Record(record)
}

/// What the decision tag says of a tunnel: `DECRYPT_…`, `PASSTHRU_…`.
fn tunnel(rest: &str) -> Tunnel {
    let mut words = rest.split(' ').take(8);
    match words.find(|word| word.starts_with("DECRYPT_") || word.starts_with("PASSTHRU_")) {
        Some(tag) if tag.starts_with("DECRYPT_") => Tunnel::Opened,
        Some(_) => Tunnel::Sealed,
        None => Tunnel::Granted,
    }
}

/// What a result code with its status means; `None` for a request that did not fail.
#[must_use]
pub fn meaning(code: &str, status: Option<u16>, parent: bool) -> Option<Meaning> {
    let code = code.strip_suffix("_SSL").unwrap_or(code);
    let status = status.unwrap_or(0);
    if status != 0 && status < 500 {
        return None;
    }
    Some(match (code, status) {
        ("NONE", 502) => NONE_502,
        ("NONE", 504) => NONE_504,
        (_, 0) => NO_STATUS,
        ("TCP_DENIED" | "FTP_DENIED", _) => DENIED,
        ("NONE", _) => NONE_OTHER,
        _ if code.ends_with("_HIT") => FROM_CACHE,
        _ if parent => FROM_PARENT,
        _ => FROM_ORIGIN,
    })
}

const NONE_502: Meaning = Meaning::is(
    Likely,
    &[&[TcpSynUnanswered, ReturnPath]],
    GeneratedBy::Gateway,
    "the appliance made this answer itself (NONE); a Cisco WSA says 502 where its SYN got no SYN/ACK",
);

const NONE_504: Meaning = Meaning::open(
    &[&[TcpSynReset, ResponseReset, TlsReset], phase::RESOLVE, &[ResponseTimeout], phase::SEND, phase::WAIT],
    GeneratedBy::Gateway,
    "the appliance made this answer itself (NONE); a Cisco WSA says 504 for a RST on its upstream connection, for DNS or \
     another service that it needs first, and for a request without a response, and this line does not say which",
);

const NONE_OTHER: Meaning = Meaning::open(
    &[
        &[NoAttempt, RequiredService, ProxyOverload],
        phase::RESOLVE,
        phase::CONNECT,
        phase::SECURE,
        phase::SEND,
        phase::WAIT,
        phase::RECEIVE,
    ],
    GeneratedBy::Gateway,
    "the appliance made this answer itself (NONE); which failures it answers with this status is not documented",
);

const NO_STATUS: Meaning = Meaning::open(
    &[&[ClientAbort], phase::SEND, phase::WAIT, phase::RECEIVE],
    GeneratedBy::Unknown,
    "no status was sent to the client; the line does not say who gave up",
);

const DENIED: Meaning = Meaning::is(
    Likely,
    &[&[PolicyDenied, RequiredService]],
    GeneratedBy::Gateway,
    "the appliance refused the request (TCP_DENIED)",
);

const FROM_ORIGIN: Meaning = Meaning::is(
    Likely,
    &[&[OriginError]],
    GeneratedBy::Origin,
    "the answer was fetched, not made by the appliance (NONE would say that): the server itself sent this status",
);

const FROM_PARENT: Meaning = Meaning::is(
    Likely,
    &[&[ParentProxyError]],
    GeneratedBy::ParentProxy,
    "the answer was fetched through the upstream proxy that the line names: that proxy, or a server behind it, sent this \
     status",
);

const FROM_CACHE: Meaning = Meaning::is(
    Likely,
    &[&[OriginError]],
    GeneratedBy::Origin,
    "the answer came from the cache: a server sent this status earlier",
);
