//! Nothing of a case's own is left in what is passed on redacted: no address, no name, no user, of any case.

mod engine;
mod evidence;
#[allow(dead_code, reason = "only the names of the files are needed")]
mod expectation;
mod folders;

use std::collections::BTreeSet;
use std::path::Path;

use expectation::Expectation;
use gateway_triage_core::export;
use gateway_triage_core::redact::Redactor;
use gateway_triage_core::report::Report;
use serde_json::Value;

const SEED: [u8; 16] = *b"sixteen letters.";

#[test]
fn no_address_or_name_of_a_case_is_left() {
    let mut problems = Vec::new();
    let mut looked_for = 0;
    for folder in folders::all() {
        let Ok(expectation) = Expectation::read(&folder) else { continue };
        let original = engine::run(&folder, &expectation.inputs);
        let mut secrets = secrets(&folder, &expectation.inputs, &original);
        looked_for += secrets.len();
        let redacted = redact(&original);
        let json = serde_json::to_string(&redacted).expect("a report is JSON");
        let passed_on =
            [json, export::markdown(&redacted, None), export::html(&redacted, None), export::short(&redacted, None)];
        let passed_on = passed_on.map(|text| text.to_lowercase());
        secrets.retain(|secret| passed_on.iter().any(|text| holds(text, secret)));
        if !secrets.is_empty() {
            problems.push(format!("{}: {secrets:?}", folders::name(&folder)));
        }
    }
    let some = std::env::var_os("GATEWAY_TRIAGE_CASE").is_some();
    assert!(looked_for > 3_000 || some, "only {looked_for} addresses and names were looked for");
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// The same for the packets: no address as bytes, no name as text or as labels of DNS, no hardware address.
#[test]
fn no_address_or_name_of_a_case_is_left_in_its_packets() {
    let mut problems = Vec::new();
    let mut packets = 0;
    for folder in folders::all() {
        let Ok(expectation) = Expectation::read(&folder) else { continue };
        let original = engine::run(&folder, &expectation.inputs);
        let report: Report = serde_json::from_value(original.clone()).expect("a report");
        let plain = evidence::file(&folder, &expectation.inputs, &report, None);
        let mut redactor = Redactor::new(SEED);
        let mut redacted = report;
        redactor.report(&mut redacted);
        let file = evidence::file(&folder, &expectation.inputs, &redacted, Some(&mut redactor));
        let (Some(plain), Some(file)) = (plain, file) else { continue };
        packets += 1;
        let mut left: Vec<String> = Vec::new();
        let mut wanted = secrets(&folder, &[], &original);
        for (_, packet) in evidence::packets(&plain) {
            let text = String::from_utf8_lossy(&packet);
            let mut names = BTreeSet::new();
            collect(&text, &mut names);
            // What looks like an address in a text may be a version, and is four bytes of anything elsewhere.
            wanted.extend(names.into_iter().filter(|name| name.parse::<std::net::IpAddr>().is_err()));
            credentials(&text, &mut wanted);
        }
        let text = String::from_utf8_lossy(&file).to_lowercase();
        let in_packets: Vec<Vec<u8>> = evidence::packets(&file).into_iter().map(|(_, packet)| packet).collect();
        let in_packets = in_packets.as_slice();
        for secret in wanted {
            match secret.parse() {
                Ok(std::net::IpAddr::V4(four)) if holds_four(in_packets, four.octets()) => left.push(secret),
                Ok(std::net::IpAddr::V6(six)) if file.windows(16).any(|bytes| bytes == six.octets()) => {
                    left.push(secret)
                }
                Ok(_) if !holds(&text, &secret) => {}
                Err(_) if !holds(&text, &secret) && !holds_labels(&file, &secret) => {}
                _ => left.push(secret),
            }
        }
        for card in evidence::cards(&plain) {
            if file.windows(6).any(|bytes| bytes == card) {
                left.push(format!("{card:02x?}"));
            }
        }
        // What requests of the lab carry.
        for word in ["cookie=", "session", "dxnlcj", "secret"] {
            if text.contains(word) {
                left.push(word.to_owned());
            }
        }
        if !left.is_empty() {
            problems.push(format!("{}: {left:?}", folders::name(&folder)));
        }
    }
    assert!(packets > 300 || std::env::var_os("GATEWAY_TRIAGE_CASE").is_some(), "only {packets} cases with packets");
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// An address in a packet; behind an 8 its first byte is the length of TCP timestamps.
fn holds_four(packets: &[Vec<u8>], address: [u8; 4]) -> bool {
    let after = |bytes: &[u8]| bytes[1..] == address && bytes[..2] != [8, 10];
    packets.iter().any(|packet| packet.windows(5).any(after))
}

/// A name as DNS writes it.
fn holds_labels(file: &[u8], name: &str) -> bool {
    let labels: Vec<u8> =
        name.split('.').flat_map(|label| [&[label.len() as u8][..], label.as_bytes()].concat()).collect();
    file.windows(labels.len()).any(|bytes| bytes.eq_ignore_ascii_case(&labels))
}

/// Wireshark reads the evidence, redacted and not: every packet, its note, the names of hosts, and no packet is malformed
/// or has a wrong checksum that was not so in the capture. Of each category the first case with packets; all that
/// `GATEWAY_TRIAGE_CASE` names.
#[test]
fn tshark_reads_the_evidence() {
    if !evidence::tshark_is_there() {
        println!("skipped: tshark is not installed");
        return;
    }
    let all = std::env::var_os("GATEWAY_TRIAGE_CASE").is_some();
    let mut seen = BTreeSet::new();
    let mut named = 0;
    for folder in folders::all() {
        let name = folders::name(&folder);
        let category = name.split('/').next().unwrap_or_default().to_owned();
        let Ok(expectation) = Expectation::read(&folder) else { continue };
        if !all && seen.contains(&category) {
            continue;
        }
        let report = engine::run(&folder, &expectation.inputs);
        let mut report: Report = serde_json::from_value(report).expect("a report");
        let Some(plain) = evidence::file(&folder, &expectation.inputs, &report, None) else { continue };
        seen.insert(category);
        let mut redactor = Redactor::new(SEED);
        let before = evidence::as_tshark_reads(&plain);
        named += check_evidence(&report, &before, &name);
        redactor.report(&mut report);
        let redacted =
            evidence::file(&folder, &expectation.inputs, &report, Some(&mut redactor)).expect("the same packets");
        let after = evidence::as_tshark_reads(&redacted);
        named += check_evidence(&report, &after, &name);
        for (before, after) in before.iter().zip(&after) {
            // What Kerberos says is blanked, and is no Kerberos then.
            assert!(!after.malformed || before.malformed || after.protocols.contains("kerberos"), "{name}: {after:?}");
            assert!(!after.bad_checksum || before.bad_checksum, "{name}: {after:?}");
            assert_eq!(before.length, after.length, "{name}");
        }
    }
    assert!(seen.len() > 30 || all, "only {} categories have packets", seen.len());
    assert!(named > 60 || all, "only {named} packets go to a host with a name");
}

/// Every packet of the evidence with its note; gives how many go to a host that has a name.
fn check_evidence(report: &Report, read: &[evidence::Read], name: &str) -> usize {
    let rows = report.findings.iter().flat_map(|finding| &finding.evidence);
    let wanted: BTreeSet<(u32, u64)> = rows.clone().filter_map(|row| Some((row.input, row.packet?))).collect();
    assert_eq!(read.len(), wanted.len(), "{name}");
    let notes: String = read.iter().map(|packet| packet.comment.as_str()).collect();
    for row in rows.filter(|row| row.packet.is_some()) {
        let note = format!("of {}: {}", report.inputs[row.input as usize].name, row.text);
        let note: String = note.chars().take(60).collect();
        assert!(notes.contains(&note), "{name}: {note}");
    }
    read.iter()
        .filter(|packet| packet.host.contains(|letter: char| letter.is_ascii_alphabetic() && letter > 'f'))
        .count()
}

/// Every case's report keeps its numbers and its shape: the same fields, lists as long, times, categories, statuses.
#[test]
fn only_texts_and_addresses_change() {
    for folder in folders::all() {
        let Ok(expectation) = Expectation::read(&folder) else { continue };
        let original = engine::run(&folder, &expectation.inputs);
        let mut redacted = serde_json::to_value(redact(&original)).expect("a report is JSON");
        assert_eq!(redacted["redacted"], true);
        redacted.as_object_mut().expect("an object").remove("redacted");
        same_shape(&original, &redacted, &folders::name(&folder));
    }
}

#[test]
fn the_same_original_has_the_same_pseudonym_in_one_case_and_another_one_under_another_key() {
    let report = |host: &str| {
        let mut case = gateway_triage_core::Case::new(gateway_triage_core::Options::default());
        let log = case.input("access.log");
        let line =
            format!("1233658928.496 153185 10.10.70.50 NONE/504 1729 GET http://{host}/ - DIRECT/{host} - ...\n");
        case.read(log, line.as_bytes());
        case.end(log);
        case.report()
    };
    let mut redactor = Redactor::new(SEED);
    let (mut one, mut again, mut other) = (report("a.example.com"), report("b.example.com"), report("a.example.com"));
    redactor.report(&mut one);
    redactor.report(&mut again);
    Redactor::new([1; 16]).report(&mut other);
    assert_eq!(one.findings[0].client, again.findings[0].client);
    assert_ne!(one.findings[0].client, other.findings[0].client);
    assert_ne!(one.findings[0].host, again.findings[0].host);
    let host = one.findings[0].host.clone().expect("a host");
    assert!(
        one.findings[0].evidence[0].text.contains(&format!("http://{host}/")),
        "{}",
        one.findings[0].evidence[0].text
    );
}

fn redact(report: &Value) -> Report {
    let mut report: Report = serde_json::from_value(report.clone()).expect("a report");
    Redactor::new(SEED).report(&mut report);
    report
}

/// Addresses and names that the report or its logs hold.
fn secrets(folder: &Path, inputs: &[String], report: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    strings(report, &mut |text| collect(text, &mut found));
    for name in inputs {
        if let Ok(text) = std::fs::read_to_string(folder.join(name)) {
            collect(&text, &mut found);
        }
    }
    found
}

fn strings(value: &Value, found: &mut dyn FnMut(&str)) {
    match value {
        Value::String(text) => found(text),
        Value::Array(items) => items.iter().for_each(|item| strings(item, found)),
        Value::Object(fields) => fields.values().for_each(|field| strings(field, found)),
        _ => {}
    }
}

/// What header lines of requests and answers say of their users.
fn credentials(text: &str, found: &mut BTreeSet<String>) {
    for line in text.lines() {
        let Some((name, value)) = line.split_once(':') else { continue };
        if ["cookie", "set-cookie", "authorization", "proxy-authorization"].contains(&name.to_lowercase().as_str()) {
            let values = value.split([' ', ';', '=', ',']).map(|value| value.trim().to_lowercase());
            found.extend(
                values.filter(|value| value.len() > 5 && !["negotiate", "digest", "bearer"].contains(&value.as_str())),
            );
        }
    }
}

/// By runs of the letters of names and addresses, not by the rules that the redaction cuts texts by.
fn collect(text: &str, found: &mut BTreeSet<String>) {
    for run in text.split(|letter: char| !(letter.is_ascii_alphanumeric() || ".-_:".contains(letter))) {
        for part in [run, run.trim_matches(':'), run.rsplit_once(':').map_or(run, |(left, _)| left)] {
            let part = part.trim_matches(['.', '-', '_']).to_lowercase();
            let documentation = part.parse().is_ok_and(|address: std::net::IpAddr| {
                !address.is_loopback() && !address.is_unspecified() && address.to_string().len() > 4
            });
            let name = [".example.com", ".example.net", ".example.org", "example.local"]
                .iter()
                .any(|domain| part.ends_with(domain))
                && !part.contains(':');
            if documentation || name {
                found.insert(part);
            }
        }
    }
    for user in ["jo doe", "user one", "test@example", "mwgproxy", "jdoe", "alice", "example\\jo"] {
        if text.to_lowercase().contains(user) {
            found.insert(user.to_owned());
        }
    }
}

/// Whether a text holds a name that is no part of a longer one.
fn holds(text: &str, name: &str) -> bool {
    let inside = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_alphanumeric());
    text.match_indices(name)
        .any(|(at, _)| !inside(text[..at].chars().next_back()) && !inside(text[at + name.len()..].chars().next()))
}

fn same_shape(original: &Value, redacted: &Value, place: &str) {
    match (original, redacted) {
        (Value::Array(one), Value::Array(other)) => {
            assert_eq!(one.len(), other.len(), "{place}");
            one.iter().zip(other).for_each(|(one, other)| same_shape(one, other, place));
        }
        (Value::Object(one), Value::Object(other)) => {
            assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>(), "{place}");
            for (key, value) in one {
                let place = format!("{place}.{key}");
                let kept =
                    ["category", "time", "first", "last", "schema", "format", "owner", "generated_by", "reset_by"];
                if kept.contains(&key.as_str()) {
                    assert_eq!(value, &other[key], "{place}");
                }
                same_shape(value, &other[key], &place);
            }
        }
        (Value::String(_), Value::String(_)) => {}
        (one, other) => assert_eq!(one, other, "{place}"),
    }
}
