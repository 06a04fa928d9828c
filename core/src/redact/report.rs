//! Every text of a report, field by field: what the field is decides how its text is read.

use crate::sorting::Sorting as _;
use alloc::string::String;
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
    names.order_by(|one, other| other.len().cmp(&one.len()).then_with(|| one.cmp(other)));
    names.dedup();
    let files = &Files::new(&names);
    for input in inputs {
        redact_input(redactor, input, files);
    }
    for finding in findings {
        redact_finding(redactor, finding, files);
    }
    for verdict in verdicts {
        redact_verdict(redactor, verdict, files);
    }
}

fn redact_input(redactor: &mut Redactor, input: &mut Input, files: &Files<'_>) {
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
    text(redactor, format, files, &[]);
    for sentence in place.iter_mut().chain(warnings) {
        text(redactor, sentence, files, &[]);
    }
}

fn redact_finding(redactor: &mut Redactor, finding: &mut Finding, files: &Files<'_>) {
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
    let odd: Vec<String> = host.iter().chain(target.iter()).filter(|name| is_odd(name)).cloned().collect();
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
        text(redactor, sentence, files, &odd);
    }
    for RuledOut { category: _, why } in ruled_out {
        text(redactor, why, files, &odd);
    }
    for Evidence { input: _, packet: _, line: _, time: _, text: says, leg: _, sent: _, offset: _, length: _ } in
        evidence
    {
        text(redactor, says, files, &odd);
    }
}

fn redact_verdict(redactor: &mut Redactor, verdict: &mut Verdict, files: &Files<'_>) {
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
    let odd: Vec<String> = host.iter().filter(|name| is_odd(name)).cloned().collect();
    if let Some(host) = host {
        *host = redactor.authority(host);
    }
    for sentence in [summary].into_iter().chain(status_meaning) {
        text(redactor, sentence, files, &odd);
    }
    for Pattern { kind, text: says, count: _, went_well: _, others: _, seconds: _, least: _, most: _, counts } in
        patterns
    {
        text(redactor, says, files, &odd);
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
        [says].into_iter().chain(favoured_by).for_each(|sentence| text(redactor, sentence, files, &odd));
    }
    for Check { text: says, command, path, source } in checks.iter_mut().chain(capture) {
        let rest = command.iter_mut().chain(path).chain(source);
        [says].into_iter().chain(rest).for_each(|sentence| text(redactor, sentence, files, &odd));
    }
    for Fix { product: _, setting, path, change, risk, verify, source } in fixes {
        [setting, path, change, risk, verify, source]
            .into_iter()
            .for_each(|sentence| text(redactor, sentence, files, &odd));
    }
    if let Some(gap) = gap {
        text(redactor, gap, files, &odd);
    }
}

/// Whether a name holds what parts words.
fn is_odd(name: &str) -> bool {
    super::pieces::pieces(name).next() != Some((0, name.len()))
}

/// Names of files, found by a word of theirs: there may be thousands, and hardly a text holds one.
struct Files<'a> {
    /// The longest first.
    names: &'a [String],
    /// Of each name the word that the fewest others have, sorted, and the place of the name.
    words: Vec<(&'a str, usize)>,
}

impl<'a> Files<'a> {
    fn new(names: &'a [String]) -> Self {
        let mut all: Vec<&str> = names.iter().flat_map(|name| words(name)).collect();
        all.order();
        let up_to = |word: &str| all.partition_point(|other| *other <= word);
        let shared = |word: &&str| up_to(word) - all.partition_point(|other| other < word);
        let rarest = |name: &'a String| words(name).min_by_key(shared).unwrap_or_default();
        let mut words: Vec<_> = names.iter().enumerate().map(|(at, name)| (rarest(name), at)).collect();
        words.order();
        Self { names, words }
    }

    /// Those that may stand in a text, the longest first.
    fn among(&self, text: &str) -> Vec<&'a str> {
        let mut places: Vec<usize> = Vec::new();
        // A name without letters and digits may stand anywhere.
        for word in words(text).chain([""]) {
            let from = self.words.partition_point(|(other, _)| *other < word);
            let its = self.words.get(from..).unwrap_or_default().iter().take_while(|(other, _)| *other == word);
            places.extend(its.map(|(_, at)| *at));
        }
        places.order();
        places.dedup();
        places.into_iter().filter_map(|at| self.names.get(at)).map(String::as_str).collect()
    }
}

/// Letters and digits in a row: a name that stands alone in a text has no word that the text does not have.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// Replaces names that may be of several words first, where they stand by themselves, then word by word. `odd`: such names
/// besides those of files.
fn text(redactor: &mut Redactor, sentence: &mut String, files: &Files<'_>, odd: &[String]) {
    let mut names = files.among(sentence);
    names.extend(odd.iter().map(String::as_str));
    *sentence = replaced(redactor, sentence, &names);
}

fn replaced(redactor: &mut Redactor, mut rest: &str, mut names: &[&str]) -> String {
    let mut whole = String::new();
    while let [name, others @ ..] = names {
        // What does not stand in it does not stand in the rest of it either.
        let Some(at) = stands(rest, name) else {
            names = others;
            continue;
        };
        let (before, after) = rest.split_at(at);
        let told = match *name {
            name if redactor.known.get(&name.to_lowercase()) == Some(&Kind::File) => redactor.file(name),
            name if name.contains(['/', ':']) => redactor.target(name),
            name => redactor.host(name),
        };
        whole.push_str(&replaced(redactor, before, others));
        whole.push_str(&told);
        rest = after.get(name.len()..).unwrap_or_default();
    }
    whole.push_str(&redactor.text(rest));
    whole
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
