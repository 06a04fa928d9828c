//! nginx: access logs that tell of the upstream: `combined` with `$upstream_*` fields, and ingress-nginx's default.
//!
//! Layouts after the user agent that are read: `$upstream_addr $upstream_status $upstream_connect_time
//! $upstream_header_time $upstream_response_time $request_time` (quoted or not); the same with names (`rt= uaddr= ustat=
//! uct= uht= urt=`, also long ones); ingress-nginx's `upstreaminfo`; and address and status side by side among times, in
//! any order, of which nothing but the longest time is taken. `$http_x_forwarded_for` may stand before each of them.

use super::common::{Common, last_of, last_server, token};
use super::fields::{Fields, halves, is_dash, number, status};
use super::nginx_upstream::{Upstream, meaning};
use super::{Clock, Layout, LogFormat, Parsed, Record, Vote};
use crate::products::Id as Product;
use crate::time::{MILLISECOND, Span};

/// See the module.
pub static FORMAT: LogFormat = LogFormat {
    id: "nginx",
    title: "nginx access log with upstream fields",
    product: Some(Product::Nginx),
    docs: "nginx, ngx_http_upstream_module, embedded variables; ingress-nginx, log format",
    recognise,
    parse,
    clock: Clock::Known,
    missing: "The access log of nginx does not say how an attempt ended: the error log of the same time does. \
              $upstream_connect_time and $upstream_header_time show how far it came.",
    samples: &[
        r#"192.0.2.7 - - [10/Mar/2026:08:00:01 +0000] "GET /a HTTP/1.1" 504 167 "-" "curl/8.5" 192.0.2.10:8080 504 - - 60.001 60.001"#,
        r#"192.0.2.7 - - [10/Mar/2026:08:00:01 +0000] "GET /a HTTP/1.1" 200 504 "-" "curl/8.5" "192.0.2.10:8080, 192.0.2.11:8080" "502, 200" "-, 0.001" "-, 0.502" "0.000, 0.504" "0.504""#,
        r#"192.0.2.7 - - [10/Mar/2026:08:00:01 +0000] "GET /a HTTP/1.1" 502 157 "-" "curl/8.5" rt=0.001 uaddr="192.0.2.10:8080" ustat="502" uct="-" uht="-" urt="0.001""#,
        r#"192.0.2.7 - - [10/Mar/2026:08:00:01 +0000] "GET /a HTTP/1.1" 502 157 "-" "curl/8.5" "198.51.100.4" 0.002 0.002 192.0.2.10:8080 502"#,
        r#"192.168.64.1 - - [07/Feb/2020:11:48:51 +0000] "POST /products HTTP/1.1" 200 59 "-" "curl/7.54.0" 89 0.001 [default-web-8080] [] 172.17.0.5:8080 59 0.000 200 529a007902362a5f51385a5fa7049884"#,
        r#"192.168.64.1 - - [07/Feb/2020:11:48:51 +0000] "GET /products HTTP/1.1" 504 160 "-" "curl/7.54.0" 89 15.002 [default-web-8080] [] 172.17.0.5:8080, 172.17.0.5:8080, 172.17.0.5:8080 0, 0, 0 5.001, 5.000, 5.001 504, 504, 504 529a007902362a5f51385a5fa7049884"#,
    ],
};

fn recognise(line: &str) -> Vote {
    match Common::read(line) {
        Ok(common) if common.combined && upstream(common.rest).is_some() => Vote::Own,
        _ => Vote::No,
    }
}

fn parse<'a>(line: &'a str, _: &mut Layout) -> Parsed<'a> {
    let common = match Common::read(line) {
        Ok(common) => common,
        Err((at, field)) => return Parsed::Bad { at, field },
    };
    let Some(found) = upstream(common.rest) else {
        return common.parsed(super::combined::meaning(common.status));
    };
    let server = last_server(found.addr);
    Parsed::Record(Record {
        elapsed: found.elapsed,
        attempted: server.is_some(),
        upstream: server,
        token: token(common.status),
        failure: if common.healthy() { None } else { meaning(common.status, &found) },
        ..common.record()
    })
}

