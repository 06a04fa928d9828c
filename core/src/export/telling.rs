//! What is told of a report, in the order in which it is read: what happened, where on the path, what to do first, how
//! we know, what speaks against it or could not be seen, the rest.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::categories::{Id as Category, Phase};
use crate::products::{self, Id as Product};
use crate::report::{Check, Confidence, Evidence, Finding, Fix, GeneratedBy, Input, Kind, Report, ResetBy, Verdict};
use crate::time::Timestamp;

/// Verdicts that are told in full where all are wanted; the rest is one line each.
const IN_FULL: usize = 20;
/// Verdicts that are told at all.
const LISTED: usize = 200;

/// Checks that stand before further fixes.
const FIRST: usize = 3;

/// One block of what is told.
pub enum Block {
    /// A heading: 1 for the whole, 2 for a verdict, 3 for a part of it.
    Heading(u8, String),
    /// A paragraph; what it is may stand before it.
    Text(Option<&'static str>, String),
    /// Items without an order.
    List(Vec<String>),
    /// Names and values.
    Facts(Vec<(&'static str, String)>),
    /// A table: its head and its rows.
    Table(&'static [&'static str], Vec<Vec<String>>),
    /// Something to copy as it stands: a command, a filter.
    Code(String),
}

/// The blocks of a report; of one verdict only, where one is chosen by its index.
pub fn tell(report: &Report, chosen: Option<usize>) -> Vec<Block> {
    let mut blocks = Vec::new();
    blocks.push(Block::Heading(1, headline(report)));
    blocks.push(Block::Text(None, made_by(report)));
    if report.partial {
        blocks.push(Block::Text(None, "The files were read only in part: later failures are missing.".into()));
    }
    blocks.push(Block::Text(None, examined(report)));
    let chosen = chosen.and_then(|at| report.verdicts.get(at));
    match chosen {
        Some(verdict) => tell_verdict(report, verdict, &mut blocks),
        None => {
            if report.verdicts.len() > 1 {
                let each = report.verdicts.iter().take(IN_FULL);
                blocks.push(Block::List(
                    each.map(|verdict| format!("{}: {}", name(verdict), counted(verdict.count, "request"))).collect(),
                ));
            }
            for verdict in report.verdicts.iter().take(IN_FULL) {
                tell_verdict(report, verdict, &mut blocks);
            }
            more(report, &mut blocks);
        }
    }
    files(report, &mut blocks);
    blocks
}

/// What the writers of text need of a report: of each verdict the first finding. Of a hundred thousand findings the rest need
/// not be redacted then.
#[must_use]
pub fn needed(report: &Report) -> Report {
    let Report { schema, partial, redacted, product, gateways, inputs, exchanges, findings, verdicts } = report;
    let mut first = Vec::new();
    let mut verdicts = verdicts.clone();
    for verdict in &mut verdicts {
        let finding = verdict.findings.first().and_then(|at| findings.get(*at as usize));
        verdict.findings.clear();
        if let Some(finding) = finding {
            verdict.findings.push(u32::try_from(first.len()).unwrap_or(u32::MAX));
            first.push(finding.clone());
        }
    }
    Report {
        schema: schema.clone(),
        partial: *partial,
        redacted: *redacted,
        product: *product,
        gateways: gateways.clone(),
        inputs: inputs.clone(),
        exchanges: *exchanges,
        findings: first,
        verdicts,
    }
}

/// How many requests failed.
pub fn headline(report: &Report) -> String {
    let (total, failed) = (report.exchanges.total, report.exchanges.failed);
    match (total, failed) {
        (0, 0) => "No request in these files".into(),
        (_, 0) if report.verdicts.is_empty() && report.exchanges.unanswered > 0 => {
            let open = report.exchanges.unanswered;
            format!("No failed request in these files; the answer to {open} of {total} is not in them")
        }
        (_, 0) if report.verdicts.is_empty() => "No failed request in these files".into(),
        (1, 1) => "The one request seen failed".into(),
        (total, failed) if total > failed => format!("{failed} of {total} requests failed"),
        (_, failed) => format!("{} failed", counted(failed, "request")),
    }
}

/// What was seen altogether: nothing is said to be healthy that could not be looked into.
fn examined(report: &Report) -> String {
    let seen = report.exchanges;
    let mut parts = alloc::vec![format!("{} seen", counted(seen.total, "request")), format!("{} failed", seen.failed)];
    if seen.unseen > 0 {
        parts.push(format!("{} not seen inside", counted(seen.unseen, "tunnel")));
    }
    if seen.unanswered > 0 {
        parts.push(format!("{} without an answer in these files", seen.unanswered));
    }
    if seen.health_checks > 0 {
        let checks = counted(seen.health_checks, "health check");
        parts.push(format!("{checks} counted apart, {} failed", seen.health_checks_failed));
    }
    format!("{}.", parts.join(", "))
}

/// A verdict's name: the category and the host.
fn name(verdict: &Verdict) -> String {
    match &verdict.host {
        Some(host) => format!("{}: {host}", title(verdict.category)),
        None => title(verdict.category).to_string(),
    }
}

/// Who made this, and whether it is redacted.
pub fn made_by(report: &Report) -> String {
    let version = env!("CARGO_PKG_VERSION");
    if report.redacted {
        format!(
            "Gateway Triage {version}. Redacted: addresses, names, paths and other words of the files are pseudonyms."
        )
    } else {
        format!("Gateway Triage {version}. Not redacted: names and addresses are the real ones.")
    }
}

/// `12 requests`
pub fn counted(many: u64, what: &str) -> String {
    format!("{many} {what}{}", if many == 1 { "" } else { "s" })
}

/// `2026-01-31 13:47:05`
fn second(time: Timestamp) -> String {
    let (year, month, day, hour, minute, second, _) = time.civil();
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
}

/// From first to last, in UTC.
pub fn span(first: Timestamp, last: Timestamp) -> String {
    let (from, to) = (second(first), second(last));
    if to <= from {
        return format!("{from} UTC");
    }
    let to = if from.get(..10) == to.get(..10) { to.get(11..).unwrap_or_default() } else { to.as_str() };
    format!("{from} to {to} UTC")
}

/// The category's name.
pub fn title(category: Category) -> &'static str {
    match category.category() {
        Some(category) => category.title,
        None => "Cause undecided",
    }
}

/// What the confidence says.
pub const fn confidence(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Proven => "Proven: the evidence below shows it.",
        Confidence::Likely => "Likely: the best explanation of what was seen.",
        Confidence::Possible => "Possible: one of several explanations of what was seen.",
    }
}

