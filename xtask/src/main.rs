//! `cargo xtask`: the project's own commands.
//!
//! One file per command, one line per command in [`COMMANDS`]. What commands share lies beside
//! them: `process` (run a program), `setup` (get a program), `page` (build the page). What the
//! browser tests share with the commands is in the library half of this package.

mod bench;
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
    what: &'static str,
    run: fn(&[String]) -> anyhow::Result<()>,
}

static COMMANDS: &[Command] = &[
    Command { name: "serve", args: "[--port N]", what: "build the page and serve it on localhost", run: serve::run },
    Command {
        name: "test",
        args: "[STEP…]",
        what: "run every check, or only the named steps (`test --list` names them)",
        run: test::run,
    },
    Command {
        name: "setup",
        args: "",
        what: "install what the other commands need, and say what is there",
        run: setup::run,
    },
    Command {
        name: "bench",
        args: "",
        what: "measure the engine beside the tools that are installed",
        run: bench::run,
    },
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
    let Some(command) = COMMANDS.iter().find(|command| command.name == name) else {
        eprintln!("error: there is no command `{name}`; these exist:\n{}", usage());
        return ExitCode::from(2);
    };
    match (command.run)(rest) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn usage() -> String {
    let mut text = String::from("cargo xtask COMMAND\n");
    for Command { name, args, what, .. } in COMMANDS {
        let call = format!("{name} {args}");
        text.push_str(&format!("\n  {call:<20} {what}"));
    }
    text
}
