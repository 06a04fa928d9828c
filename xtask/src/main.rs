//! The project's own commands.
mod lab;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (command, rest) = match arguments.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("", &[][..]),
    };
    match command {
        "lab" => lab::command(rest),
        lab::agent::COMMAND => lab::agent::command(rest),
        _ => {
            eprintln!("usage: cargo xtask lab [--list] [NAME...]");
            ExitCode::from(2)
        }
    }
}
