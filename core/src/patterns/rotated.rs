//! Files of one log that was rotated are one node of the gateway: `access.log` and `access.log.1`, `proxy-20260310.log.gz`
//! and that of the next day. Logs are nodes by the names of their files where nothing else tells nodes apart.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::sorting::Sorting as _;
use crate::tables::HashMap;
use crate::time::{Span, Timestamp};

/// The old file is written to for so long after the new one begins.
const HANDED_OVER: Span = Span::seconds(60);
/// Digits of a number that counts rotated files, at most; of a date or time, at least.
const COUNTED: usize = 3;
const DATED: usize = 6;

/// The first and the last time of an input.
type Covered = Option<(Timestamp, Timestamp)>;

/// For each input the name of its node: what the names of rotated files have in common, unless they were written at the
/// same time.
pub fn nodes(inputs: &[(&str, Covered)]) -> Vec<String> {
    let roots: Vec<String> = inputs.iter().map(|(name, _)| root(name)).collect();
    let mut logs: HashMap<&str, Vec<Covered>> = HashMap::default();
    for ((_, covered), root) in inputs.iter().zip(&roots).filter(|(_, root)| !root.is_empty()) {
        logs.entry(root).or_default().push(*covered);
    }
    logs.retain(|_, files| files.len() > 1 && follow(files));
    let node = |(name, root): (&str, String)| if logs.contains_key(root.as_str()) { root } else { name.to_string() };
    inputs.iter().map(|(name, _)| *name).zip(roots.iter().cloned()).map(node).collect()
}

/// Whether each was written after the others.
fn follow(files: &mut [Covered]) -> bool {
    files.order_by_key(|covered| covered.map(|(from, _)| from));
    let mut latest: Option<Timestamp> = None;
    files.iter().flatten().all(|(from, to)| {
        let over = latest.is_none_or(|latest| latest.min(*to).since(*from) <= HANDED_OVER);
        latest = latest.max(Some(*to));
        over
    })
}

/// The name without what rotation adds to it: a number at its end, a date or time, `.gz`.
fn root(name: &str) -> String {
    let mut root = String::new();
    let name = name.strip_suffix(".gz").unwrap_or(name);
    let numbered = name.rsplit_once('.').filter(|(_, number)| {
        (1..=COUNTED).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit())
    });
    for part in numbered.map_or(name, |(name, _)| name).split_inclusive(['.', '-', '_']) {
        let text = part.trim_end_matches(['.', '-', '_']);
        let kept = text.trim_end_matches(|letter: char| letter.is_ascii_digit());
        // AsyncOS: `aclog.@20260310T080000.s`.
        if text.starts_with('@') {
            continue;
        }
        root.push_str(if text.len() - kept.len() >= DATED { kept } else { part });
    }
    root.trim_end_matches(['.', '-', '_']).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_without_what_rotation_adds() {
        for (name, expected) in [
            ("access.log", "access.log"),
            ("access.log.1", "access.log"),
            ("access.log.12.gz", "access.log"),
            ("access.log-20260310", "access.log"),
            ("access.log-20260310.gz", "access.log"),
            ("web01.log", "web01.log"),
            ("ip-10-0-0-1.log.2", "ip-10-0-0-1.log"),
            ("u_ex260310.log", "u_exlog"),
            ("aclog.@20260310T080000.s", "aclog.s"),
            ("20260310", ""),
        ] {
            assert_eq!(root(name), expected, "{name}");
        }
    }

    #[test]
    fn files_of_one_log_are_one_node_unless_they_were_written_together() {
        let at = |from, to| Some((Timestamp::from_parts(from, 0), Timestamp::from_parts(to, 0)));
        let names = |inputs: &[(&str, Covered)]| nodes(inputs).join(" ");
        assert_eq!(names(&[("a.log", at(500, 900)), ("a.log.1", at(0, 501))]), "a.log a.log");
        assert_eq!(names(&[("a.log.2", at(0, 900)), ("a.log.1", at(0, 900))]), "a.log.2 a.log.1");
        assert_eq!(names(&[("gw1.log", at(0, 900)), ("gw2.log", at(0, 900))]), "gw1.log gw2.log");
        // The longest holds against each, in whatever order they come.
        assert_eq!(names(&[("a.3", at(300, 500)), ("a.1", at(0, 900)), ("a.2", at(10, 20))]), "a.3 a.1 a.2");
        // A log alone keeps its name.
        assert_eq!(names(&[("access.log.1", at(0, 900)), ("gw2.log", at(0, 900))]), "access.log.1 gw2.log");
    }
}
