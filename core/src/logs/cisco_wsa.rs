//! Cisco Secure Web Appliance (WSA, IronPort): the access log in its Squid-style layout, all releases,
//! with custom fields before and behind the decision tag. What its words mean stands in [`super::cisco_wsa_words`].
//!
//! Fields that say where the time went are read where they are labelled, and where a format string names them: one that
//! stands at the top of the log, or that was pasted.

use super::cisco_wsa_words::{Times, Transaction, labelled, upstream};
use super::native::Native;
use super::{Clock, Custom, Layout, LogFormat, Parsed, Vote, asyncos};
use crate::products::Id as Product;
use crate::protocols::http1::is_server_error;

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
        Err(broken) => {
            // The top of a log says how its lines are written.
            if let Some(custom) = Custom::announced(line) {
                layout.custom = Some(custom);
                return Parsed::Skip;
            }
            // `Info: Begin Logfile`, `Info: Version: …`, `Info: Time offset from UTC: …`
            if line.starts_with('#') || asyncos::notice(line, layout) {
                return Parsed::Skip;
            }
            match (&layout.custom, Native::cut(line)) {
                // Another style of the log.
                (Some(custom), None) if custom.whole() => return custom.line(line),
                (_, Some(cut)) => cut,
                _ => return broken.into(),
            }
        }
    };
    if let (Some(custom), None) = (&layout.custom, layout.between) {
        layout.between = custom.between(native.rest);
    }
    let mut transaction = Transaction {
        code: native.code,
        status: native.status,
        method: native.method,
        url: native.url,
        hierarchy: native.hierarchy,
        server: native.server,
        tag: native.rest,
        elapsed: Some(native.elapsed),
        times: Times::default(),
    };
    let mut record = native.record();
    if transaction.plain() {
        return Parsed::Record(record);
    }
    if transaction.status.is_none_or(is_server_error) {
        let mut server = (None, None);
        labelled(native.rest, &mut transaction.times, &mut server);
        if let Some(custom) = &layout.custom {
            custom.behind(native.rest, layout.between, &mut transaction.times, &mut server);
        }
        if record.attempted && !record.parent {
            record.upstream = record.upstream.or(upstream(server, record.port));
        }
    }
    Parsed::Record(transaction.record(record))
}
