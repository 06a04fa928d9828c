//! Every text of a report, field by field: what the field is decides how its text is read.

use crate::sorting::Sorting as _;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{Kind, Redactor};
use crate::report::{
    Advice, Cause, Check, Evidence, Finding, Fix, Input, Pattern, PatternKind, Report, RuledOut, Share, Verdict,
};

/// Methods that are everybody's (RFC 9110 section 9.3, RFC 5789, WebDAV).
const METHODS: &[&str] = &[
    "GET",
    "HEAD",
    "POST",
    "PUT",
    "DELETE",
    "CONNECT",
    "OPTIONS",
    "TRACE",
    "PATCH",
    "PROPFIND",
    "PROPPATCH",
    "MKCOL",
    "COPY",
    "MOVE",
    "LOCK",
    "UNLOCK",
    "REPORT",
    "SEARCH",
    "PURGE",
    "TCP_CONNECT",
    "PRI",
    "-",
];
/// Words so common that a host of that name cannot be told from the word.
const COMMON: &[&str] = &[
    "a", "an", "as", "at", "by", "do", "go", "if", "in", "is", "it", "no", "of", "on", "or", "so", "the", "to", "and",
    "for", "its", "not", "one", "was", "has", "than", "that", "this", "with", "from", "been", "were", "which",
];

/// Collects the names that fields say to be names: such a word is one in every text.
pub fn learn(redactor: &mut Redactor, report: &Report) {
    let mut know = |name: &str, kind: Kind| {
        let name = name.to_lowercase();
        if name.len() > 1 && !COMMON.contains(&name.as_str()) && name.parse::<core::net::IpAddr>().is_err() {
            redactor.known.entry(name).or_insert(kind);
        }
    };
    for host in report.findings.iter().filter_map(|finding| finding.host.as_deref()) {
        know(host, Kind::Host);
    }
    for verdict in &report.verdicts {
        if let Some(host) = verdict.host.as_deref() {
            // Without a port.
            know(
                host.rsplit_once(':').filter(|(name, _)| !name.contains(':')).map_or(host, |(name, _)| name),
                Kind::Host,
            );
        }
        for pattern in &verdict.patterns {
            for share in pattern.counts.iter().filter(|_| pattern.kind == PatternKind::ByHost) {
                know(&share.name, Kind::Host);
            }
            for share in pattern.counts.iter().filter(|_| pattern.kind == PatternKind::ByNode) {
                know(&share.name, Kind::Word);
            }
        }
    }
    for input in &report.inputs {
        know(&input.name, Kind::File);
    }
}

/// Replaces in place.
pub fn redact(redactor: &mut Redactor, report: &mut Report) {
    // No `..` in these patterns: a new field has to say here how it is read.
    let Report { schema: _, partial: _, redacted, product: _, gateways, inputs, exchanges: _, findings, verdicts } =
        report;
    *redacted = true;
    for gateway in gateways {
        *gateway = redactor.ip(*gateway);
    }
    let mut names: Vec<String> = inputs.iter().map(|input| input.name.clone()).collect();
    // `access.log.1` before the `access.log` that it begins with.
    names.order_by_key(|name| core::cmp::Reverse(name.len()));
    for input in inputs {
        redact_input(redactor, input, &names);
    }
    for finding in findings {
        redact_finding(redactor, finding, &names);
    }
    for verdict in verdicts {
        redact_verdict(redactor, verdict, &names);
    }
}

fn redact_input(redactor: &mut Redactor, input: &mut Input, names: &[String]) {
    let Input {
        name,
        kind: _,
        format,
        bytes: _,
        packets: _,
        records: _,
        started: _,
        ended: _,
        zone: _,
        zone_unsaid: _,
        clock_offset: _,
        clock_uncertainty: _,
        place,
        formats: _,
        warnings,
    } = input;
    *name = redactor.file(name);
    text(redactor, format, names);
    for sentence in place.iter_mut().chain(warnings) {
        text(redactor, sentence, names);
    }
}

