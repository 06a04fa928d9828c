//! A line's named fields → a record, by the product's own tables.

use core::net::SocketAddr;

use super::super::fields::{address, clf_time, epoch, host_port, is_dash, number, status, target};
use super::super::native::is_parent;
use super::super::{
    Parsed, Record, Sent, Tunnel, combined, common, envoy_flags, haproxy_states, nginx_upstream, squid_words, times,
};
use super::words::Word;
use super::{Kind, Values, wsa};
use crate::time::{Span, Timestamp};

type Broken = (usize, &'static str);

/// The record of a line.
pub fn record<'a>(kind: Kind, values: &Values<'a>) -> Result<Parsed<'a>, Broken> {
    let time = time(values).ok_or((0, "time"))?;
    let code = match values.raw(Word::Status) {
        None | Some("-" | "-1" | "0" | "") => None,
        Some(text) => status(text).ok_or((0, "status"))?,
    };
    let mut words = values.get(Word::Request).unwrap_or_default().split(' ').filter(|word| !word.is_empty());
    let (first, second) = (words.next(), words.next());
    let method = values.get(Word::Method).or(first.filter(|_| second.is_some()));
    let wanted = values.get(Word::Target).or(second).or(first);
    let connect = method == Some("CONNECT");
    if method.is_none() && wanted.is_none() && code.is_none() && kind != Kind::Haproxy {
        return Ok(Parsed::NoRequest(time));
    }
    let elapsed = elapsed(values);
    let server = server(values);
    let place = wanted.and_then(target).unwrap_or_default();
    let named = values.get(Word::Host).and_then(target).unwrap_or_default();
    let host = if place.host.is_empty() { named.host } else { place.host };
    let forwarded =
        values.get(Word::Forwarded).and_then(|list| list.split(',').next()).and_then(|one| address(one.trim()));
    let client = values.get(Word::Client).and_then(|text| host_port(text).map(|(ip, _)| ip));
    let mut record = Record {
        time,
        begun: matches!(kind, Kind::Haproxy | Kind::Apache | Kind::Envoy),
        elapsed,
        client: forwarded.or(client),
        method,
        target: wanted,
        host: Some(host).filter(|host| !host.is_empty()),
        port: place.port.or(named.port),
        status: code,
        attempted: server.is_some(),
        upstream: server,
        pool: values.get(Word::Backend).unwrap_or_default(),
        server: if server.is_none() { values.get(Word::ServerName).unwrap_or_default() } else { "" },
        agent: values.get(Word::Agent).unwrap_or_default(),
        sent: sent(values),
        tunnel: if connect && code == Some(200) { Tunnel::Granted } else { Tunnel::Plain },
        token: common::token(code),
        ..Record::default()
    };
    match kind {
        Kind::Nginx => nginx(values, code, elapsed, &mut record),
        Kind::Squid => squid(values, &mut record),
        Kind::Haproxy => haproxy(values, code, &mut record)?,
        Kind::Envoy => envoy(values, code, &mut record),
        Kind::Wsa => record = wsa::record(values, record),
        Kind::Apache | Kind::Elff => record.failure = combined::meaning(code),
    }
    Ok(Parsed::Record(record))
}

fn nginx<'a>(values: &Values<'a>, code: Option<u16>, elapsed: Option<Span>, record: &mut Record<'a>) {
    let timed = |word| values.raw(word).map(|list| common::last_of(list).parse::<f64>().is_ok());
    record.failure = match values.raw(Word::Server) {
        Some(addr) => nginx_upstream::meaning(
            code,
            &nginx_upstream::Upstream {
                addr,
                status: values.get(Word::UpstreamStatus).and_then(|list| status(common::last_of(list))).flatten(),
                connected: timed(Word::UpstreamConnect),
                answered: timed(Word::UpstreamHeader),
                length: values.get(Word::UpstreamLength).and_then(|list| number(common::last_of(list))),
                elapsed,
            },
        ),
        None => combined::meaning(code),
    };
}

fn squid<'a>(values: &Values<'a>, record: &mut Record<'a>) {
    let Some(code) = values.get(Word::ResultCode) else {
        record.failure = combined::meaning(record.status);
        return;
    };
    let hierarchy = values.get(Word::Hierarchy).unwrap_or_default();
    record.attempted = squid_words::contacted(hierarchy);
    record.parent = record.attempted && is_parent(hierarchy);
    record.upstream = record.upstream.filter(|_| record.attempted && !record.parent);
    record.token = code;
    let error = values
        .raw(Word::ErrorCode)
        .map(|error| error.split_once('/').unwrap_or((error, values.raw(Word::ErrorDetail).unwrap_or("-"))));
    let mime = values.get(Word::Mime).unwrap_or_default();
    squid_words::tell(record, &squid_words::Line { code, hierarchy, mime, error });
}