/// The upstream fields, in any of the three layouts; `None` where there are none.
fn upstream(rest: &str) -> Option<Upstream<'_>> {
    if rest.is_empty() {
        return None;
    }
    let layouts = |rest| named(rest).or_else(|| ingress(rest)).or_else(|| in_order(rest));
    layouts(rest).or_else(|| layouts(behind_forwarded(rest)?)).or_else(|| side_by_side(rest))
}

/// What stands behind `"$http_x_forwarded_for"`.
fn behind_forwarded(rest: &str) -> Option<&str> {
    if !rest.starts_with('"') {
        return None;
    }
    let mut fields = Fields::new(rest, 0);
    let forwarded = fields.quoted()?;
    let addresses = forwarded.split(", ").all(|part| is_dash(part) || super::fields::address(part).is_some());
    Some(fields.rest()).filter(|rest| addresses && !rest.is_empty())
}

/// `addr status` or `status addr`, with times and words around them.
fn side_by_side(rest: &str) -> Option<Upstream<'_>> {
    let mut fields = Fields::new(rest, 0);
    let (mut before, mut pair, mut elapsed) = ("", None, None);
    while let Some(value) = values_of(&mut fields) {
        let tried = |text: &str| last_of(text).contains(':') && last_server(text).is_some() || text.contains("unix:");
        let code = |text: &str| statuses(text).flatten().is_some_and(|code| (100..600).contains(&code));
        if pair.is_none() && !before.is_empty() {
            pair = match () {
                () if code(value) && tried(before) => Some((before, value)),
                () if code(before) && tried(value) => Some((value, before)),
                () => None,
            };
        }
        elapsed = elapsed.max(seconds(last_of(value)));
        before = value;
    }
    let (addr, state) = pair?;
    Some(Upstream { addr, status: statuses(state)?, elapsed, ..Upstream::default() })
}

/// `name="value"`, in any order.
fn named(rest: &str) -> Option<Upstream<'_>> {
    let mut found = Upstream::default();
    let mut fields = Fields::new(rest, 0);
    let (mut addr, mut state) = (None, None);
    while let Some((name, value)) = pair(&mut fields)? {
        match name {
            "rt" | "request_time" => found.elapsed = seconds(value),
            "ua" | "uaddr" | "upstream" | "upstream_addr" => addr = list(value).then_some(value),
            "us" | "ustat" | "ustatus" | "upstream_status" => state = statuses(value),
            "uct" | "ct" | "upstream_connect_time" => found.connected = Some(has_time(value)),
            "uht" | "ht" | "upstream_header_time" => found.answered = Some(has_time(value)),
            _ => {}
        }
    }
    (found.addr, found.status) = (addr?, state.unwrap_or_default());
    (state.is_some() || found.connected.is_some() || found.answered.is_some()).then_some(found)
}

/// The next `name=value`; `Some(None)` at the end, `None` where something else stands.
#[allow(clippy::option_option, reason = "the end is no failure")]
fn pair<'a>(fields: &mut Fields<'a>) -> Option<Option<(&'a str, &'a str)>> {
    let rest = fields.rest();
    if rest.is_empty() {
        return Some(None);
    }
    // The first byte that is of no name: most lines have none, and are not looked through for one.
    let end = rest.bytes().position(|b| !(b.is_ascii_alphanumeric() || b == b'_'))?;
    let name = rest.get(..end).filter(|name| !name.is_empty() && rest.as_bytes().get(end) == Some(&b'='))?;
    let mut value = Fields::new(rest, name.len() + 1);
    let text = value.quoted().unwrap_or_default();
    // Lists are not always quoted: `ua=10.0.0.1:80, 10.0.0.2:80`.
    let mut end = rest.len() - value.rest().len();
    while rest.get(..end).is_some_and(|text| text.trim_end().ends_with(',')) && value.bare().is_some() {
        end = rest.len() - value.rest().len();
    }
    let text = if text.ends_with(',') { rest.get(name.len() + 1..end).unwrap_or(text).trim_end() } else { text };
    *fields = Fields::new(rest, end);
    Some(Some((name, text)))
}