fn redact_finding(redactor: &mut Redactor, finding: &mut Finding, names: &[String]) {
    let Finding {
        category: _,
        confidence: _,
        candidates: _,
        time: _,
        ended: _,
        client,
        gateway,
        upstream,
        host,
        method,
        target,
        status: _,
        first_status: _,
        generated_by: _,
        reset_by: _,
        summary,
        evidence,
        ruled_out,
        doubts,
        hints,
        compared,
        filter,
        flows,
    } = finding;
    for address in client.iter_mut().chain(gateway) {
        *address = redactor.ip(*address);
    }
    let ends = flows.iter_mut().flat_map(|(one, other)| [one, other]);
    for address in upstream.iter_mut().chain(ends) {
        *address = redactor.socket(*address);
    }
    // A host or target of odd letters would fall into pieces, some of which may be words of the engine's.
    let mut odd: Vec<String> = names.to_vec();
    odd.extend(host.iter().chain(target.iter()).filter(|name| is_odd(name)).cloned());
    if let Some(host) = host {
        *host = redactor.authority(host);
    }
    if let Some(method) = method.as_mut().filter(|method| !METHODS.contains(&method.as_str())) {
        *method = redactor.word(Kind::Word, method);
    }
    if let Some(target) = target {
        *target = redactor.target(target);
    }
    for sentence in [&mut *summary].into_iter().chain(doubts).chain(hints).chain(compared).chain(filter) {
        text(redactor, sentence, &odd);
    }
    for RuledOut { category: _, why } in ruled_out {
        text(redactor, why, &odd);
    }
    for Evidence { input: _, packet: _, line: _, time: _, text: says, leg: _, sent: _, offset: _, length: _ } in
        evidence
    {
        text(redactor, says, &odd);
    }
}

fn redact_verdict(redactor: &mut Redactor, verdict: &mut Verdict, names: &[String]) {
    let Verdict {
        category: _,
        host,
        count: _,
        first: _,
        last: _,
        findings: _,
        summary,
        status_meaning,
        patterns,
        advice,
    } = verdict;
    let mut odd: Vec<String> = names.to_vec();
    odd.extend(host.iter().filter(|name| is_odd(name)).cloned());
    if let Some(host) = host {
        *host = redactor.authority(host);
    }
    for sentence in [summary].into_iter().chain(status_meaning) {
        text(redactor, sentence, &odd);
    }
    for Pattern { kind, text: says, count: _, went_well: _, others: _, seconds: _, least: _, most: _, counts } in
        patterns
    {
        text(redactor, says, &odd);
        for Share { name, count: _ } in counts {
            *name = match kind {
                PatternKind::ByHost | PatternKind::ByClient => redactor.authority(name),
                PatternKind::ByMinute | PatternKind::ByStatus => continue,
                _ => redactor.text(name),
            };
        }
    }
    let Advice { causes, owner: _, checks, capture, fixes, gap } = advice;
    for Cause { text: says, favoured_by } in causes {
        [says].into_iter().chain(favoured_by).for_each(|sentence| text(redactor, sentence, &odd));
    }
    for Check { text: says, command, path, source } in checks.iter_mut().chain(capture) {
        let rest = command.iter_mut().chain(path).chain(source);
        [says].into_iter().chain(rest).for_each(|sentence| text(redactor, sentence, &odd));
    }
    for Fix { product: _, setting, path, change, risk, verify, source } in fixes {
        [setting, path, change, risk, verify, source].into_iter().for_each(|sentence| text(redactor, sentence, &odd));
    }
    if let Some(gap) = gap {
        text(redactor, gap, &odd);
    }
}

/// Whether a name holds what parts words.
fn is_odd(name: &str) -> bool {
    super::pieces::pieces(name).next() != Some((0, name.len()))
}

/// Replaces names that may be of several words first, where they stand by themselves, then word by word.
fn text(redactor: &mut Redactor, sentence: &mut String, odd: &[String]) {
    let found = odd.iter().find_map(|name| Some((stands(sentence, name)?, name)));
    let Some((at, name)) = found else {
        *sentence = redactor.text(sentence);
        return;
    };
    let (before, rest) = sentence.split_at(at);
    let (mut before, mut after) = (before.to_string(), rest.get(name.len()..).unwrap_or_default().to_string());
    let told = match name {
        name if redactor.known.get(&name.to_lowercase()) == Some(&Kind::File) => redactor.file(name),
        name if name.contains(['/', ':']) => redactor.target(name),
        name => redactor.host(name),
    };
    text(redactor, &mut before, odd);
    text(redactor, &mut after, odd);
    *sentence = [before.as_str(), told.as_str(), after.as_str()].concat();
}

/// Where in a sentence a name stands that is no part of a longer word.
fn stands(sentence: &str, name: &str) -> Option<usize> {
    let letter = |one: Option<char>| one.is_some_and(char::is_alphanumeric);
    let found = sentence.match_indices(name).filter(|_| name.len() > 2);
    let mut alone = found.filter(|(at, _)| {
        let (before, rest) = sentence.split_at(*at);
        !letter(before.chars().next_back()) && !letter(rest.get(name.len()..).and_then(|rest| rest.chars().next()))
    });
    alone.next().map(|(at, _)| at)
}
