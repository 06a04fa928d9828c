//! Category and product together: what to do, with the real names and numbers.
//!
//! The product's own advice comes first, then what holds for any gateway; what the evidence speaks against comes last.
//! Nothing here decides what failed.

use crate::sorting::Sorting as _;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::elsewhere::{PARTIES, Place};
use super::{Absent, Aim, Facts, For, Id, PRACTICE, Part, Product, fill, generic};
use crate::categories::{self, Cause, Check, Fix, Id as Category, Owner, Phase};
use crate::exchange::{Attempt, Bearing, Between, DeviceWord, Exchange, Proof};
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
    let facts = &Facts { reverse: own.reverse || facts.reverse, ..facts.clone() };
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
    let generic = category.causes.iter().map(|cause| Ranked { advice: cause, against: false, eases: false });
    advice.causes = rank(own_advice(own, |part| part.causes, &ids, seen).chain(generic), seen, facts);
    if let Some(proof) = proof(seen) {
        let text = proven(proof.what).into();
        advice.causes.insert(0, report::Cause { text, favoured_by: Some(proof.text.clone()) });
        advice.causes.truncate(CAUSES);
    } else if let Some(word) = device(seen) {
        let text = by_device(word.bearing).into();
        advice.causes.insert(0, report::Cause { text, favoured_by: Some(word.text.clone()) });
        advice.causes.truncate(CAUSES);
    } else if let Some(root) = seen.exchange.and_then(|exchange| exchange.signs.root.as_ref()) {
        advice.causes.insert(0, report::Cause { text: root.cause.into(), favoured_by: Some(root.text.clone()) });
        advice.causes.truncate(CAUSES);
    }
    let mut used: Vec<&str> = Vec::new();
    for check in in_order(own_advice(own, |part| part.checks, &ids, seen)) {
        used.extend(tool(check.command));
        add_check(&mut advice.checks, check, facts);
    }
    // What the product does with its own ping or telnet needs no second ping or nc.
    for check in category.checks.iter().filter(|check| tool(check.command).is_none_or(|tool| !used.contains(&tool))) {
        add_check(&mut advice.checks, check, facts);
    }
    for party in PARTIES.iter().filter(|party| named(seen).is_none_or(|owner| owner == party.owner)) {
        for check in party.checks(category.id, |log| logged(seen, log)) {
            add_check(&mut advice.checks, check, facts);
        }
    }
    let own_fixes: Vec<_> = own_advice(own, |part| part.fixes, &ids, seen).collect();
    let replaced: Vec<&str> = own_fixes.iter().map(|fix| fix.advice.setting).collect();
    let generic = category.fixes.iter().filter(|fix| !replaced.contains(&fix.setting));
    let elsewhere = PARTIES.iter().flat_map(|party| party.fixes(category.id));
    let generic = generic.chain(elsewhere).map(|fix| Ranked { advice: fix, against: false, eases: false });
    let generic: Vec<_> = generic.collect();
    let gateway = |index| if index < own_fixes.len() { own.id } else { Id::Generic };
    let all = own_fixes.iter().chain(&generic).enumerate();
    for fix in in_order(all.map(|(index, fix)| Ranked {
        advice: (fix.advice, gateway(index)),
        against: fix.against || cleared(fix.advice.at, seen),
        eases: fix.eases,
    })) {
        let place = PARTIES.iter().find_map(|party| party.place(category.id, fix.0));
        add_fix(&mut advice.fixes, fix.0, place, fix.1.as_str(), facts);
    }
    advice.gap = own.absent(category.id).map(|absent| match absent {
        Absent::CannotOccur(why) => format!("{} cannot fail so: {}", own.name, fill(why, facts)),
        Absent::Undocumented => {
            format!(
                "No document known here names a setting of {} for this; what holds for any gateway applies.",
                own.name
            )
        }
    });
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
    for check in in_order(own_advice(own, |part| part.checks, seen.candidates, seen)) {
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
    for fix in in_order(own_advice(own, |part| part.fixes, seen.candidates, seen)).take(FIXES_UNDETERMINED) {
        add_fix(&mut advice.fixes, fix, None, own.id.as_str(), facts);
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

/// Advice, whether the evidence speaks against it, and whether it only eases the harm.
struct Ranked<T> {
    advice: T,
    against: bool,
    eases: bool,
}

/// The entries of a product for any of these categories, in the product's order.
fn own_advice<'a, T: 'static>(
    own: &'a Product,
    list: fn(&Part) -> &'static [For<T>],
    ids: &'a [Category],
    seen: &'a Seen<'_>,
) -> impl Iterator<Item = Ranked<&'static T>> + 'a {
    own.handbook().parts.iter().flat_map(move |part| {
        let against = seen.exchange.is_some_and(|exchange| (part.against)(exchange, seen.attempt));
        let entries = list(part).iter().filter(|(categories, _)| categories.iter().any(|id| ids.contains(id)));
        entries.map(move |(_, advice)| Ranked { advice, against, eases: part.eases })
    })
}

/// In the order given, but what only eases the harm after the rest, and what the evidence speaks against last.
fn in_order<T>(advice: impl Iterator<Item = Ranked<T>>) -> impl Iterator<Item = T> {
    let mut advice: Vec<_> = advice.collect();
    advice.order_by_key(|entry| (entry.against, entry.eases));
    advice.into_iter().map(|entry| entry.advice)
}

/// Whether the evidence clears the party whose configuration this is: its fixes then come last.
fn cleared(at: &str, seen: &Seen<'_>) -> bool {
    match named(seen) {
        Some(Owner::Origin) => at == Owner::Firewall.as_str(),
        Some(Owner::Firewall) => at == Owner::Origin.as_str(),
        _ => false,
    }
}

/// Whether a log of this format told of the failure.
fn logged(seen: &Seen<'_>, format: &str) -> bool {
    seen.exchange.is_some_and(|exchange| exchange.signs.devices.iter().any(|word| word.log == format))
}

/// Those that evidence favours first and those that it speaks against last, else in the order given.
fn rank<'a>(causes: impl Iterator<Item = Ranked<&'a Cause>>, seen: &Seen<'_>, facts: &Facts) -> Vec<report::Cause> {
    let mut ranked: Vec<(bool, report::Cause)> = Vec::new();
    for Ranked { advice: cause, against, .. } in causes {
        let text = fill(cause.text, facts);
        if ranked.iter().all(|(_, known)| known.text != text) {
            let favoured_by = seen.exchange.and_then(|exchange| (cause.favoured_by)(exchange, seen.attempt));
            ranked.push((against, report::Cause { text, favoured_by: favoured_by.map(Into::into) }));
        }
    }
    ranked.order_by_key(|(against, cause)| (*against, cause.favoured_by.is_none()));
    ranked.into_iter().map(|(_, cause)| cause).take(CAUSES).collect()
}

/// What captures of two places prove of the failure.
fn proof<'a>(seen: &Seen<'a>) -> Option<&'a Proof> {
    let of_client = seen.exchange.and_then(|exchange| exchange.signs.proof.as_ref());
    of_client.or_else(|| seen.attempt?.proof.as_deref())
}

