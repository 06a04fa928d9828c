//! A DNS server that answers what it is told to, right or wrong.
//!
//! Rules are `NAME=ANSWER`, or `NAME/A=ANSWER` for one record type; `*` is every name without a rule.
//! An answer is a comma list of addresses and `>alias` steps, or `nxdomain`, `nodata`, `servfail`, `refused`, `silent`,
//! `truncated/…` (come again over TCP, where the rest is answered); `wait:MS/`
//! in front delays it. A name without any rule does not exist: so do reverse lookups, as in real life.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{IpAddr, TcpListener, TcpStream, UdpSocket};
use std::thread;
use std::time::Duration;

use gateway_triage_tests::build::dns::{A, AAAA, NOERROR, NXDOMAIN, Question, REFUSED, Record, SERVFAIL};

pub fn run(arguments: &[String]) -> Result<(), String> {
    let (address, rules) = arguments.split_first().ok_or("where to listen is missing")?;
    let rules: HashMap<&str, &str> = rules.iter().filter_map(|rule| rule.split_once('=')).collect();
    let socket = UdpSocket::bind(address).map_err(|why| format!("{address}: {why}"))?;
    let whole: HashMap<String, String> = rules
        .iter()
        .map(|(name, rule)| ((*name).to_owned(), rule.trim_start_matches("truncated/").to_owned()))
        .collect();
    let listener = TcpListener::bind(address).map_err(|why| format!("{address}: {why}"))?;
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let rules = whole.clone();
            thread::spawn(move || over_tcp(stream, &rules));
        }
    });
    println!("ready");
    let mut buffer = [0; 1500];
    loop {
        let Ok((length, asker)) = socket.recv_from(&mut buffer) else {
            continue;
        };
        let Some(question) = buffer.get(..length).and_then(Question::parse) else {
            continue;
        };
        let rule = choose(&question, |key| rules.get(key).copied());
        let (wait, rule) = delay(rule);
        let Some(answer) = answer(&question, rule) else {
            continue;
        };
        let socket = socket.try_clone().map_err(|why| why.to_string())?;
        thread::spawn(move || {
            thread::sleep(wait);
            let _ = socket.send_to(&answer, asker);
        });
    }
}

/// The rule for a question, by the most particular name.
fn choose<'a>(question: &Question, rule: impl Fn(&str) -> Option<&'a str>) -> &'a str {
    let typed = format!("{}/{}", question.name, if question.kind == AAAA { "AAAA" } else { "A" });
    [typed.as_str(), question.name.as_str(), "*"].into_iter().find_map(rule).unwrap_or("nxdomain")
}

/// Questions over TCP, each with its length before it (RFC 1035, 4.2.2).
fn over_tcp(mut stream: TcpStream, rules: &HashMap<String, String>) -> Option<()> {
    loop {
        let mut length = [0; 2];
        stream.read_exact(&mut length).ok()?;
        let mut message = vec![0; u16::from_be_bytes(length).into()];
        stream.read_exact(&mut message).ok()?;
        let question = Question::parse(&message)?;
        let reply = answer(&question, choose(&question, |key| rules.get(key).map(String::as_str)))?;
        let length = u16::try_from(reply.len()).ok()?.to_be_bytes();
        stream.write_all(&[&length[..], &reply].concat()).ok()?;
    }
}

fn delay(rule: &str) -> (Duration, &str) {
    rule.strip_prefix("wait:")
        .and_then(|rest| rest.split_once('/'))
        .and_then(|(wait, rest)| Some((Duration::from_millis(wait.parse().ok()?), rest)))
        .unwrap_or((Duration::ZERO, rule))
}

/// The answer's bytes, or `None` for silence.
fn answer(question: &Question, rule: &str) -> Option<Vec<u8>> {
    Some(match rule {
        "silent" => return None,
        "nxdomain" => question.answer(NXDOMAIN, &[]),
        "nodata" => question.answer(NOERROR, &[]),
        "servfail" => question.answer(SERVFAIL, &[]),
        "refused" => question.answer(REFUSED, &[]),
        short if short.starts_with("truncated") => {
            let mut message = question.answer(NOERROR, &[]);
            // TC, the second of the flags' bits.
            *message.get_mut(2)? |= 2;
            message
        }
        list => {
            let records: Vec<Record> = list.split(',').filter_map(|item| record(question, item)).collect();
            question.answer(NOERROR, &records)
        }
    })
}

fn record(question: &Question, item: &str) -> Option<Record> {
    if let Some(alias) = item.strip_prefix('>') {
        return Some(Record::Cname(alias.to_owned()));
    }
    match (question.kind, item.parse().ok()?) {
        (A, IpAddr::V4(address)) => Some(Record::A(address)),
        (AAAA, IpAddr::V6(address)) => Some(Record::Aaaa(address)),
        _ => None,
    }
}
