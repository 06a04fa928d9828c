//! Work and memory grow with the input and not with its square. Allocations and bytes are counted, and the steps where the
//! compiler put a counter into each of them (`cargo xtask test steps`), on inputs of one size, twice and four times that. Counts do
//! not depend on the machine, as times would. `cargo xtask bench growth` measures the same by time.

mod addresses;
mod at_once;
mod exported;
mod failures;
mod kinds;
mod many;
mod packets;
mod together;
mod tunnels;
mod written;

use gateway_triage_core::report::Report;
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

/// What is made of the report of an input, if anything: then all exchanges are asked for as well.
type Then = Option<fn(&Case, Report, &Files)>;

static INPUTS: &[(&[Input], Then)] = &[
    (kinds::INPUTS, None),
    (addresses::INPUTS, None),
    (failures::INPUTS, None),
    (at_once::INPUTS, None),
    (tunnels::INPUTS, None),
    (packets::INPUTS, None),
    (written::INPUTS, None),
    (together::INPUTS, None),
    (many::INPUTS, None),
    (exported::INPUTS, Some(exported::write)),
];

fn one(name: &str, bytes: impl Into<Vec<u8>>) -> Files {
    vec![(name.into(), bytes.into())]
}

/// What it takes to read and report an input, and to write what is made of that.
struct Cost {
    memory: Stats,
    /// Bytes held before the report.
    held: usize,
    steps: usize,
}

fn cost(input: &Input, then: Then, size: u64) -> Cost {
    let files = (input.make)(size);
    let region = Region::new(COUNTED);
    let before = gateway_triage_steps::taken();
    let mut case = Case::new(Options { exchanges: then.is_some(), ..Options::default() });
    for (name, bytes) in &files {
        let id = case.input(name);
        bytes.chunks(1 << 20).for_each(|chunk| case.read(id, chunk));
        case.end(id);
    }
    let read = region.change();
    let held = read.bytes_allocated.saturating_sub(read.bytes_deallocated);
    let report = case.report();
    // What a limit cuts off would grow no more.
    let limits = report.inputs.iter().flat_map(|input| &input.warnings).find(|warning| warning.contains("limit"));
    assert_eq!(limits, None, "{}", input.name);
    if let Some(then) = then {
        then(&case, report, &files);
    }
    let steps = gateway_triage_steps::taken() - before;
    Cost { memory: region.change(), held, steps: usize::try_from(steps).expect("no test takes so long") }
}

/// One test for all: what several tests do at the same time would be counted together.
#[test]
fn work_and_memory_grow_with_the_input() {
    let mut wrong = String::new();
    for (input, then) in INPUTS.iter().flat_map(|(inputs, then)| inputs.iter().map(|input| (input, *then))) {
        let costs = [1, 2, 4].map(|times| cost(input, then, input.size * times));
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
    let [held, more] = [10_000, 20_000].map(|connections| cost(open, None, connections).held);
    let each = more.saturating_sub(held) / 10_000;
    assert!(each < 800, "an open connection holds {each} bytes");
}
