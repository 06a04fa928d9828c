//! Symantec (Blue Coat) ProxySG, Edge SWG: the access log as `name=value`, as sites write it for Splunk and syslog. The names
//! are those of the ELFF columns; what they mean stands in [`super::proxysg_words`].

use super::elff::{Names, Values, column};
use super::kv::Pairs;
use super::{Clock, Column, Layout, LogFormat, Parsed, Vote, proxysg_words, times};
use crate::products::Id as Product;
use crate::time::Timestamp;

/// See the module.
pub static FORMAT: LogFormat = LogFormat {
    id: "proxysg-kv",
    title: "Symantec ProxySG / Edge SWG access log (name=value)",
    product: Some(Product::Proxysg),
    docs: "Broadcom knowledge base 168187 and 280074 (the names of the fields)",
    recognise,
    parse,
    clock: Clock::Known,
    missing: super::proxysg::MISSING,
    samples: &[
        r#"<134>1 2019-08-21T17:42:08.000Z proxy1 bluecoat[0]: SPLV5.1 c-ip=192.0.0.6 cs-bytes=6269 cs-categories="unavailable" cs-host=gg.hhh.iii.com cs-ip=192.0.0.6 cs-method=GET cs-uri-path=/Sample/abc-xyz-01 cs-uri-port=8000 cs-uri-scheme=http cs-User-Agent="ocspd/1.0.3" cs-username=user4 clientduration=0 rs-status=0 s-action=TCP_HIT s-ip=10.0.0.6 serveripservice.name="Explicit HTTP" service.group="Standard" s-supplier-ip=10.0.0.6 s-supplier-name=gg.hhh.iii.com sc-bytes=9469 sc-filter-result=OBSERVED sc-status=200 time-taken=20 x-bluecoat-appliance-name="10.0.0.6-sample_logs" x-bluecoat-transaction-uuid=35d24c931c0erecta-0003000012161a77e70-00042100041002145cc859ed c-url="http://randomserver:8000/en-US/app/examples/""#,
        r#"2026-03-10T12:45:10proxy1.example.com bluecoat - splunk_format - c-ip=10.20.0.50 rs-Content-Type="-"  cs-auth-groups=- cs-bytes=0 cs-categories="Business" cs-host=www.example.com cs-method=unknown cs-uri-port=443 cs-uri-scheme="ssl" cs-username=testUser dnslookup-time=0 rs-status=0 s-action=TCP_ERR_MISS s-ip=192.0.2.2 s-supplier-ip=- sc-bytes=0 sc-filter-result=OBSERVED sc-status=503 time-taken=300105 x-exception-id=tcp_error c-url="ssl://www.example.com:443/" r-ip=192.0.2.10 x-cookie-date=Tue,%2010-Mar-26%2012:45:10%20GMT x-exception-last-error="Operation timed out" x-icap-error-code=- cs-uri-path=/ cs-uri-query="-""#,
    ],
};

fn recognise(line: &str) -> Vote {
    let has = |key: &[u8]| memchr::memmem::find(line.as_bytes(), key).is_some();
    if has(b" s-action=") && has(b"c-ip=") && has(b" sc-status=") { Vote::Own } else { Vote::No }
}

fn parse<'a>(line: &'a str, layout: &mut Layout) -> Parsed<'a> {
    if recognise(line) == Vote::No {
        return Parsed::Bad { at: 0, field: "s-action, c-ip and sc-status" };
    }
    let mut values = Values::default();
    let mut cookie = None;
    for (name, value) in Pairs::new(line) {
        if name == "x-cookie-date" {
            cookie = cookie_date(value);
            continue;
        }
        match column(name, Names::ProxySg) {
            Column::Other => {}
            column => {
                if let Err(field) = values.set(column, value) {
                    return Parsed::Bad { at: 0, field };
                }
            }
        }
    }
    let time = values.time.or_else(|| values.dated()).or(cookie).or(layout.received).or_else(|| header(line));
    let Some(time) = time else { return Parsed::Bad { at: 0, field: "time" } };
    values.time = Some(time);
    Parsed::Record(proxysg_words::record(&values))
}

/// `Tue,%2010-Mar-26%2012:45:10%20GMT`
fn cookie_date(text: &str) -> Option<Timestamp> {
    let (_, rest) = text.split_once(",%20")?;
    let (date, rest) = rest.split_once("%20")?;
    times::day_month_year(date, rest.strip_suffix("%20GMT")?)
}

/// A time before the pairs, whatever is glued to it: `2026-03-10T12:45:10proxy1`.
fn header(line: &str) -> Option<Timestamp> {
    let before = line.get(..line.find('=')?)?;
    let words = before.split(' ').take(4);
    words.into_iter().find_map(|word| {
        Timestamp::parse_rfc3339(word).or_else(|| {
            let (date, clock) = word.get(..19)?.split_once('T')?;
            times::civil_parts(date, clock)
        })
    })
}
