//! `cargo xtask lab [NAME…]`: makes the cases under `tests/cases`.
//!
//! A recorded case is real traffic: a real gateway ([`proxies`]) in a network of namespaces, one fault at a time
//! ([`recipes`]). A built case is written packet by packet, for what these cannot show ([`built`]).
//! Recording needs root and the packages of [`NEEDED`]; building needs nothing. Tests only read the cases: the lab is
//! run by hand.

pub mod agent;
mod built;
mod net;
mod path;
mod pki;
mod proxies;
mod recipe;
mod recipes;
mod record;
mod truth;
mod watch;

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};
use std::time::Duration;

use net::{Host, Network};
use proxies::Proxy;
use recipe::Recipe;
use watch::{Running, until};

/// Files of a case stay small: they are in the repository for good.
const SIZE_LIMIT: u64 = 100_000;
/// Of the one case that is to be large.
const LARGE: u64 = 1_000_000;

/// Programs that recording needs, and Debian's packages that hold them. `squid-openssl` is Squid with TLS interception.
const NEEDED: [(&str, &str); 11] = [
    ("/usr/sbin/squid", "squid-openssl"),
    ("/usr/sbin/nginx", "nginx"),
    ("/usr/sbin/haproxy", "haproxy"),
    ("/usr/sbin/apache2", "apache2"),
    ("/usr/bin/tcpdump", "tcpdump"),
    ("/usr/bin/dumpcap", "wireshark-common"),
    ("/usr/bin/tshark", "tshark"),
    ("/usr/sbin/nft", "nftables"),
    ("/usr/bin/openssl", "openssl"),
    ("/usr/bin/curl", "curl"),
    ("/usr/bin/chromium", "chromium"),
];

