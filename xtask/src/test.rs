//! `cargo xtask test`: everything that has to hold, in the order in which a failure is cheapest to find.

use crate::process::{self, cargo};
use crate::setup::{self, Tool, Toolbox};
use crate::{dist, page};
use anyhow::{Context, Result, bail};
use std::process::Command;
use std::time::{Duration, Instant};

/// One check.
struct Step {
    name: &'static str,
    what: &'static str,
    needs: &'static [&'static Tool],
    run: fn(&Toolbox) -> Result<()>,
}

static STEPS: &[Step] = &[
    Step {
        name: "fmt",
        what: "the code is formatted",
        needs: &[&setup::RUSTFMT],
        run: |_| process::run(cargo().args(["fmt", "--all", "--check"])),
    },
    Step {
        name: "clippy",
        what: "no lint fires in any package or test",
        needs: &[&setup::CLIPPY],
        run: |_| process::run(cargo().args(["clippy", "--workspace", "--all-targets", "--", "-Dwarnings"])),
    },
    Step {
        name: "clippy-wasm",
        what: "nor in what the browser runs",
        needs: &[&setup::CLIPPY, &setup::WASM_TARGET],
        run: |_| {
            process::run(cargo().args([
                "clippy",
                "--package=gateway-triage-core",
                "--package=gateway-triage-app",
                "--target=wasm32-unknown-unknown",
                "--",
                "-Dwarnings",
            ]))
        },
    },
    Step {
        name: "no-std",
        what: "the engine builds for a machine without an operating system",
        needs: &[&setup::BARE_TARGET],
        run: |_| {
            process::run(cargo().args([
                "build",
                "--package=gateway-triage-core",
                "--no-default-features",
                "--target=thumbv7em-none-eabihf",
            ]))
        },
    },
    Step {
        name: "unit",
        what: "unit, property and case tests",
        needs: &[&setup::TSHARK],
        run: |_| process::run(cargo().args(["test", "--workspace"])),
    },
    Step {
        name: "steps",
        what: "what it takes to read and join grows with the input, by counted steps",
        needs: &[],
        run: |_| process::run(&mut counted()),
    },
    Step {
        name: "doc",
        what: "the documentation builds without a warning",
        needs: &[],
        run: |_| {
            process::run(
                cargo()
                    .args(["doc", "--workspace", "--no-deps", "--document-private-items"])
                    .env("RUSTDOCFLAGS", "-Dwarnings"),
            )
        },
    },
    Step {
        name: "page",
        what: "trunk builds the page",
        needs: page::NEEDS,
        run: |tools| page::build(tools, &page::WHOLE).map(drop),
    },
    Step {
        name: "dist",
        what: "the deliveries are made of it, within their budget",
        needs: dist::NEEDS,
        run: dist::of_built_page,
    },
    Step {
        name: "browser",
        what: "the built page, in headless Chromium",
        needs: &[&setup::CHROMIUM, &setup::CHROMEDRIVER, &setup::TSHARK, &setup::AXE],
        run: |tools| {
            browser(tools, "chromium", &[("CHROME", &setup::CHROMIUM), ("CHROMEDRIVER", &setup::CHROMEDRIVER)])
        },
    },
    Step {
        name: "firefox",
        what: "the same tests in headless Firefox, where it is there",
        needs: &[&setup::FIREFOX, &setup::GECKODRIVER, &setup::TSHARK, &setup::AXE],
        run: |tools| match tools.program(&setup::FIREFOX).and(tools.program(&setup::GECKODRIVER)) {
            Some(_) => browser(tools, "firefox", &[("FIREFOX", &setup::FIREFOX), ("GECKODRIVER", &setup::GECKODRIVER)]),
            None => Ok(()),
        },
    },
];

