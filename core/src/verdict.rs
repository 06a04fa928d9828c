//! Findings → verdicts: one per cause, the most important first.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use hashbrown::HashMap;

use crate::categories::Id;
use crate::exchange::Exchange;
use crate::findings::Found;
use crate::products;
use crate::report::{Advice, Finding, Verdict};

/// Groups findings by category and host; the order is by how many failed, what the gateway can do nothing about last.
pub fn group(findings: &[Finding]) -> Vec<Verdict> {
    let mut places: HashMap<(Id, Option<String>), usize> = HashMap::new();
    let mut verdicts: Vec<Verdict> = Vec::new();
    for (index, finding) in findings.iter().enumerate() {
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        let host = finding.host.clone().or_else(|| finding.upstream.map(|upstream| format!("{upstream}")));
        let at = *places.entry((finding.category, host.clone())).or_insert_with(|| {
            verdicts.push(Verdict {
                category: finding.category,
                host,
                count: 0,
                first: finding.time,
                last: finding.time,
                findings: Vec::new(),
                summary: String::new(),
                advice: Advice::default(),
            });
            verdicts.len() - 1
        });
        let Some(verdict) = verdicts.get_mut(at) else { continue };
        verdict.count += 1;
        verdict.first = verdict.first.min(finding.time);
        verdict.last = verdict.last.max(finding.time);
        verdict.findings.push(index);
    }
    for verdict in &mut verdicts {
        verdict.summary = summary(verdict, findings);
    }
    verdicts.sort_by_key(|verdict| (rank(verdict.category), core::cmp::Reverse(verdict.count), verdict.first));
    verdicts
}

/// Failures that tell least, and those of the client's own making, come last.
fn rank(category: Id) -> u8 {
    match category {
        Id::ClientAbort | Id::ClientTlsRejected => 2,
        Id::Undetermined => 1,
        _ => 0,
    }
}

fn summary(verdict: &Verdict, findings: &[Finding]) -> String {
    let of = |index: &u32| findings.get(*index as usize);
    let Some(first) = verdict.findings.first().and_then(of) else { return String::new() };
    if verdict.count <= 1 {
        return first.summary.clone();
    }
    let mut statuses: Vec<u16> = verdict.findings.iter().filter_map(of).filter_map(|finding| finding.status).collect();
    statuses.sort_unstable();
    statuses.dedup();
    let with = match statuses.as_slice() {
        [] => String::new(),
        [one] => format!(" with {one}"),
        many => format!(" with {}", many.iter().map(|code| format!("{code}")).collect::<Vec<_>>().join(" or ")),
    };
    let span = verdict.last.since(verdict.first);
    format!("{} requests failed{with} within {span}. The first: {}", verdict.count, first.summary)
}

/// What to do about a verdict, with the real names and numbers of its first finding.
pub fn advise(verdict: &Verdict, found: &Found, exchange: &Exchange, product: Option<products::Id>) -> Advice {
    let _ = (verdict, found, exchange, product);
    Advice::default()
}