/// Makes the named cases, or all; `--list` names them, `--built` makes those that need no network.
pub fn command(arguments: &[String]) -> ExitCode {
    let recorded = recipes::all();
    let built = built::all();
    if arguments.iter().any(|argument| argument == "--list") {
        for recipe in &recorded {
            println!("recorded  {}/{}", recipe.folder, recipe.name);
        }
        for case in &built {
            println!("built     {}/{}", case.folder, case.name);
        }
        return ExitCode::SUCCESS;
    }
    let only_built = arguments.iter().any(|argument| argument == "--built");
    let names: Vec<&String> = arguments.iter().filter(|argument| !argument.starts_with("--")).collect();
    let wanted = |folder: &str, name: &str| {
        names.is_empty()
            || names.iter().any(|wanted| *wanted == name || *wanted == folder || **wanted == format!("{folder}/{name}"))
    };
    let recording = recorded.iter().any(|recipe| !only_built && wanted(recipe.folder, &recipe.name));
    if let Some(missing) = recording.then(missing).flatten() {
        eprintln!("{missing}");
        return ExitCode::FAILURE;
    }
    let mut failures = 0;
    let mut made = 0;
    for case in built.iter().filter(|case| wanted(case.folder, case.name)) {
        made += 1;
        failures += usize::from(!told(case.folder, case.name, case.write(&folder(case.folder, case.name))));
    }
    for recipe in recorded.iter().filter(|recipe| !only_built && wanted(recipe.folder, &recipe.name)) {
        made += 1;
        failures += usize::from(!told(recipe.folder, &recipe.name, make(recipe)));
    }
    if made == 0 {
        eprintln!("no such case; cargo xtask lab --list names them");
        return ExitCode::from(2);
    }
    let _ = fs::remove_dir_all(certificates());
    // Empty unless a recording failed; what there is of that one stays.
    let _ = fs::remove_dir(scratch());
    println!("{made} cases, {failures} failed");
    if failures == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What recording needs and this machine lacks, in a sentence; `None` where all is there.
fn missing() -> Option<String> {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let root = status.lines().any(|line| line.starts_with("Uid:") && line.split_whitespace().nth(2) == Some("0"));
    if !root {
        return Some("recording needs root, for network namespaces; --built makes the cases that need none".to_owned());
    }
    let absent: Vec<&str> =
        NEEDED.into_iter().filter(|(program, _)| !Path::new(program).exists()).map(|(_, package)| package).collect();
    (!absent.is_empty()).then(|| format!("recording needs: apt-get install {}", absent.join(" ")))
}

/// Where recordings are made before they are kept.
fn scratch() -> PathBuf {
    std::env::temp_dir().join(format!("gtlab{}", std::process::id()))
}

/// Where the certificates of this run are.
fn certificates() -> PathBuf {
    scratch().join("pki")
}

fn told(folder: &str, name: &str, result: Result<(), String>) -> bool {
    match &result {
        Ok(()) => println!("made    {folder}/{name}"),
        Err(why) => println!("FAILED  {folder}/{name}: {why}"),
    }
    result.is_ok()
}

fn folder(category: &str, name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/cases").join(category).join(name)
}

/// Records one case in a network of its own, and keeps it only if it shows what it should.
fn make(recipe: &Recipe) -> Result<(), String> {
    let work = scratch().join(&recipe.name);
    fs::create_dir_all(&work).map_err(|why| why.to_string())?;
    let result = record(recipe, &work).and_then(|logs| keep(recipe, &work, &logs));
    if result.is_ok() {
        let _ = fs::remove_dir_all(&work);
    } else {
        eprintln!("what there is of it: {}", work.display());
    }
    result
}

/// Names and texts of logs.
type Logs = Vec<(&'static str, String)>;

/// Builds the network, breaks it as told, lets the client talk; gives the gateway's logs.
fn record(recipe: &Recipe, work: &Path) -> Result<Logs, String> {
    pki::make(&certificates())?;
    let network = Network::build(recipe.bridged, &recipe.between)?;
    let _cable = match recipe.between.cable() {
        Some(arguments) => {
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            Some(serve(&network, Host::Cable, "cable", &arguments)?)
        }
        None => None,
    };
    for (host, line) in &recipe.setup {
        let mut words = line.split(' ');
        net::finish(network.command(*host, Path::new(words.next().unwrap_or_default())).args(words))?;
    }
    let _dns = match &recipe.dns {
        Some(rules) => Some(serve(&network, Host::Dns, "dns", &[&["10.30.0.53:53"], rules.as_slice()].concat())?),
        None => None,
    };
    let _origins = serve(&network, Host::Origin, "origin", &recipe.origins)?;
    if !recipe.firewall.is_empty() {
        network.filter(Host::Firewall, "forward", &recipe.firewall)?;
    }
    if !recipe.gateway.is_empty() {
        network.filter(Host::Gateway, "input", &recipe.gateway)?;
    }
    if !recipe.egress.is_empty() {
        network.filter(Host::Gateway, "output", &recipe.egress)?;
    }
    let mut others = Vec::new();
    for (host, program, own) in &recipe.others {
        let folder = work.join(format!("{host:?}-{}", program.name));
        others.push(Proxy::start(&network, *host, &folder, program, own)?);
    }
    let folder = work.join(recipe.program.name);
    if let Some(prepare) = recipe.prepare {
        fs::create_dir_all(&folder).map_err(|why| why.to_string())?;
        prepare(&folder)?;
    }
    let gateway = Proxy::start(&network, Host::Gateway, &folder, recipe.program, &recipe.settings)?;
    let mut recorders = Vec::new();
    for tap in recipe.taps() {
        recorders.push(record::Recorder::start(&network, work, &tap)?);
    }
    let said = talk(&network, recipe)?;
    let answers: Vec<&str> = said.lines().collect();
    for recorder in recorders {
        recorder.stop()?;
    }
    let logs = gateway.stop()?;
    if answers != recipe.answers {
        return Err(format!("the client saw {answers:?}"));
    }
    Ok(logs)
}

/// Starts a server agent and waits until it is ready.
fn serve(network: &Network, host: Host, role: &str, arguments: &[&str]) -> Result<Running, String> {
    let arguments: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
    let mut child = network
        .agent(host, role, &arguments)?
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|why| format!("{role}: {why}"))?;
    let mut words = [0; 6];
    let out = child.stdout.take();
    let running = Running::new(child);
    // The agent says "ready" or ends: the read cannot hang.
    match out.map(|mut out| std::io::Read::read_exact(&mut out, &mut words)) {
        Some(Ok(())) => Ok(running),
        _ => Err(format!("{role} does not start")),
    }
}

fn talk(network: &Network, recipe: &Recipe) -> Result<String, String> {
    let form = if recipe.program.forward { "absolute" } else { "origin" };
    let address = SocketAddr::new(recipe.address.parse().map_err(|_| "no address")?, recipe.program.port);
    let mut arguments = vec![address.to_string(), form.to_owned()];
    arguments.extend(recipe.client.iter().cloned());
    let mut child = network
        .agent(Host::Client, "client", &arguments)?
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|why| format!("client: {why}"))?;
    let out = child.stdout.take();
    let mut running = Running::new(child);
    if !running.ends_within(Duration::from_secs(120)) {
        return Err("the client does not end".to_owned());
    }
    let mut said = String::new();
    if let Some(mut out) = out {
        std::io::Read::read_to_string(&mut out, &mut said).map_err(|why| why.to_string())?;
    }
    // What the gateway still has to do (its log line, its own connections' end) belongs to the case.
    until(Duration::from_millis(300), || false);
    Ok(said)
}

/// Puts the case's files in place.
fn keep(recipe: &Recipe, work: &Path, logs: &Logs) -> Result<(), String> {
    let files: Vec<&str> = recipe.taps().iter().map(|tap| tap.file).collect();
    for file in &files {
        let size = fs::metadata(work.join(file)).map_err(|why| format!("{file}: {why}"))?.len();
        if size > if recipe.name.ends_with("among-three-hundred") { LARGE } else { SIZE_LIMIT } {
            return Err(format!("{file}: {size} bytes are too many"));
        }
    }
    let kept: Vec<_> = logs.iter().filter(|(name, text)| recipe.logs.contains(name) && !text.is_empty()).collect();
    if let Some(first) = recipe.logs.first().filter(|first| !kept.iter().any(|(name, _)| name == *first)) {
        return Err(format!("the gateway wrote no {first}"));
    }
    // Those that hold something, in the recipe's order.
    let names: Vec<&str> = recipe.logs.iter().copied().filter(|log| kept.iter().any(|(name, _)| name == log)).collect();
    let truth = truth::recorded(recipe, work, &names)?;
    let target = folder(recipe.folder, &recipe.name);
    fs::create_dir_all(&target).map_err(|why| why.to_string())?;
    // An old snapshot tells of an old recording.
    let _ = fs::remove_file(target.join("report.json"));
    for file in files {
        fs::copy(work.join(file), target.join(file)).map_err(|why| why.to_string())?;
    }
    for (name, text) in kept {
        fs::write(target.join(name), text).map_err(|why| why.to_string())?;
    }
    fs::write(target.join("case.toml"), truth).map_err(|why| why.to_string())
}