/// `addr status connect header response request`.
fn in_order(rest: &str) -> Option<Upstream<'_>> {
    // Six values have five blanks between them: most lines of other layouts have fewer.
    if rest.bytes().filter(|b| matches!(b, b' ' | b'\t')).count() < 5 {
        return None;
    }
    let mut values = [""; 6];
    let mut fields = Fields::new(rest, 0);
    for value in &mut values {
        *value = values_of(&mut fields)?;
    }
    let [addr, state, connect, header, response, request] = values;
    let times = [connect, header, response, request].into_iter().all(times_only);
    if !times || !list(addr) {
        return None;
    }
    Some(Upstream {
        addr,
        status: statuses(state)?,
        connected: Some(has_time(connect)),
        answered: Some(has_time(header)),
        length: None,
        elapsed: seconds(request),
    })
}

/// `length time [service] [alternative] addr length time status id`.
fn ingress(rest: &str) -> Option<Upstream<'_>> {
    let mut fields = Fields::new(rest, 0);
    fields.bare().and_then(number)?;
    let elapsed = seconds(fields.bare()?)?;
    let braces = (0..2).all(|_| {
        let at = fields.at();
        rest.as_bytes().get(at) == Some(&b'[') && fields.quoted().is_some()
    });
    if !braces {
        return None;
    }
    let (addr, length) = (values_of(&mut fields)?, values_of(&mut fields)?);
    times_only(values_of(&mut fields)?).then_some(())?;
    let state = statuses(values_of(&mut fields)?)?;
    let length = last_of(length);
    list(addr).then_some(Upstream {
        addr,
        status: state,
        connected: None,
        answered: None,
        length: number(length),
        elapsed: Some(elapsed),
    })
}

/// One field: quoted, or a list whose elements end in `,` or are joined by ` : `.
fn values_of<'a>(fields: &mut Fields<'a>) -> Option<&'a str> {
    let whole = fields.rest();
    if whole.starts_with('"') {
        return fields.quoted();
    }
    let mut end = 0;
    while let Some(token) = fields.bare() {
        end = token.as_ptr() as usize - whole.as_ptr() as usize + token.len();
        let goes_on = token.ends_with(',') || token == ":" || fields.rest().starts_with(": ");
        if !goes_on {
            break;
        }
    }
    whole.get(..end).filter(|text| !text.is_empty())
}

/// A list of addresses, socket files or a group's name.
fn list(text: &str) -> bool {
    is_dash(text) || text.bytes().any(|b| b.is_ascii_alphabetic()) && !text.contains('=') || last_server(text).is_some()
}

/// The last status of a list; `Some(None)` is a dash.
#[allow(clippy::option_option, reason = "a dash is a value")]
fn statuses(text: &str) -> Option<Option<u16>> {
    let last = last_of(text);
    if is_dash(last) { Some(None) } else { status(last) }
}

fn times_only(text: &str) -> bool {
    is_dash(text)
        || seconds(text).is_some()
        || text
            .split([',', ' ', ':'])
            .filter(|part| !part.is_empty())
            .all(|part| is_dash(part) || seconds(part).is_some())
}

/// The last time of a list is there.
fn has_time(text: &str) -> bool {
    seconds(last_of(text)).is_some()
}

/// `0.502`
fn seconds(text: &str) -> Option<Span> {
    let (whole, fraction) = halves(text, b'.').filter(|(_, fraction)| fraction.len() == 3)?;
    let milliseconds = number(whole)?.checked_mul(1000)?.checked_add(number(fraction)?)?;
    i64::try_from(milliseconds).ok()?.checked_mul(MILLISECOND).map(Span)
}
