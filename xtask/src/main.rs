//! `cargo xtask`: the project's own commands.
//!
//! One file per command, one line per command in [`COMMANDS`]. What commands share lies beside
//! them: `process` (run a program), `setup` (get a program), `page` (build the page). What the
//! browser tests share with the commands is in the library half of this package.

mod accuracy;
mod bench;
mod coverage;
mod deny;
mod dist;
mod fuzz;
mod lab;
mod mutants;
mod page;
mod process;
mod serve;
mod setup;
mod test;

use std::process::ExitCode;

/// One command: `cargo xtask NAME ARGS`.
struct Command {
    name: &'static str,
    args: &'static str,
    /// Empty for what only this program itself calls: help does not list it.
    what: &'static str,
    run: fn(&[String]) -> ExitCode,
}

static COMMANDS: &[Command] = &[
    Command {
        name: "serve",
        args: "[--port N]",
        what: "build the page and serve it on localhost",
        run: |args| told(serve::run(args)),
    },
    Command {
        name: "test",
        args: "[STEP…]",
        what: "run every check, or only the named steps (`test --list` names them)",
        run: |args| told(test::run(args)),
    },
    Command {
        name: "setup",
        args: "",
        what: "install what the other commands need, and say what is there",
        run: |args| told(setup::run(args)),
    },
    Command {
        name: "bench",
        args: "[PART…]",
        what: "measure engine and page beside the tools that are installed (`xtask/src/bench.rs` lists the parts)",
        run: |args| told(bench::run(args)),
    },
    Command {
        name: "dist",
        args: "",
        what: "make what is delivered: dist/site/ and dist/gateway-triage.html",
        run: |args| told(dist::run(args)),
    },
    Command {
        name: "accuracy",
        args: "",
        what: "hold every case's verdict against its truth: a confusion matrix",
        run: |args| told(accuracy::run(args)),
    },
    Command {
        name: "fuzz",
        args: "[TARGET] [SECONDS]",
        what: "try inputs that nobody would write, on all targets or one (`fuzz/`)",
        run: |args| told(fuzz::run(args)),
    },
    Command {
        name: "coverage",
        args: "[FILE]",
        what: "say which lines of the engine the tests run through; FILE gets them for an editor (lcov)",
        run: |args| told(coverage::run(args)),
    },
    Command {
        name: "mutants",
        args: "[ARGS…]",
        what: "change the rules of five categories and see whether a test notices (cargo-mutants)",
        run: |args| told(mutants::run(args)),
    },
    Command {
        name: "deny",
        args: "[CHECK…]",
        what: "hold licences, versions and sources of all crates against deny.toml (cargo-deny)",
        run: |args| told(deny::run(args)),
    },
    Command {
        name: "lab",
        args: "[NAME…]",
        what: "record the test cases anew (root, Debian; `lab --list` names them)",
        run: lab::command,
    },
    Command { name: lab::agent::COMMAND, args: "", what: "", run: lab::agent::command },
];

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (name, rest) = match args.split_first() {
        Some((name, rest)) => (name.as_str(), rest),
        None => ("help", &[][..]),
    };
    if matches!(name, "help" | "--help" | "-h") {
        println!("{}", usage());
        return ExitCode::SUCCESS;
    }
    match COMMANDS.iter().find(|command| command.name == name) {
        Some(command) => (command.run)(rest),
        None => {
            eprintln!("error: there is no command `{name}`; these exist:\n{}", usage());
            ExitCode::from(2)
        }
    }
}

fn told(result: anyhow::Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn usage() -> String {
    let mut text = String::from("cargo xtask COMMAND\n");
    for Command { name, args, what, .. } in COMMANDS.iter().filter(|command| !command.what.is_empty()) {
        let call = format!("{name} {args}");
        text.push_str(&format!("\n  {call:<20} {what}"));
    }
    text
}
