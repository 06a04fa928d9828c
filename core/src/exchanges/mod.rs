//! Every exchange of a case in one row, healthy ones too, with what each phase took: so that "slow" can be seen.
//!
//! Made only where it was asked for before reading ([`crate::Options::exchanges`]): the engine keeps nothing of healthy
//! exchanges otherwise.

mod upstream;

use crate::sorting::Sorting as _;
use alloc::string::String;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::listed::{Map, Set};
use serde::{Deserialize, Serialize};

use crate::capture::connection::{Connection, Speech};
use crate::capture::point::Point;
use crate::capture::transaction::Transaction;
use crate::exchange::Source;
use crate::join::{Roles, attempt::host_of, hello};
use crate::logs::Record;
use crate::report::Report;
use crate::time::{Span, Timestamp};
use crate::together::Same;
use upstream::Upstream;

/// Rows of a case.
const ROWS: usize = 100_000;
/// Characters of a target.
const TARGET: usize = 200;

/// One exchange.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Index of the input.
    pub input: u32,
    /// First packet of the request, as Wireshark numbers it.
    pub packet: Option<u64>,
    /// Its line, from 1.
    pub line: Option<u64>,
    /// Byte offset of packet or line in the (unpacked) input.
    pub offset: u64,
    /// Bytes there.
    pub length: u32,
    /// When the request came; of a line whatever time it says.
    pub time: Timestamp,
    /// Who asked.
    pub client: Option<IpAddr>,
    /// Host wanted; empty where that is not known.
    pub host: String,
    /// Request method.
    pub method: String,
    /// Target as written, at most 200 characters.
    pub target: String,
    /// What the client got.
    pub status: Option<u16>,
    /// The lookup of the host for it. `None` here and below: there was none, or it was not seen.
    pub dns: Option<Span>,
    /// The TCP handshake upstream.
    pub connect: Option<Span>,
    /// The TLS handshake upstream.
    pub tls: Option<Span>,
    /// From the request's first byte to the first of the answer, as the client saw it.
    pub first_byte: Option<Span>,
    /// To the last.
    pub total: Option<Span>,
    /// Index into the report's findings, if it failed.
    pub finding: Option<u32>,
}

/// Adds the row of a log line.
pub(crate) fn add_line(rows: &mut Vec<Row>, place: Source, record: &Record<'_>) {
    if rows.len() >= ROWS {
        return;
    }
    rows.push(Row {
        input: place.input(),
        packet: None,
        line: Some(place.number),
        offset: place.offset,
        length: place.length,
        time: place.time,
        client: record.client,
        host: record.host.unwrap_or_default().into(),
        method: record.method.unwrap_or_default().into(),
        target: clip(record.target.unwrap_or_default()),
        status: record.status,
        dns: None,
        connect: None,
        tls: None,
        first_byte: None,
        total: record.elapsed,
        finding: None,
    });
}

/// The rows of a case, in order of time.
pub(crate) fn list<'a>(
    points: &[Point],
    roles: &Roles,
    (lines, same): (impl Iterator<Item = &'a Row>, &[Same]),
    report: &Report,
) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let mut met = Set::default();
    for point in points {
        let upstream = Upstream::new(point, roles);
        let counts = |connection: &Connection| {
            roles.counts(connection) && met.insert((connection.client, connection.server, connection.opening()))
        };
        let counted: Vec<bool> = point.connections.iter().map(counts).collect();
        let counted = |at: usize| point.connections.get(at).filter(|_| counted.get(at) == Some(&true));
        for (at, served) in &point.served {
            let Some((connection, words)) = counted(*at as usize).zip(served.words.as_deref()) else { continue };
            let [method, host, target] = words;
            let answer = (served.answered, Some(served.ended), served.status);
            rows.push(captured(connection, served.first, [method, host, target], answer));
        }
        for at in 0..point.connections.len() {
            let Some(connection) = counted(at) else { continue };
            let Some(conversation) = connection.conversation() else {
                rows.extend(secure(connection));
                continue;
            };
            let kept = conversation.kept.iter().chain(conversation.open());
            rows.extend(kept.filter_map(|transaction| of_transaction(connection, transaction)));
            rows.extend(conversation.tunnel.as_ref().and_then(|transaction| tunnel(connection, transaction)));
        }
        for row in &mut rows {
            upstream.tell(row);
        }
    }
    rows.extend(lines.cloned());
    let places: Map<(u32, Option<u64>, Option<u64>), u32> = (0..)
        .zip(&report.findings)
        .flat_map(|(at, finding)| finding.evidence.iter().map(move |row| ((row.input, row.packet, row.line), at)))
        .collect();
    let mut shown: Set<u32> = Set::default();
    for row in &mut rows {
        row.finding = places.get(&(row.input, row.packet, row.line)).copied();
    }
    once(&mut rows, same);
    // A second status in the same stream, or the rounds of a loop, are one failure.
    rows.retain(|row| row.finding.is_none_or(|finding| shown.insert(finding)));
    // What failed without a request that was captured, or inside a tunnel.
    for (at, finding) in (0..).zip(&report.findings) {
        let Some(first) = finding.evidence.first().filter(|_| !shown.contains(&at)) else { continue };
        rows.push(Row {
            input: first.input,
            packet: first.packet,
            line: first.line,
            offset: first.offset,
            length: first.length,
            time: finding.time,
            client: finding.client,
            host: finding.host.clone().unwrap_or_default(),
            method: finding.method.clone().unwrap_or_default(),
            target: clip(finding.target.as_deref().unwrap_or_default()),
            status: finding.status,
            dns: None,
            connect: None,
            tls: None,
            first_byte: None,
            total: Some(finding.ended.since(finding.time)),
            finding: Some(at),
        });
    }
    rows.order_by_key(|row| (row.time, row.input, row.packet, row.line));
    rows.truncate(ROWS);
    rows
}