/// `cargo xtask test [STEP…]`.
pub fn run(args: &[String]) -> Result<()> {
    if args == ["--list"] {
        for step in STEPS {
            println!("{:<12} {}", step.name, step.what);
        }
        return Ok(());
    }
    if let Some(unknown) = args.iter().find(|arg| STEPS.iter().all(|step| step.name != **arg)) {
        let names: Vec<_> = STEPS.iter().map(|step| step.name).collect();
        bail!("there is no step `{unknown}`; the steps are {}", names.join(", "));
    }
    let chosen: Vec<&Step> =
        STEPS.iter().filter(|step| args.is_empty() || args.iter().any(|arg| arg == step.name)).collect();

    let start = Instant::now();
    println!("== setup: what the steps need");
    let mut needs: Vec<&Tool> = Vec::new();
    for tool in chosen.iter().flat_map(|step| step.needs) {
        if needs.iter().all(|known| known.name != tool.name) {
            needs.push(tool);
        }
    }
    let tools = setup::ensure(&needs)?;
    let mut done = vec![("setup", start.elapsed())];
    report("setup", start.elapsed());

    for step in &chosen {
        println!("\n== {}: {}", step.name, step.what);
        let start = Instant::now();
        let result = (step.run)(&tools);
        let time = start.elapsed();
        done.push((step.name, time));
        if let Err(error) = result {
            summary(&done, Some(step.name), &chosen);
            return Err(error).with_context(|| format!("the step `{}` failed", step.name));
        }
        report(step.name, time);
    }
    summary(&done, None, &chosen);
    Ok(())
}

/// The test of growth, with a counter in each block of the code (see `tests/steps`). With `--target`, so that what the compiler
/// itself loads is not counted, in a folder of its own, so that the other steps are not compiled anew.
fn counted() -> Command {
    const FLAGS: &str = "--cfg=steps -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=3 \
                         -Cllvm-args=-sanitizer-coverage-trace-pc-guard";
    let mut command = cargo();
    command.args([
        "test",
        "--package=gateway-triage-tests",
        "--test=growth",
        "--target=host-tuple",
        "--",
        "--nocapture",
    ]);
    command.env("RUSTFLAGS", FLAGS).env("CARGO_TARGET_DIR", process::workspace().join("target/steps"));
    command
}

/// Runs the browser tests on the page that the step before has built.
fn browser(tools: &Toolbox, name: &str, programs: &[(&str, &Tool)]) -> Result<()> {
    let page = page::WHOLE.folder();
    if !page.join("index.html").exists() {
        bail!("the page has not been built yet: run `cargo xtask test page dist browser`");
    }
    let mut command = cargo();
    // With --workspace, so that features and with them the compiled dependencies are those of the step `unit`.
    command.args(["test", "--workspace", "--test=browser"]);
    command.env("GATEWAY_TRIAGE_PAGE", page).env("GATEWAY_TRIAGE_BROWSER", name);
    if dist::folder().join("site").is_dir() {
        command.env("GATEWAY_TRIAGE_DIST", dist::folder());
    }
    for (variable, tool) in programs.iter().chain(&[("AXE", &setup::AXE)]) {
        if let Some(program) = tools.program(tool) {
            command.env(variable, program);
        }
    }
    process::run(&mut command)
}

fn report(name: &str, time: Duration) {
    println!("== {name}: ok in {:.1} s", time.as_secs_f64());
}

fn summary(done: &[(&str, Duration)], failed: Option<&str>, chosen: &[&Step]) {
    println!("\n== summary");
    for (name, time) in done {
        let result = if failed == Some(*name) { "FAILED" } else { "ok" };
        println!("  {name:<12} {:>7.1} s  {result}", time.as_secs_f64());
    }
    for step in chosen {
        if done.iter().all(|(name, _)| *name != step.name) {
            println!("  {:<12} {:>9}  not run", step.name, "");
        }
    }
    let total: Duration = done.iter().map(|(_, time)| *time).sum();
    println!("  {:<12} {:>7.1} s", "in all", total.as_secs_f64());
    if failed.is_none() {
        println!("== all {} steps passed", done.len());
    }
}
