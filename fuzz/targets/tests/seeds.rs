//! Every target on its seeds, without a fuzzer: what once failed always, and as many of the others as the time allows.

use std::panic::catch_unwind;
use std::time::{Duration, Instant};

use gateway_triage_fuzz_targets::{TARGETS, sources};

/// For the seeds of each target.
const PATIENCE: Duration = Duration::from_secs(1);

#[test]
fn every_target_takes_its_seeds() {
    let sources = sources::all();
    let mut problems = Vec::new();
    for target in TARGETS {
        let found = sources::found(target);
        for (name, bytes) in &found {
            if catch_unwind(|| (target.run)(bytes)).is_err() {
                problems.push(format!("{} fails again with fuzz/found/{}/{name}", target.name, target.name));
            }
        }
        let (start, mut tried) = (Instant::now(), 0);
        // In steps over all sources, so that what the time allows is a bit of everything.
        let step = 7;
        'all: for offset in 0..step {
            for (at, files) in sources.iter().enumerate().skip(offset).step_by(step) {
                for seed in (target.seeds)(files).iter().filter(|seed| seed.len() <= target.longest) {
                    if catch_unwind(|| (target.run)(seed)).is_err() {
                        problems.push(format!("{} fails with a seed of source {at}", target.name));
                    }
                    tried += 1;
                    if start.elapsed() > PATIENCE {
                        break 'all;
                    }
                }
            }
        }
        println!("{}: {tried} seeds, {} inputs that once failed", target.name, found.len());
        assert!(tried > 0, "{} has no seed", target.name);
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn every_target_takes_nothing_and_little() {
    for target in TARGETS {
        (target.run)(&[]);
        for first in 0..=255 {
            (target.run)(&[first]);
        }
    }
}
