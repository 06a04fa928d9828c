//! Writes the seeds of one target into a folder: `seeds TARGET FOLDER`. `cargo xtask fuzz` calls it, and reads from standard
//! output how long an input of this target may be.

use std::collections::BTreeSet;
use std::process::ExitCode;
use std::{env, fs};

use gateway_triage_fuzz_targets::{TARGETS, sources};

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let [name, folder] = args.as_slice() else {
        eprintln!("error: call it as `seeds TARGET FOLDER`");
        return ExitCode::from(2);
    };
    let Some(target) = TARGETS.iter().find(|target| target.name == name) else {
        eprintln!("error: there is no target `{name}`");
        return ExitCode::from(2);
    };
    let made = sources::all().into_iter().flat_map(|files| (target.seeds)(&files));
    let found = sources::found(target).into_iter().map(|(_, bytes)| bytes);
    let seeds: BTreeSet<Vec<u8>> = made.chain(found).filter(|seed| seed.len() <= target.longest).collect();
    if let Err(why) = fs::create_dir_all(folder) {
        eprintln!("error: {folder}: {why}");
        return ExitCode::FAILURE;
    }
    for (at, seed) in seeds.iter().enumerate() {
        if let Err(why) = fs::write(format!("{folder}/seed-{at:05}"), seed) {
            eprintln!("error: {folder}: {why}");
            return ExitCode::FAILURE;
        }
    }
    eprintln!("{} seeds, at most {} bytes each", seeds.len(), target.longest);
    println!("{}", target.longest);
    ExitCode::SUCCESS
}