/// Where on the path it broke: client, gateway, server.
pub fn place(finding: &Finding, category: Category) -> String {
    let named = |name: &str, address: Option<String>| match address {
        Some(address) => format!("{name} {address}"),
        None => format!("{name} (not in these files)"),
    };
    let client = named("client", finding.client.map(|ip| ip.to_string()));
    let gateway = named("gateway", finding.gateway.map(|ip| ip.to_string()));
    let server = match (&finding.host, finding.upstream) {
        (Some(host), Some(address)) if *host != address.ip().to_string() => format!("{host} ({address})"),
        (_, Some(address)) => address.to_string(),
        (Some(host), None) => host.clone(),
        (None, None) => "server".into(),
    };
    let phase =
        if category == Category::Undetermined { None } else { category.category().map(|category| category.phase) };
    let (before, after) = match phase {
        Some(Phase::Client) => (" ✕ ", " — "),
        Some(Phase::Gateway | Phase::Upstream) => (" — ", " — "),
        Some(_) => (" — ", " ✕ "),
        None => (" — ", " ? "),
    };
    let broke = match phase {
        Some(Phase::Resolve) => "; broken at the DNS lookup, before the server was reached",
        Some(Phase::Connect) => "; broken where the connection is set up",
        Some(Phase::Secure) => "; broken in the TLS handshake",
        Some(Phase::Send) => "; broken while the request was sent",
        Some(Phase::Wait) => "; broken while the answer was awaited",
        Some(Phase::Receive) => "; broken while the answer came",
        Some(Phase::Upstream) => "; the server itself answered so",
        Some(Phase::Gateway) => "; the gateway itself failed",
        Some(Phase::Client) => "; broken on the client's side",
        None => "; where it broke is not decided",
    };
    format!("{client}{before}{gateway}{after}{server}{broke}.")
}