/// Of a request that several inputs show the row that shows most stays: the captured one, which has what each phase took.
/// A line tells more only of a tunnel, inside which it looks.
fn once(rows: &mut Vec<Row>, same: &[Same]) {
    let place = |row: &Row| Some((row.input, row.packet.or(row.line)?));
    let mut at: Map<(u32, u64), usize> = Map::default();
    for (index, row) in rows.iter().enumerate() {
        if let Some(place) = place(row) {
            at.or_insert_with(place, || index);
        }
    }
    let mut gone = Set::default();
    for Same { line, request, inside } in same {
        let (Some(line), Some(request)) = (at.get(line).copied(), at.get(request).copied()) else { continue };
        if *inside {
            gone.insert(request);
            continue;
        }
        let Some(told) = rows.get(line).cloned() else { continue };
        let Some(row) = rows.get_mut(request) else { continue };
        for (here, there) in
            [(&mut row.host, told.host), (&mut row.method, told.method), (&mut row.target, told.target)]
        {
            if here.is_empty() {
                *here = there;
            }
        }
        row.status = row.status.or(told.status);
        row.total = row.total.or(told.total);
        row.finding = row.finding.or(told.finding);
        gone.insert(line);
    }
    let mut index = 0;
    rows.retain(|_| {
        index += 1;
        !gone.contains(&(index - 1))
    });
}

/// A request that was kept because something about it is worth a look.
fn of_transaction(connection: &Connection, transaction: &Transaction) -> Option<Row> {
    let request = transaction.request.as_deref()?;
    let (host, _) = host_of(&request.target, request.host.as_deref(), &request.method);
    let words = [&request.method, host.as_deref().unwrap_or_default(), request.target.as_str()];
    let response = transaction.response.as_deref();
    let answer = (
        response.map(|response| response.first.time),
        response.map(|response| response.last.time),
        response.map_or(0, |response| response.status),
    );
    Some(captured(connection, request.first, words, answer))
}

/// A tunnel that was granted: it lasts as long as its connection, and the handshake inside it is the client's.
fn tunnel(connection: &Connection, transaction: &Transaction) -> Option<Row> {
    let row = of_transaction(connection, transaction)?;
    Some(Row { total: Some(connection.last.time.since(row.time)), tls: handshake(connection), ..row })
}

/// A client that speaks TLS to the gateway itself: what it asks for is not seen.
fn secure(connection: &Connection) -> Option<Row> {
    if !matches!(connection.speech, Speech::Tls) || !hello(connection) {
        return None;
    }
    let name = connection.handshake.as_ref().and_then(|handshake| handshake.server_name());
    let answer = (None, Some(connection.last.time), 0);
    let row = captured(connection, connection.first, ["", name.unwrap_or_default(), ""], answer);
    Some(Row { tls: handshake(connection), ..row })
}

/// How long the TLS handshake on a connection took.
fn handshake(connection: &Connection) -> Option<Span> {
    let handshake = connection.handshake.as_deref()?;
    Some(handshake.finished?.time.since(handshake.client_hello?.time))
}

fn captured(
    connection: &Connection,
    first: Source,
    [method, host, target]: [&str; 3],
    (answered, ended, status): (Option<Timestamp>, Option<Timestamp>, u16),
) -> Row {
    Row {
        input: first.input(),
        packet: Some(first.number),
        line: None,
        offset: first.offset,
        length: first.length,
        time: first.time,
        client: Some(connection.real_client().ip()),
        host: host.to_string(),
        method: method.to_string(),
        target: clip(target),
        status: (status > 0).then_some(status),
        dns: None,
        connect: None,
        tls: None,
        first_byte: answered.map(|answered| answered.since(first.time)),
        total: ended.map(|ended| ended.since(first.time)),
        finding: None,
    }
}

fn clip(text: &str) -> String {
    text.chars().take(TARGET).collect()
}

#[cfg(test)]
mod tests;
