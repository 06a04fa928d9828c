//! Traefik: its own log at level DEBUG, which holds Go's error of each failed request: version 3's console lines
//! (`… DBG …/proxy.go:121 > 502 Bad Gateway error="…"`), version 2's logfmt (`msg="'502 Bad Gateway' caused by: …"`) and
//! version 3's JSON.
//!
//! The lines name neither client nor request; the access log of the same time does. All else that Traefik says is passed
//! over.

use super::fields::number;
use super::{Clock, Layout, LogFormat, Parsed, Record, Vote, go_errors, json};
use crate::products::Id as Product;
use crate::time::Timestamp;

/// See the module.
pub static FORMAT: LogFormat = LogFormat {
    id: "traefik-error",
    title: "Traefik log",
    product: Some(Product::Traefik),
    docs: "Traefik, pkg/proxy/httputil/proxy.go (ErrorHandler); Logs",
    recognise,
    parse,
    clock: Clock::Known,
    missing: "Traefik's log names the error of a try and not the request: the access log of the same time has it. Where the \
              retry middleware is used, another try may have made up for it.",
    samples: &[
        r#"2025-08-14T03:55:08Z DBG github.com/traefik/traefik/v3/pkg/proxy/httputil/proxy.go:121 > 502 Bad Gateway error="dial tcp 192.0.2.36:8080: connect: connection refused""#,
        r#"traefik-1 | 2025-08-14T03:55:10Z DBG github.com/traefik/traefik/v3/pkg/server/service/loadbalancer/wrr/wrr.go:175 > Service selected by WRR: http://192.0.2.24:8081"#,
        r#"time="2021-12-08T09:16:05Z" level=debug msg="'502 Bad Gateway' caused by: dial tcp 192.0.2.36:8080: connect: connection refused""#,
        r#"{"level":"debug","error":"dial tcp 192.0.2.36:8080: i/o timeout","time":"2025-08-14T03:55:08Z","caller":"github.com/traefik/traefik/v3/pkg/proxy/httputil/proxy.go:121","message":"504 Gateway Timeout"}"#,
    ],
};

/// What a line says, if it is Traefik's.
struct Found<'a> {
    time: Timestamp,
    /// Status and error of a request that failed.
    failed: Option<(u16, &'a str)>,
}

fn read(line: &str) -> Option<Found<'_>> {
    match line.as_bytes().first()? {
        b'{' => object(line),
        b't' => logfmt(line),
        _ => console(line),
    }
}

fn console(line: &str) -> Option<Found<'_>> {
    let (time, rest) = line.split_once(' ')?;
    let (level, rest) = rest.split_once(' ')?;
    let known = matches!(level, "TRC" | "DBG" | "INF" | "WRN" | "ERR" | "FTL");
    let time = Timestamp::parse_rfc3339(time).filter(|_| known)?;
    let (place, message) = rest.split_once("> ")?;
    if !(place.is_empty() || place.contains(".go:")) {
        return None;
    }
    let (status, rest) = message.split_once(" error=").unwrap_or((message, ""));
    let error = rest.strip_prefix('"').and_then(|rest| rest.split_once('"')).map_or(rest, |(error, _)| error);
    let error = if error == rest { error.split(' ').next().unwrap_or_default() } else { error };
    Some(Found { time, failed: code(status).zip(Some(error).filter(|error| !error.is_empty())) })
}

fn logfmt(line: &str) -> Option<Found<'_>> {
    let (time, rest) = line.strip_prefix("time=\"")?.split_once("\" level=")?;
    let message = rest.split_once(" msg=").map_or("", |(_, message)| message).trim_matches('"');
    let failed = message.strip_prefix('\'').and_then(|rest| rest.split_once("' caused by: "));
    let failed = failed.and_then(|(status, error)| Some((code(status)?, error.trim_end_matches('"'))));
    Some(Found { time: Timestamp::parse_rfc3339(time)?, failed })
}

fn object(line: &str) -> Option<Found<'_>> {
    let (mut time, mut message, mut error, mut caller) = ("", "", "", false);
    let whole = json::scan(line, &mut |around, name, value| match (around, name) {
        ("", "time") => time = value,
        ("", "message") => message = value,
        ("", "error") => error = value,
        ("", "caller") => caller = value.contains("traefik"),
        _ => {}
    });
    let time = Timestamp::parse_rfc3339(time).filter(|_| whole)?;
    let failed = code(message).zip(Some(error).filter(|error| !error.is_empty()));
    (caller || failed.is_some()).then_some(Found { time, failed })
}

/// `502 Bad Gateway`
fn code(text: &str) -> Option<u16> {
    let (code, name) = text.split_once(' ')?;
    let code = number(code).and_then(|code| u16::try_from(code).ok())?;
    let known = matches!(name, "Bad Gateway" | "Gateway Timeout" | "Internal Server Error" | "Client Closed Request");
    (known && (499..600).contains(&code)).then_some(code)
}

fn recognise(line: &str) -> Vote {
    match read(line) {
        Some(Found { failed: Some(_), .. }) => Vote::Own,
        // Other programs in Go log in the same way.
        Some(_) => Vote::Shared,
        None => Vote::No,
    }
}

fn parse<'a>(line: &'a str, _: &mut Layout) -> Parsed<'a> {
    let Some(Found { time, failed }) = read(line) else { return Parsed::Bad { at: 0, field: "time and level" } };
    let Some((status, error)) = failed else { return Parsed::Skip };
    let failure = go_errors::meaning(error).or_else(|| super::traefik::meaning(Some(status), false, None));
    let upstream = go_errors::server(error);
    Parsed::Record(Record {
        time,
        status: Some(status),
        attempted: upstream.is_some(),
        upstream,
        token: error,
        failure,
        ..Record::default()
    })
}
