//! W3C extended logs of no known product: IIS (with and without ARR), HTTP.sys, and whatever names `sc-status` in its
//! `#Fields:` line. What fails behind IIS's ARR shows in `sc-win32-status`.

use super::common::token;
use super::elff;
use super::meaning::{Meaning, phase};
use super::{Clock, Layout, LogFormat, Parsed, Record, Tunnel, Vote};
use crate::categories::Id::*;
use crate::report::GeneratedBy::Gateway;

/// See the module.
pub static FORMAT: LogFormat = LogFormat {
    id: "w3c",
    title: "W3C extended log",
    product: None,
    docs: "W3C working draft WD-logfile; Microsoft, W3C Logging",
    recognise,
    parse,
    clock: Clock::Known,
    missing: "These columns do not name the cause: sc-substatus, sc-win32-status and time-taken would say more (IIS), and on \
              ARR Failed Request Tracing.",
    samples: &[
        "#Software: Microsoft Internet Information Services 10.0\n#Version: 1.0\n#Date: 2026-03-10 08:00:00\n#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) cs-host sc-status sc-substatus sc-win32-status sc-bytes time-taken\n2026-03-10 08:00:01 192.0.2.5 GET /a x=502 443 - 10.20.0.50 curl/8.5 - www.example.com 502 3 12002 504 30012",
        "#Fields: date time c-ip c-port s-ip s-port cs-version cs-method cs-uri sc-status s-siteid s-reason s-queuename\n2026-03-10 08:00:01 10.20.0.50 50200 192.0.2.5 80 - - - - - Timer_ConnectionIdle -",
    ],
};

fn recognise(line: &str) -> Vote {
    if line.starts_with('#') {
        let others = ["x-exception-id", "s-action", "x-resultcode-httpstatus"].iter().any(|name| elff::has(line, name));
        return if !others && elff::has(line, "sc-status") { Vote::Header } else { Vote::No };
    }
    if elff::dated(line) { Vote::Follows } else { Vote::No }
}

fn parse<'a>(line: &'a str, layout: &mut Layout) -> Parsed<'a> {
    if line.starts_with('#') {
        elff::learn(line, layout);
        return Parsed::Skip;
    }
    let values = match elff::read(line, &layout.columns) {
        Ok(values) => values,
        Err((at, field)) => return Parsed::Bad { at, field },
    };
    let record = values.record();
    let Some(code) = values.status else { return Parsed::NoRequest(record.time) };
    let failure = match code {
        Some(500..) => by_win32(values.win32).or_else(|| super::combined::meaning(code)),
        _ => None,
    };
    let connect = values.method == "CONNECT";
    let tunnel = if failure.is_none() && connect && code == Some(200) { Tunnel::Granted } else { Tunnel::Plain };
    Parsed::Record(Record { tunnel, token: token(code), failure, ..record })
}

/// WinHTTP's error, as a number of its own or inside an HRESULT, signed or not.
fn by_win32(text: &str) -> Option<Meaning> {
    let number: i64 = text.parse().ok()?;
    let unsigned = u32::try_from(number).or_else(|_| i32::try_from(number).map(i32::cast_unsigned)).ok()?;
    let code = if unsigned >> 16 == 0x8007 { unsigned & 0xFFFF } else { unsigned };
    Some(match code {
        12002 => TIMED_OUT,
        12007 => UNRESOLVED,
        12029 => NOT_CONNECTED,
        12030 | 12031 => ENDED,
        12152 => INVALID,
        12175 => TLS,
        _ => return None,
    })
}

const TIMED_OUT: Meaning = Meaning::open(
    &[&[ResponseTimeout, TcpSynUnanswered, ReturnPath, TlsNoResponse, RequestUnacked, PmtuBlackhole]],
    Gateway,
    "a timeout towards the server ran out (WinHTTP 12002); the line does not say in which phase",
);
const UNRESOLVED: Meaning =
    Meaning::open(&[phase::RESOLVE], Gateway, "the server's name could not be resolved (WinHTTP 12007)");
const NOT_CONNECTED: Meaning = Meaning::open(
    &[&[TcpSynReset], phase::CONNECT, &[LocalEgressDenied]],
    Gateway,
    "the connection to the server could not be opened (WinHTTP 12029); the line does not say how that ended",
);
const ENDED: Meaning = Meaning::open(
    &[&[ResponseReset, ResponseEmpty, KeepaliveRace, ResponseTruncated]],
    Gateway,
    "the server ended the connection (WinHTTP 12030, 12031); the line does not say how",
);
const INVALID: Meaning = Meaning::open(
    &[&[ResponseInvalid, ResponseHeaderTooLarge, ResponseBadChunk]],
    Gateway,
    "what the server sent is no valid response (WinHTTP 12152)",
);
const TLS: Meaning =
    Meaning::open(&[phase::SECURE], Gateway, "the TLS handshake with the server failed (WinHTTP 12175)");
