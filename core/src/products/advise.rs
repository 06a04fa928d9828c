//! Category and product together: what to do, with the real names and numbers.
//!
//! The product's own advice comes first, then what holds for any gateway. Nothing here decides what failed.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Aim, Facts, For, Id, Part, Product, fill, generic};
use crate::categories::{self, Cause, Check, Fix, Id as Category, Owner, Phase};
use crate::exchange::{Attempt, Exchange};
use crate::report::{self, Advice, ResetBy};

/// What the inputs hold of a failure, as far as advice depends on it. The default is: no files at all.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen<'a> {
    /// An exchange that failed so.
    pub exchange: Option<&'a Exchange>,
    /// Its decisive attempt.
    pub attempt: Option<&'a Attempt>,
    /// Where the failure is undetermined: every category that fits, likeliest first.
    pub candidates: &'a [Category],
    /// The failure was seen in packets, not only in a log.
    pub packets: bool,
    /// Something could not be seen: the finding has doubts.
    pub doubts: bool,
}

/// Causes shown at most.
const CAUSES: usize = 5;
/// A product's fixes shown at most while it is not known what failed.
const FIXES_UNDETERMINED: usize = 8;
/// While it is not known what failed: with fewer checks of its own, a product gets the first one of as many candidates.
const CHECKS_UNDETERMINED: usize = 5;

/// What to do about a failure of this category at a gateway of this product (`None`: not known).
#[must_use]
pub fn advise(category: Category, product: Option<Id>, seen: &Seen<'_>, facts: &Facts) -> Advice {
    let own = product.and_then(Id::product).unwrap_or(&generic::PRODUCT);
    let mut advice = match category.category() {
        Some(category) => determined(category, own, seen, facts),
        None => undetermined(own, seen, facts),
    };
    advice.capture = capture(category, own, seen, facts);
    advice
}

fn determined(category: &'static categories::Category, own: &Product, seen: &Seen<'_>, facts: &Facts) -> Advice {
    let ids = [category.id];
    let mut advice = Advice { owner: owner(category, seen).as_str().into(), ..Advice::default() };
    let causes = own_advice(own, |part| part.causes, &ids).chain(category.causes);
    advice.causes = rank(causes, seen, facts);
    for check in own_advice(own, |part| part.checks, &ids) {
        add_check(&mut advice.checks, check, facts);
    }
    // What the product does with its own ping or telnet needs no second ping or nc.
    let used: Vec<&str> = own_advice(own, |part| part.checks, &ids).filter_map(|check| tool(check.command)).collect();
    for check in category.checks.iter().filter(|check| tool(check.command).is_none_or(|tool| !used.contains(&tool))) {
        add_check(&mut advice.checks, check, facts);
    }
    for fix in own_advice(own, |part| part.fixes, &ids) {
        add_fix(&mut advice.fixes, fix, own.id.as_str(), facts);
    }
    let replaced: Vec<String> = advice.fixes.iter().map(|fix| fix.setting.clone()).collect();
    for fix in category.fixes.iter().filter(|fix| !replaced.iter().any(|setting| setting == fix.setting)) {
        add_fix(&mut advice.fixes, fix, Id::Generic.as_str(), facts);
    }
    advice
}

/// Causes are the candidates, checks what tells them apart; fixes only such as the product itself suggests for one.
fn undetermined(own: &Product, seen: &Seen<'_>, facts: &Facts) -> Advice {
    let candidates: Vec<_> = seen.candidates.iter().filter_map(|candidate| candidate.category()).collect();
    // Whoever runs the gateway has to look further first.
    let mut advice = Advice { owner: Owner::Gateway.as_str().into(), ..Advice::default() };
    let cause = |category: &&categories::Category| report::Cause {
        text: format!("{} ({}).", category.title, category.id),
        favoured_by: None,
    };
    advice.causes = candidates.iter().take(CAUSES).map(cause).collect();
    let mut used: Vec<(&str, &str)> = Vec::new();
    for check in own_advice(own, |part| part.checks, seen.candidates) {
        let same = (check.command, check.path);
        if check.command.is_empty() || !used.contains(&same) {
            used.push(same);
            add_check(&mut advice.checks, check, facts);
        }
    }
    if advice.checks.len() < CHECKS_UNDETERMINED {
        for check in candidates.iter().take(CHECKS_UNDETERMINED).filter_map(|category| category.checks.first()) {
            add_check(&mut advice.checks, check, facts);
        }
    }
    for fix in own_advice(own, |part| part.fixes, seen.candidates).take(FIXES_UNDETERMINED) {
        add_fix(&mut advice.fixes, fix, own.id.as_str(), facts);
    }
    advice
}

