//! `cargo xtask accuracy`: the confusion matrix over all cases.

use anyhow::{Result, bail};

use crate::process;

/// Prints the matrix and the two figures that count; an error if one of them is not as it should be.
pub fn run(args: &[String]) -> Result<()> {
    if !args.is_empty() {
        bail!("`accuracy` takes no arguments");
    }
    let test = ["test", "--quiet", "--release", "--package", "gateway-triage-tests", "--test", "cases"];
    process::run(process::cargo().args(test).args(["--", "--exact", "--nocapture", "accuracy"]))
}
