//! The parts of the lab that run inside a namespace: the lab starts its own program again there
//! (`ip netns exec NS xtask lab-agent ROLE …`), so that nothing else has to be installed.
//!
//! Every agent has a lifetime and ends by itself, whatever happens to the lab.

#[cfg(target_os = "linux")]
mod cable;
mod client;
mod dns;
mod h2;
mod origin;
mod tls_bytes;
mod tls_client;
mod tls_relay;
mod tls_server;

use std::process::ExitCode;
use std::thread;
use std::time::Duration;

/// The hidden command's name.
pub const COMMAND: &str = "lab-agent";

/// No recording takes longer; an agent still there after it has been forgotten.
const LIFETIME: Duration = Duration::from_secs(180);

/// Runs one agent: `cable WIRE=LEFT,RIGHT… RULE…`, `client PROXY FORM ACTION…`, `dns ADDRESS RULE…`,
/// `origin ADDRESS=BEHAVIOUR…`, `sweep`.
pub fn command(arguments: &[String]) -> ExitCode {
    let Some((role, rest)) = arguments.split_first() else {
        return ExitCode::from(2);
    };
    if role == "sweep" {
        return super::net::sweep_when_orphaned(rest);
    }
    thread::spawn(|| {
        thread::sleep(LIFETIME);
        std::process::exit(3);
    });
    let result = match role.as_str() {
        #[cfg(target_os = "linux")]
        "cable" => cable::run(rest),
        "client" => client::run(rest),
        "dns" => dns::run(rest),
        "origin" => origin::run(rest),
        _ => Err(format!("no such agent: {role}")),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{role}: {why}");
            ExitCode::FAILURE
        }
    }
}
