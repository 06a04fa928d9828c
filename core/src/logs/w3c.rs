//! W3C extended logs of no known product: IIS (with and without ARR), HTTP.sys, and whatever names `sc-status` in its
//! `#Fields:` line. What fails behind IIS's ARR shows in `sc-substatus` and `sc-win32-status`, what HTTP.sys did itself in
//! `s-reason` of its error log (HTTPERR): see `iis_words`.

use super::common::token;
use super::{Clock, Column, Layout, LogFormat, Parsed, Record, Tunnel, Vote, elff, iis_words};
use crate::products::Id as Product;

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
        let others = ["x-exception-id", "s-action", "x-resultcode-httpstatus", "x-edge-result-type"];
        let others = others.iter().any(|name| elff::has(line, name));
        return if !others && elff::has(line, "sc-status") { Vote::Header } else { Vote::No };
    }
    if elff::dated(line) { Vote::Follows } else { Vote::No }
}

fn parse<'a>(line: &'a str, layout: &mut Layout) -> Parsed<'a> {
    if line.starts_with('#') {
        elff::learn(line, layout);
        let iis = layout.columns.iter().any(|column| matches!(column, Column::Win32 | Column::Action));
        layout.product = layout.product.or(iis.then_some(Product::IisArr));
        return Parsed::Skip;
    }
    let values = match elff::read_any(line, layout) {
        Ok(values) => values,
        Err((at, field)) => return Parsed::Bad { at, field },
    };
    let record = values.record();
    if let Some(reason) = Some(values.action).filter(|reason| !matches!(*reason, "" | "-")) {
        let failure = iis_words::by_reason(reason, values.status.flatten(), record.method.is_some());
        return match (failure, values.status) {
            (None, None) => Parsed::NoRequest(record.time),
            (failure, _) => Parsed::Record(Record { token: reason, failure, ..record }),
        };
    }
    let Some(code) = values.status else { return Parsed::NoRequest(record.time) };
    let failure = match code {
        Some(500..) => iis_words::of_arr(values.substatus, values.win32).or_else(|| super::combined::meaning(code)),
        _ => None,
    };
    let connect = values.method == "CONNECT";
    let tunnel = if failure.is_none() && connect && code == Some(200) { Tunnel::Granted } else { Tunnel::Plain };
    Parsed::Record(Record { tunnel, token: token(code), failure, ..record })
}