fn tell_verdict(report: &Report, verdict: &Verdict, blocks: &mut Vec<Block>) {
    let finding = verdict.findings.first().and_then(|at| report.findings.get(*at as usize));
    blocks.push(Block::Heading(2, name(verdict)));
    blocks.push(Block::Text(None, verdict.summary.clone()));
    let how_many = format!("{}, {}.", counted(verdict.count, "request"), span(verdict.first, verdict.last));
    blocks.push(Block::Text(None, how_many));
    if let Some(finding) = finding {
        blocks.push(Block::Text(Some("Where"), place(finding, verdict.category)));
        blocks.push(Block::Text(Some("How sure"), confidence(finding.confidence).into()));
        if finding.candidates.len() > 1 {
            blocks.push(Block::Text(None, "These files alone do not decide. It may be, likeliest first:".into()));
            blocks.push(Block::List(finding.candidates.iter().map(|id| title(*id).to_string()).collect()));
        }
    }
    if let Some(meaning) = &verdict.status_meaning {
        blocks.push(Block::Text(Some("This status here"), meaning.clone()));
    }
    do_first(verdict, blocks);
    if let Some(finding) = finding {
        evidence(report, finding, verdict.count, blocks);
    }
    part("What they have in common", verdict.patterns.iter().map(|pattern| pattern.text.clone()), blocks);
    if let Some(finding) = finding {
        part("Compared with a test that went well", finding.compared.iter().cloned(), blocks);
        part("What fits, but proves nothing", finding.hints.iter().cloned(), blocks);
        let against = finding.ruled_out.iter().map(|ruled| format!("{}: {}", title(ruled.category), ruled.why));
        part("What it is not", against, blocks);
        part("What could not be seen", finding.doubts.iter().cloned(), blocks);
    }
    advice(verdict, blocks);
}

fn part(name: &str, items: impl Iterator<Item = String>, blocks: &mut Vec<Block>) {
    let items: Vec<String> = items.collect();
    if !items.is_empty() {
        blocks.push(Block::Heading(3, name.into()));
        blocks.push(Block::List(items));
    }
}

/// A product by its name, another party by its own word.
fn whose(id: &str) -> &str {
    let product = Product::parse(id).and_then(|id| products::TABLE.iter().find(|product| product.id == id));
    product.map_or(id, |product| product.name)
}

fn fix(fix: &Fix, blocks: &mut Vec<Block>) {
    blocks.push(Block::Text(Some("Setting"), format!("{} ({})", fix.setting, whose(&fix.product))));
    let rows = [
        ("Where", &fix.path),
        ("Change", &fix.change),
        ("Risk", &fix.risk),
        ("It helped if", &fix.verify),
        ("Source", &fix.source),
    ];
    let rows = rows.into_iter().filter(|(_, value)| !value.is_empty());
    blocks.push(Block::Facts(rows.map(|(name, value)| (name, value.clone())).collect()));
}

fn do_first(verdict: &Verdict, blocks: &mut Vec<Block>) {
    let advice = &verdict.advice;
    if advice.fixes.is_empty() && advice.gap.is_none() && advice.owner.is_empty() {
        return;
    }
    blocks.push(Block::Heading(3, "Do first".into()));
    if let Some(first) = advice.fixes.first() {
        fix(first, blocks);
    }
    let owner = match advice.owner.as_str() {
        "" => None,
        "dns" => Some("whoever runs the DNS server or zone"),
        "network" => Some("the network team"),
        "firewall" => Some("the firewall team"),
        "origin" => Some("whoever runs the origin server"),
        "gateway" => Some("whoever runs the gateway"),
        "client" => Some("whoever runs the client"),
        other => Some(other),
    };
    if let Some(owner) = owner {
        blocks.push(Block::Text(None, format!("Usually fixed by {owner}.")));
    }
    if let Some(gap) = &advice.gap {
        blocks.push(Block::Text(None, gap.clone()));
    }
}

/// `Packet 46`, `Line 12`, with the file where there are several.
pub fn position(report: &Report, evidence: &Evidence) -> String {
    let place = match (evidence.packet, evidence.line) {
        (Some(packet), _) => format!("Packet {packet}"),
        (None, Some(line)) => format!("Line {line}"),
        (None, None) => String::new(),
    };
    match report.inputs.get(evidence.input as usize) {
        Some(input) if report.inputs.len() > 1 => format!("{place} of {}", input.name),
        _ => place,
    }
}

