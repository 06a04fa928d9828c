//! How many steps a program has taken: every block of the code that was compiled with `-Cpasses=sancov-module` calls in here
//! (SanitizerCoverage of LLVM, trace-pc-guard), and is counted. Unlike a time, the count is the same on every machine.
//! `cargo xtask test steps` compiles the test of growth so; in any other build nothing calls, and the count stays 0.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

static STEPS: AtomicU64 = AtomicU64::new(0);

/// Steps so far, of all threads together; of several at once some may be lost.
pub fn taken() -> u64 {
    STEPS.load(Relaxed)
}

/// What a block calls. LLVM leaves functions of this prefix alone; so that nothing in it is counted in turn, all of it has to be
/// compiled into one, which the package's profile sees to.
#[unsafe(no_mangle)]
pub extern "C" fn __sanitizer_cov_trace_pc_guard(_guard: *mut u32) {
    STEPS.store(STEPS.load(Relaxed) + 1, Relaxed);
}

/// What each part of a program calls before it starts. There is nothing to prepare.
#[unsafe(no_mangle)]
pub extern "C" fn __sanitizer_cov_trace_pc_guard_init(_start: *mut u32, _stop: *mut u32) {}
