//! Work and memory grow with the input and not with its square. Allocations and bytes are counted, and the steps where the
//! compiler put a counter into each of them (`cargo xtask test steps`), on inputs of one size, twice and four times that. Counts do
//! not depend on the machine, as times would. `cargo xtask bench growth` measures the same by time.

mod addresses;
mod failures;
mod kinds;
mod many;
mod together;
mod written;

use gateway_triage_core::{Case, Options};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, Stats, StatsAlloc};
use std::alloc::System;
use std::fmt::Write as _;

#[global_allocator]
static COUNTED: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Names and contents of the files that are read together.
type Files = Vec<(String, Vec<u8>)>;

/// A kind of input, of a size.
struct Input {
    name: &'static str,
    make: fn(u64) -> Files,
    /// The smallest size.
    size: u64,
}

static INPUTS: &[&[Input]] =
    &[kinds::INPUTS, addresses::INPUTS, failures::INPUTS, written::INPUTS, together::INPUTS, many::INPUTS];

fn one(name: &str, bytes: impl Into<Vec<u8>>) -> Files {
    vec![(name.into(), bytes.into())]
}

/// What it takes to read and report an input.
struct Cost {
    memory: Stats,
    /// Bytes held before the report.
    held: usize,
    steps: usize,
}

fn cost(input: &Input, size: u64) -> Cost {
    let files = (input.make)(size);
    let region = Region::new(COUNTED);
    let before = gateway_triage_steps::taken();
    let mut case = Case::new(Options::default());
    for (name, bytes) in &files {
        let id = case.input(name);
        bytes.chunks(1 << 20).for_each(|chunk| case.read(id, chunk));
        case.end(id);
    }
    let read = region.change();
    let held = read.bytes_allocated.saturating_sub(read.bytes_deallocated);
    let _ = case.report();
    let steps = gateway_triage_steps::taken() - before;
    Cost { memory: region.change(), held, steps: usize::try_from(steps).expect("no test takes so long") }
}

/// One test for all: what several tests do at the same time would be counted together.
#[test]
fn work_and_memory_grow_with_the_input() {
    let mut wrong = String::new();
    for input in INPUTS.iter().copied().flatten() {
        let costs = [1, 2, 4].map(|times| cost(input, input.size * times));
        let of = |what: fn(&Cost) -> usize| [what(&costs[0]), what(&costs[1]), what(&costs[2])];
        for (what, [one, two, four]) in [
            ("steps", of(|cost| cost.steps)),
            ("allocations", of(|cost| cost.memory.allocations)),
            ("bytes allocated", of(|cost| cost.memory.bytes_allocated)),
            ("bytes held", of(|cost| cost.held)),
        ] {
            if what == "steps" {
                println!("{:<60} {what} {:>12} {:>12} {:>12}", input.name, one, two, four);
                assert_eq!(
                    cfg!(steps),
                    one > 0,
                    "steps are counted where the compiler was asked for it, and only there"
                );
            }
            // Lists double: what four times as much takes may be a step ahead. With the square it would be sixteen times.
            if one > 0 && (two >= one * 3 || four >= one * 6) {
                let _ = writeln!(wrong, "{}: {what} grow as {one}, {two}, {four}", input.name);
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
    let open = &kinds::INPUTS[0];
    let [held, more] = [10_000, 20_000].map(|connections| cost(open, connections).held);
    let each = more.saturating_sub(held) / 10_000;
    assert!(each < 800, "an open connection holds {each} bytes");
}