fn evidence(report: &Report, finding: &Finding, count: u64, blocks: &mut Vec<Block>) {
    let heading = if count > 1 { format!("Evidence: request 1 of {count}") } else { "Evidence".into() };
    blocks.push(Block::Heading(3, heading));
    let mut facts = Vec::new();
    let request = [finding.method.as_deref(), finding.target.as_deref()];
    let request: Vec<&str> = request.into_iter().flatten().collect();
    if !request.is_empty() {
        facts.push(("Request", request.join(" ")));
    }
    facts.push(("Answer", answer(finding)));
    if let Some(by) = finding.reset_by {
        facts.push(("Reset by", reset_by(by).into()));
    }
    blocks.push(Block::Facts(facts));
    let rows = finding.evidence.iter().map(|row| {
        let time = row.time.map(|time| time.to_string()).unwrap_or_default();
        alloc::vec![position(report, row), time.replace('T', " ").trim_end_matches('Z').into(), row.text.clone()]
    });
    blocks.push(Block::Table(&["Packet or line", "Time (UTC)", "What it shows"], rows.collect()));
    if let Some(filter) = &finding.filter {
        blocks.push(Block::Text(Some("Wireshark filter"), String::new()));
        blocks.push(Block::Code(filter.clone()));
    }
}

fn answer(finding: &Finding) -> String {
    let Some(status) = finding.status else { return "none seen".into() };
    let by = match finding.generated_by {
        GeneratedBy::Gateway => ", made by the gateway",
        GeneratedBy::Origin => ", made by the origin, passed on",
        GeneratedBy::ParentProxy => ", made by a parent proxy, passed on",
        GeneratedBy::Unknown => "",
    };
    match finding.first_status {
        Some(first) => format!("{first}, then {status}{by}"),
        None => format!("{status}{by}"),
    }
}

const fn reset_by(by: ResetBy) -> &'static str {
    match by {
        ResetBy::UpstreamHost => "the upstream host itself",
        ResetBy::DeviceOnPath => "a device on the path, in the host's name",
        ResetBy::Gateway => "the gateway",
        ResetBy::Client => "the client",
        ResetBy::Unknown => "cannot be told from these packets",
    }
}

fn advice(verdict: &Verdict, blocks: &mut Vec<Block>) {
    let advice = &verdict.advice;
    let causes = advice.causes.iter().map(|cause| match &cause.favoured_by {
        Some(why) => format!("{} Speaks for it: {why}", cause.text),
        None => cause.text.clone(),
    });
    part("Possible causes", causes, blocks);
    let (first, more) = advice.checks.split_at(advice.checks.len().min(FIRST));
    checks("Checks", first, blocks);
    if advice.fixes.len() > 1 {
        blocks.push(Block::Heading(3, "More fixes".into()));
        advice.fixes.iter().skip(1).for_each(|more| fix(more, blocks));
    }
    checks("More checks", more, blocks);
    checks("Record next", &advice.capture, blocks);
}

fn checks(name: &str, checks: &[Check], blocks: &mut Vec<Block>) {
    if !checks.is_empty() {
        blocks.push(Block::Heading(3, name.into()));
    }
    for check in checks {
        let path = check.path.as_deref().map(|path| format!(" In the menu: {path}")).unwrap_or_default();
        blocks.push(Block::Text(None, format!("{}{path}", check.text)));
        if let Some(command) = &check.command {
            blocks.push(Block::Code(command.clone()));
        }
    }
}

/// What is not told in full.
fn more(report: &Report, blocks: &mut Vec<Block>) {
    let rest = report.verdicts.iter().skip(IN_FULL);
    let lines = rest.take(LISTED).map(|verdict| format!("{}: {}", counted(verdict.count, "request"), verdict.summary));
    part("More failures", lines, blocks);
    let left = report.verdicts.len().saturating_sub(IN_FULL + LISTED);
    if left > 0 {
        blocks.push(Block::Text(None, format!("{left} more are in the JSON.")));
    }
}

fn files(report: &Report, blocks: &mut Vec<Block>) {
    if report.inputs.is_empty() {
        return;
    }
    blocks.push(Block::Heading(2, "Files".into()));
    let row = |input: &Input| {
        let holds = match (input.packets, input.records) {
            (Some(packets), _) => counted(packets, "packet"),
            (None, Some(records)) if input.kind == Kind::Har => format!("{records} entries"),
            (None, Some(records)) => counted(records, "log line"),
            (None, None) => "not read".into(),
        };
        let time = input.started.zip(input.ended).map(|(from, to)| span(from, to)).unwrap_or_default();
        alloc::vec![input.name.clone(), input.format.clone(), holds, time]
    };
    blocks.push(Block::Table(&["File", "Format", "Holds", "Time"], report.inputs.iter().map(row).collect()));
    let notes = report.inputs.iter().flat_map(|input| {
        let place = input.place.iter().chain(&input.warnings);
        place.map(|note| format!("{}: {note}", input.name))
    });
    let notes: Vec<String> = notes.collect();
    if !notes.is_empty() {
        blocks.push(Block::List(notes));
    }
}
