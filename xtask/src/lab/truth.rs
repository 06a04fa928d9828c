//! Writes `case.toml`: what the case is expected to give, and where it comes from.
//!
//! Evidence is told by display filters and found by tshark: a filter that selects nothing means that
//! the recording does not show what its recipe says, and the case is not written.

use std::fmt::Write;
use std::path::Path;
use std::process::Command;

use super::recipe::{ANY, Expect, Recipe, Recording, Sought, Which};

/// The numbers of the packets that `filter` selects.
pub fn packets(capture: &Path, filter: &str) -> Result<Vec<u64>, String> {
    let output = Command::new("tshark")
        .args(["-2", "-n", "-r"])
        .arg(capture)
        .args([
            "-d",
            "tcp.port==3128,http",
            "-d",
            "tcp.port==9090,http",
            "-d",
            "tcp.port==50051,http2",
            "-Y",
            filter,
            "-T",
            "fields",
            "-e",
            "frame.number",
        ])
        .output()
        .map_err(|why| format!("tshark: {why}"))?;
    if !output.status.success() {
        return Err(format!("tshark: {filter}: {}", String::from_utf8_lossy(&output.stderr)));
    }
    Ok(String::from_utf8_lossy(&output.stdout).lines().filter_map(|line| line.trim().parse().ok()).collect())
}

/// The text of a recorded case's `case.toml`; its recordings are in `folder`, and `logs` are kept beside them.
pub fn recorded(recipe: &Recipe, folder: &Path, logs: &[&str]) -> Result<String, String> {
    let mut out = String::new();
    let files: Vec<&'static str> = recipe.taps().iter().map(|tap| tap.file).collect();
    let (inputs, joined) =
        if recipe.log_decides { ([files.as_slice(), logs].concat(), &[][..]) } else { (files.clone(), logs) };
    head(&mut out, &recipe.about, &inputs, joined, recipe.exchanges);
    for filter in &recipe.shows {
        if packets(&folder.join(files[0]), filter)?.is_empty() {
            return Err(format!("no packet for {filter}"));
        }
    }
    for expect in &recipe.expect {
        let mut numbers = vec![Vec::new(); files.len()];
        for Sought { place, filter, which } in &expect.evidence {
            // Where the clients' side is not recorded, their packets are not there to be seen.
            let hidden = recipe.recording == Recording::Wan && [recipe.asked(), recipe.answer()].contains(filter);
            let mut found = packets(&folder.join(files[*place]), filter)?;
            found = match which {
                Which::All => found,
                Which::First => found.first().copied().into_iter().collect(),
                Which::Last => found.last().copied().into_iter().collect(),
            };
            if found.is_empty() && !hidden {
                return Err(format!("{}: no packet for {filter}", files[*place]));
            }
            numbers[*place].extend(found);
        }
        let mut expect = expect.clone();
        for (file, mut numbers) in files.iter().zip(numbers) {
            numbers.sort_unstable();
            numbers.dedup();
            if !numbers.is_empty() || files.len() == 1 {
                expect = expect.at(file, &numbers);
            }
        }
        finding(&mut out, &expect);
    }
    let _ = write!(
        out,
        "\n[origin]\nmade = \"recorded\"\nlicence = \"MIT OR Apache-2.0\"\ncommand = \"cargo xtask lab {}\"\n",
        recipe.name
    );
    let program = recipe.program;
    let _ = writeln!(out, "proxy = {:?}\nsettings = {:?}", program.version(), program.settings(&recipe.settings));
    for (host, program, own) in &recipe.others {
        let _ = writeln!(out, "{}_proxy = {:?}", format!("{host:?}").to_lowercase(), program.version());
        let _ = writeln!(out, "{}_settings = {:?}", format!("{host:?}").to_lowercase(), program.settings(own));
    }
    if recipe.between.taps.is_empty() {
        let _ = writeln!(out, "recording = {:?}", format!("{:?}", recipe.recording));
    }
    match &recipe.dns {
        Some(rules) => {
            let _ = writeln!(out, "dns = {rules:?}");
        }
        None => out.push_str("dns = \"not running\"\n"),
    }
    if !recipe.gateway.is_empty() {
        let _ = writeln!(out, "gateway = {:?}", recipe.gateway);
    }
    if !recipe.egress.is_empty() {
        let _ = writeln!(out, "egress = {:?}", recipe.egress);
    }
    if !recipe.setup.is_empty() {
        let commands: Vec<String> = recipe.setup.iter().map(|(host, line)| format!("{host:?}: {line}")).collect();
        let _ = writeln!(out, "setup = {commands:?}");
    }
    for (key, value) in recipe.between.told() {
        let _ = writeln!(out, "{key} = {value}");
    }
    if recipe.bridged {
        out.push_str("bridged = true\n");
    }
    let _ = writeln!(
        out,
        "origins = {:?}\nfirewall = {:?}\nclient = {:?}",
        recipe.origins,
        recipe.firewall,
        brief(&recipe.client)
    );
    Ok(out)
}

/// Long scripts repeat themselves: the start tells enough.
fn brief(script: &[String]) -> Vec<String> {
    let mut lines: Vec<String> = script.iter().take(8).cloned().collect();
    if script.len() > lines.len() {
        lines.push(format!("… {} actions in all", script.len()));
    }
    lines
}

/// The first part: inputs and counts.
pub fn head(out: &mut String, about: &str, inputs: &[&str], joined: &[&str], exchanges: (usize, usize, usize)) {
    let _ = writeln!(out, "about = {about:?}\ninputs = {inputs:?}");
    if !joined.is_empty() {
        let _ = writeln!(out, "joined = {joined:?}");
    }
    out.push_str("\n[exchanges]\n");
    let (total, failed, unseen) = exchanges;
    for (name, count) in [("total", total), ("failed", failed), ("unseen", unseen)] {
        if count != ANY {
            let _ = writeln!(out, "{name} = {count}");
        }
    }
}

/// One expected finding.
pub fn finding(out: &mut String, expect: &Expect) {
    out.push_str("\n[[expect]]\n");
    for (field, value) in &expect.fields {
        let _ = writeln!(out, "{field} = {value}");
    }
    let evidence: Vec<String> = expect
        .numbers
        .iter()
        .map(|(file, numbers)| {
            if expect.paired {
                let pairs: Vec<&[u64]> = numbers.chunks(2).collect();
                return format!("{file:?} = {pairs:?}");
            }
            format!("{file:?} = {numbers:?}")
        })
        .collect();
    if !evidence.is_empty() {
        let _ = writeln!(out, "evidence = {{ {} }}", evidence.join(", "));
    }
}
