//! What every target's binary shares: a bound on the memory that an input may cost.

use std::alloc::System;

use cap::Cap;
use gateway_triage_fuzz_targets::TARGETS;

/// Refuses memory beyond a limit, which ends the process: libFuzzer keeps the input.
#[global_allocator]
static MEMORY: Cap<System> = Cap::new(System, usize::MAX);

/// What the engine may keep for an input of any size.
const FIXED: usize = 96 << 20;
/// And for each byte of it: a line of a log becomes a finding with advice.
const EACH_BYTE: usize = 4096;

/// Runs a target on an input.
pub fn run(name: &str, data: &[u8]) {
    let target = TARGETS.iter().find(|target| target.name == name).expect("the target is in the table");
    let limit = MEMORY.allocated() + FIXED + data.len() * EACH_BYTE;
    MEMORY.set_limit(limit).expect("less is in use");
    (target.run)(data);
    MEMORY.set_limit(usize::MAX).expect("less is in use");
}