/// The cause that captures of two places prove.
fn proven(what: Between) -> &'static str {
    match what {
        Between::SynAckElsewhere => "The way back differs from the way out: the answer comes to another place.",
        Between::ResetByHost => "The server itself sent the RST; nothing on the way made it.",
        what if what.blames_device() => "The device between the two captures (firewall, IPS, load balancer) does it.",
        _ => "The fault lies beyond the further capture: the server, or the network before it.",
    }
}

/// What the log of a device on the path says; the word that blames goes before others.
fn device<'a>(seen: &Seen<'a>) -> Option<&'a DeviceWord> {
    seen.exchange?.signs.devices.iter().max_by_key(|word| (word.bearing.blames(), word.exact))
}

/// The cause that a device's log names.
fn by_device(bearing: Bearing) -> &'static str {
    match bearing {
        Bearing::OwnBlock => "The gateway's own traffic monitor blocks the address, by its own log.",
        Bearing::Block => "A device on the path blocks it, by its own log.",
        Bearing::Beyond => "The fault lies beyond the device on the path, which let it pass.",
        Bearing::Pass => "The device on the path let it pass, by its own log: look beyond it, or at what is before it.",
    }
}

/// The category's owner, unless the evidence names another one.
fn owner(category: &categories::Category, seen: &Seen<'_>) -> Owner {
    named(seen).unwrap_or(category.owner)
}

/// Whom the evidence names.
fn named(seen: &Seen<'_>) -> Option<Owner> {
    match proof(seen).map(|proof| proof.what) {
        Some(Between::SynAckElsewhere) => return Some(Owner::Network),
        Some(what) if what.blames_device() => return Some(Owner::Firewall),
        Some(Between::NoAnswerBeyond | Between::SilentBeyond) => return Some(Owner::Origin),
        _ => {}
    }
    match device(seen).map(|word| word.bearing) {
        Some(Bearing::OwnBlock) => return Some(Owner::Gateway),
        Some(Bearing::Block) => return Some(Owner::Firewall),
        Some(Bearing::Beyond) => return Some(Owner::Origin),
        Some(Bearing::Pass) | None => {}
    }
    match seen.attempt.and_then(|attempt| attempt.reset_by) {
        Some(ResetBy::DeviceOnPath) => Some(Owner::Firewall),
        Some(ResetBy::UpstreamHost) => Some(Owner::Origin),
        _ => None,
    }
}

