//! What many failures have in common, and what went well beside them: one sentence each, with the numbers, for each
//! verdict. The same for logs and for captures.
//!
//! While inputs are read, [`Tally`] counts what went well. `only` says that nobody or nothing else is affected, `course`
//! when it was, `rhythm` that it recurs, `duration` that all took equally long and which timer that may be, `spread` how it
//! divides. Each needs enough of what it compares with to be no chance; what is not sure is not said. Nothing here decides
//! what failed.

mod beside;
mod collect;
mod counts;
mod course;
mod duration;
mod failure;
mod only;
mod rhythm;
mod rotated;
mod spread;
mod tally;
#[cfg(test)]
mod tests;
mod words;

use crate::sorting::Sorting as _;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

pub use beside::{Beside, Part};
pub use collect::{Read, beside, failures};
pub use failure::Failure;
pub use rotated::nodes;
pub use tally::{Server, Tally, Well};

use crate::categories::Id;
use crate::products;
use crate::report::{Pattern, Verdict};
use crate::time::Timestamp;

/// Verdicts beyond these get no patterns: a report of thousands is not read to its end.
const VERDICTS: usize = 50;

/// A case as far as patterns need it.
pub struct Scene<'a> {
    /// All failures, in the order of the report's findings.
    pub failures: &'a [Failure<'a>],
    /// What went well.
    pub beside: &'a Beside<'a>,
    /// The time that the inputs cover.
    pub span: Option<(Timestamp, Timestamp)>,
    /// The gateway's product.
    pub product: Option<products::Id>,
}

/// The failures of one verdict.
struct Group<'a> {
    scene: &'a Scene<'a>,
    category: Id,
    /// In order of time.
    failures: Vec<&'a Failure<'a>>,
    first: Timestamp,
    last: Timestamp,
}

/// Finds what the failures of each verdict have in common, and of a category that has several verdicts.
pub fn tell(verdicts: &mut [Verdict], scene: &Scene<'_>) {
    let mut categories: Vec<(Id, usize)> = Vec::new();
    for (at, verdict) in verdicts.iter().enumerate() {
        if categories.iter().all(|(known, _)| *known != verdict.category) {
            categories.push((verdict.category, at));
        }
    }
    let together: Vec<(usize, Vec<Pattern>)> = categories
        .into_iter()
        .filter(|(category, _)| verdicts.iter().filter(|verdict| verdict.category == *category).count() > 1)
        .map(|(category, at)| (at, of_category(verdicts, category, scene)))
        .collect();
    for verdict in verdicts.iter_mut().take(VERDICTS) {
        verdict.patterns = of(verdict, scene);
    }
    for (at, patterns) in together {
        let Some(verdict) = verdicts.get_mut(at) else { continue };
        let known = |pattern: &Pattern| verdict.patterns.iter().any(|other| other.kind == pattern.kind);
        let new: Vec<Pattern> = patterns.into_iter().filter(|pattern| !known(pattern)).collect();
        verdict.patterns.extend(new);
    }
}

fn group<'a>(findings: impl Iterator<Item = u32>, category: Id, scene: &'a Scene<'a>) -> Option<Group<'a>> {
    let mut failures: Vec<&Failure<'_>> = findings.filter_map(|at| scene.failures.get(at as usize)).collect();
    failures.order_by_key(|failure| failure.time);
    let (first, last) = (failures.first()?.time, failures.last()?.time);
    Some(Group { scene, category, failures, first, last })
}

fn of(verdict: &Verdict, scene: &Scene<'_>) -> Vec<Pattern> {
    let Some(listed) = group(verdict.findings.iter().copied(), verdict.category, scene) else { return Vec::new() };
    let all = verdict.count <= listed.count();
    let mut patterns = Vec::new();
    if all {
        patterns.extend(only::host(&listed));
        patterns.extend(only_one(&listed));
    }
    let mut divided = Vec::new();
    divided.extend(duration::same(&listed));
    divided.extend(rhythm::every(&listed));
    divided.extend(course::minute(&listed));
    divided.extend(spread::all(&listed));
    if !all {
        // What is only counted may be otherwise.
        let of = format!("Of {} failures, the first {}:", verdict.count, listed.count());
        divided.iter_mut().for_each(|pattern| pattern.text = format!("{of} {}", lower(&pattern.text)));
    }
    patterns.extend(divided);
    let whole = Group { first: verdict.first, last: verdict.last, ..listed };
    patterns.extend(course::told(&whole, verdict.count));
    patterns
}

/// One client, else one server and one node: a balancer may send a client to one of them always, so that a client that is
/// alone says nothing of these.
fn only_one(group: &Group<'_>) -> Vec<Pattern> {
    match only::client(group) {
        Some(client) => [client].into(),
        None => only::server(group).into_iter().chain(only::node(group)).collect(),
    }
}

/// What verdicts of one category, each of another host, have in common: a client, a server, a node.
fn of_category(verdicts: &[Verdict], category: Id, scene: &Scene<'_>) -> Vec<Pattern> {
    let same = verdicts.iter().filter(|verdict| verdict.category == category);
    let Some(group) = group(same.clone().flat_map(|verdict| verdict.findings.iter().copied()), category, scene) else {
        return Vec::new();
    };
    let hosts = same.count();
    let found = only_one(&group).into_iter().chain(rhythm::every(&group));
    let all = format!("All {} failures of this kind, at {hosts} hosts:", group.failures.len());
    found.map(|found| Pattern { text: format!("{all} {}", lower(&found.text)), ..found }).collect()
}

fn lower(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

impl Group<'_> {
    fn count(&self) -> u64 {
        self.failures.len() as u64
    }

    /// The host that all of them wanted, where a host is what the verdict is about.
    fn host(&self) -> Option<&str> {
        let host = self.failures.first()?.host?;
        self.failures.iter().all(|failure| failure.host == Some(host)).then_some(host)
    }
}