fn haproxy<'a>(values: &Values<'a>, code: Option<u16>, record: &mut Record<'a>) -> Result<(), Broken> {
    let Some(word) = values.raw(Word::State) else {
        record.failure = combined::meaning(code);
        return Ok(());
    };
    let state = word.as_bytes().first_chunk().copied().ok_or((0, "termination state"))?;
    let timer = |word| match values.raw(word) {
        Some(text) => match text.strip_prefix('-') {
            Some(_) => -1,
            None => number(text.trim_start_matches('+')).and_then(|n| i64::try_from(n).ok()).unwrap_or(-1),
        },
        // Not logged: nothing says that it was not reached.
        None => 0,
    };
    let server =
        values.raw(Word::ServerName).map_or(record.upstream.is_some(), |name| name != "<NOSRV>" && !is_dash(name));
    record.attempted = server;
    record.failure = haproxy_states::meaning(&haproxy_states::Session {
        state,
        status: code,
        server,
        connect: timer(Word::ConnectTime),
        response: timer(Word::ResponseTime),
        ..haproxy_states::Session::default()
    });
    record.cut = state.last() == Some(&b'D');
    record.token = word;
    Ok(())
}

fn envoy<'a>(values: &Values<'a>, code: Option<u16>, record: &mut Record<'a>) {
    let said = envoy_flags::Said {
        status: code,
        flags: values.raw(Word::Flags).unwrap_or("-"),
        details: values.get(Word::Details).unwrap_or_default(),
        reason: values.get(Word::Reason).unwrap_or_default(),
        answered: values.get(Word::ServiceTime).is_some(),
        server: values.get(Word::Server).is_some(),
    };
    record.failure = envoy_flags::meaning(&said);
    record.cut = record.failure.is_some() && code.is_some_and(|status| status < 500);
    record.token = if is_dash(said.flags) { common::token(code) } else { said.flags };
}

fn time(values: &Values<'_>) -> Option<Timestamp> {
    if let Some(text) = values.get(Word::Clf) {
        return clf_time(text.trim_start_matches('[').trim_end_matches(']'));
    }
    if let Some(text) = values.get(Word::Iso) {
        return Timestamp::parse_rfc3339(text.trim_start_matches('[').trim_end_matches(']'));
    }
    if let Some(text) = values.get(Word::Accepted) {
        return times::haproxy(text.trim_start_matches('[').trim_end_matches(']'));
    }
    let text = values.get(Word::Epoch)?;
    if text.contains('.') {
        return epoch(text);
    }
    let fraction = values.get(Word::Fraction).and_then(number).unwrap_or(0).min(999);
    let seconds = i64::try_from(number(text)?).ok().filter(|seconds| *seconds < 1 << 34)?;
    Some(Timestamp::from_parts(seconds, i64::try_from(fraction).ok()? * crate::time::MILLISECOND))
}

fn elapsed(values: &Values<'_>) -> Option<Span> {
    let whole = |word| {
        values.get(word).and_then(|text| number(text.trim_start_matches('+'))).and_then(|n| i64::try_from(n).ok())
    };
    if let Some(milliseconds) = whole(Word::Milliseconds) {
        return milliseconds.checked_mul(crate::time::MILLISECOND).map(Span);
    }
    if let Some(microseconds) = whole(Word::Microseconds) {
        return microseconds.checked_mul(1000).map(Span);
    }
    let text = values.get(Word::Seconds)?;
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, ""));
    let nanoseconds = fraction
        .bytes()
        .chain(core::iter::repeat(b'0'))
        .take(9)
        .try_fold(0_i64, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + i64::from(digit - b'0')))?;
    i64::try_from(number(seconds)?).ok()?.checked_mul(1_000_000_000)?.checked_add(nanoseconds).map(Span)
}

fn sent(values: &Values<'_>) -> Sent {
    let of = |word| values.raw(word).map(|text| number(text.trim_start_matches('+')).unwrap_or(0));
    of(Word::BodySent).map(Sent::Body).or(of(Word::AllSent).map(Sent::Whole)).unwrap_or_default()
}

/// Whom the gateway tried last.
fn server(values: &Values<'_>) -> Option<SocketAddr> {
    let last = common::last_of(values.get(Word::Server)?);
    let (ip, port) = host_port(last.trim_start_matches("tcp://"))?;
    let port = port.or_else(|| values.get(Word::ServerPort).and_then(|text| text.parse().ok()))?;
    Some(SocketAddr::new(ip, port))
}