fn with_facts(check: &Check, facts: &Facts) -> report::Check {
    let given = |text: &str| (!text.is_empty()).then(|| fill(text, facts));
    report::Check {
        text: fill(check.text, facts),
        command: given(check.command),
        path: given(check.path),
        source: given(check.source),
    }
}

fn add_check(checks: &mut Vec<report::Check>, check: &Check, facts: &Facts) {
    let check = with_facts(check, facts);
    if checks.iter().all(|known| known.text != check.text) {
        checks.push(check);
    }
}

fn add_fix(fixes: &mut Vec<report::Fix>, fix: &Fix, place: Option<&Place>, gateway: &str, facts: &Facts) {
    let both = |own: &str, makers: Option<&str>| -> String {
        match makers {
            Some(makers) if own.is_empty() => makers.into(),
            Some(makers) => format!("{own}; {makers}"),
            None => own.into(),
        }
    };
    let path = both(fix.path, place.map(|place| place.path));
    let source = both(fix.source, place.map(|place| place.source));
    let fix = report::Fix {
        product: if fix.at.is_empty() { gateway.into() } else { fix.at.into() },
        setting: fix.setting.into(),
        path: fill(&path, facts),
        change: fill(fix.change, facts),
        risk: fill(fix.risk, facts),
        verify: fill(fix.verify, facts),
        source: if source.is_empty() { PRACTICE.into() } else { source },
    };
    if !fixes.contains(&fix) {
        fixes.push(fix);
    }
}

/// A product's own tests for these failures, filled in, each once: without those that hold for any gateway.
#[must_use]
pub fn tests_of(product: Option<Id>, ids: &[Category], facts: &Facts) -> Vec<report::Check> {
    let Some(own) = product.and_then(Id::product) else { return Vec::new() };
    let facts = &Facts { reverse: own.reverse || facts.reverse, ..facts.clone() };
    let mut checks = Vec::new();
    for entry in own_advice(own, |part| part.checks, ids, &Seen::default()) {
        add_check(&mut checks, entry.advice, facts);
    }
    checks
}

/// A product's own changes for a failure, as something to try.
#[must_use]
pub fn changes(product: Option<Id>, id: Category, facts: &Facts) -> Vec<report::Check> {
    let Some(own) = product.and_then(Id::product) else { return Vec::new() };
    let facts = &Facts { reverse: own.reverse || facts.reverse, ..facts.clone() };
    let change = |fix: &Fix| report::Check {
        text: fill(fix.change, facts),
        command: None,
        path: Some(fill(fix.path, facts)),
        source: (!fix.source.is_empty()).then(|| fix.source.into()),
    };
    let mut changes = Vec::new();
    for fix in own_advice(own, |part| part.fixes, &[id], &Seen::default()) {
        if fix.advice.at.is_empty() && !fix.eases {
            changes.push(change(fix.advice));
        }
    }
    changes
}

/// A test with the real names and numbers.
#[must_use]
pub fn filled(check: &Check, product: Option<Id>, facts: &Facts) -> report::Check {
    let reverse = product.and_then(Id::product).is_some_and(|product| product.reverse);
    let facts = Facts { reverse: reverse || facts.reverse, ..facts.clone() };
    with_facts(check, &facts)
}

/// Failures whose packets at the gateway do not show who made them.
fn needs_both_sides(category: Category, seen: &Seen<'_>) -> bool {
    let clear = |attempt: &Attempt| attempt.reset_by == Some(ResetBy::UpstreamHost) || attempt.proof.is_some();
    if seen.attempt.is_some_and(clear) {
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
        let has = |product: &Product| product.handbook().recordings.iter().any(|recording| recording.aim == aim);
        let product = if has(own) { own } else { &generic::PRODUCT };
        for recording in product.handbook().recordings.iter().filter(|recording| wanted && recording.aim == aim) {
            add_check(&mut capture, &recording.check, if aim == Aim::Path { path_facts } else { facts });
        }
        // A log of a device on the path is here already: it needs no asking for.
        if aim == Aim::Path && wanted && device(seen).is_none() {
            let recordings = PARTIES.iter().flat_map(|party| party.recordings);
            recordings.for_each(|check| add_check(&mut capture, check, path_facts));
        }
    }
    capture
}