/// The program of a command, by what it tests: `nc` and `telnet` both open a port.
fn tool(command: &str) -> Option<&str> {
    match command.split(' ').next()? {
        "" => None,
        "nc" => Some("telnet"),
        tool => Some(tool),
    }
}

/// The entries of a product for any of these categories, in the product's order.
fn own_advice<T: 'static>(
    own: &Product,
    list: fn(&Part) -> &'static [For<T>],
    ids: &[Category],
) -> impl Iterator<Item = &'static T> {
    let entries = own.parts.iter().flat_map(list);
    entries.filter(|(categories, _)| categories.iter().any(|id| ids.contains(id))).map(|(_, entry)| entry)
}

/// Those that evidence favours first, else in the order given.
fn rank<'a>(causes: impl Iterator<Item = &'a Cause>, seen: &Seen<'_>, facts: &Facts) -> Vec<report::Cause> {
    let mut ranked: Vec<report::Cause> = Vec::new();
    for cause in causes {
        let text = fill(cause.text, facts);
        if ranked.iter().all(|known| known.text != text) {
            let favoured_by = seen.exchange.and_then(|exchange| (cause.favoured_by)(exchange, seen.attempt));
            ranked.push(report::Cause { text, favoured_by: favoured_by.map(Into::into) });
        }
    }
    ranked.sort_by_key(|cause| cause.favoured_by.is_none());
    ranked.truncate(CAUSES);
    ranked
}

/// The category's owner, unless the packets name another one.
fn owner(category: &categories::Category, seen: &Seen<'_>) -> Owner {
    match seen.attempt.and_then(|attempt| attempt.reset_by) {
        Some(ResetBy::DeviceOnPath) => Owner::Firewall,
        Some(ResetBy::UpstreamHost) => Owner::Origin,
        _ => category.owner,
    }
}

fn add_check(checks: &mut Vec<report::Check>, check: &Check, facts: &Facts) {
    let given = |text: &str| (!text.is_empty()).then(|| fill(text, facts));
    let check = report::Check {
        text: fill(check.text, facts),
        command: given(check.command),
        path: given(check.path),
        source: given(check.source),
    };
    if checks.iter().all(|known| known.text != check.text) {
        checks.push(check);
    }
}

fn add_fix(fixes: &mut Vec<report::Fix>, fix: &Fix, gateway: &str, facts: &Facts) {
    let fix = report::Fix {
        product: if fix.at.is_empty() { gateway.into() } else { fix.at.into() },
        setting: fix.setting.into(),
        path: fill(fix.path, facts),
        change: fill(fix.change, facts),
        risk: fill(fix.risk, facts),
        verify: fill(fix.verify, facts),
        source: if fix.source.is_empty() { "common practice".into() } else { fix.source.into() },
    };
    if !fixes.contains(&fix) {
        fixes.push(fix);
    }
}

/// Failures whose packets at the gateway do not show who made them.
fn needs_both_sides(category: Category, seen: &Seen<'_>) -> bool {
    if seen.attempt.and_then(|attempt| attempt.reset_by) == Some(ResetBy::UpstreamHost) {
        return false;
    }
    let silent = category.category().is_none_or(|category| category.absence);
    let made_by_somebody = matches!(
        category,
        Category::TcpSynReset
            | Category::TlsReset
            | Category::TlsClosed
            | Category::ResponseReset
            | Category::ResponseInvalid
            | Category::ResponseTruncated
    );
    silent && category != Category::NoAttempt || made_by_somebody
}

fn capture(category: Category, own: &Product, seen: &Seen<'_>, facts: &Facts) -> Vec<report::Check> {
    let open = !seen.packets || seen.doubts || category == Category::Undetermined;
    // While resolving, the far end of the path is the DNS server.
    let resolving = category.category().is_some_and(|category| category.phase == Phase::Resolve);
    let asked = Facts { upstream: facts.dns, port: Some(53), ..facts.clone() };
    let path_facts = if resolving { &asked } else { facts };
    let mut capture = Vec::new();
    for (aim, wanted) in [
        (Aim::Packets, open),
        (Aim::Path, needs_both_sides(category, seen)),
        (Aim::Log, !seen.packets || category == Category::Undetermined),
        (Aim::Read, open),
    ] {
        let has = |product: &Product| product.recordings.iter().any(|recording| recording.aim == aim);
        let product = if has(own) { own } else { &generic::PRODUCT };
        for recording in product.recordings.iter().filter(|recording| wanted && recording.aim == aim) {
            add_check(&mut capture, &recording.check, if aim == Aim::Path { path_facts } else { facts });
        }
    }
    capture
}
