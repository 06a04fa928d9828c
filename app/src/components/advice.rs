//! What to do: causes, checks, fixes, what to record next, and where all that comes from.

use std::collections::BTreeSet;

use gateway_triage_core::report::{Advice, Cause, Check, Fix};
use leptos::prelude::*;

use super::copy::{Command, Copy};
use super::section::{Section, three_then_more};
use crate::glossary::explained;
use crate::{verdicts, words};

/// The first fix: what most readers came for. Where it is not one of the gateway's own, below it is said why.
#[component]
pub fn DoFirst(advice: Memo<Advice>) -> impl IntoView {
    move || {
        let Advice { fixes, owner, gap, .. } = advice.get();
        let fix = fixes.into_iter().next();
        (fix.is_some() || gap.is_some()).then(|| {
            view! {
                <Section id="do-first" title=words::DO_FIRST first=true>
                    {fix.map(one_fix)}
                    <p class="owner">{words::owner(&owner)}</p>
                    {gap.map(|gap| view! { <p class="aside gap">{gap}</p> })}
                </Section>
            }
        })
    }
}

/// Everything after the evidence.
#[component]
pub fn MoreAdvice(
    advice: Memo<Advice>,
    /// The causes are shown elsewhere, as what it can have been.
    open: Memo<bool>,
) -> impl IntoView {
    move || {
        let Advice { causes, checks, capture, fixes, .. } = advice.get();
        let causes = if open.get() { Vec::new() } else { causes };
        let sources = sources(&fixes, &checks, &capture);
        let fixes: Vec<Fix> = fixes.into_iter().skip(1).collect();
        view! {
            {part("causes", words::CAUSES, causes, |items| three_then_more(items, true, one_cause))}
            {part("checks", words::CHECKS, checks, |items| three_then_more(items, true, one_check))}
            {part("more-fixes", words::MORE_FIXES, fixes, |items| three_then_more(items, false, one_fix))}
            {part("capture", words::CAPTURE, capture, |items| three_then_more(items, false, one_check))}
            {part("sources", words::SOURCES, sources, |items| three_then_more(items, false, one_source))}
        }
    }
}

fn part<T: Send + 'static>(
    id: &'static str,
    title: &'static str,
    items: Vec<T>,
    list: fn(Vec<T>) -> AnyView,
) -> Option<AnyView> {
    (!items.is_empty()).then(|| view! { <Section id=id title=title>{list(items)}</Section> }.into_any())
}

fn one_cause(cause: Cause) -> AnyView {
    view! {
        <p>{explained(&cause.text)}</p>
        {cause
            .favoured_by
            .map(|why| view! { <p class="aside"><strong>{words::FAVOURED}</strong>" "{why}</p> })}
    }
    .into_any()
}

pub(super) fn one_check(check: Check) -> AnyView {
    view! {
        <p>{explained(&check.text)}</p>
        {check.path.map(|path| view! { <p class="aside"><strong>{words::MENU}</strong>" "{path}</p> })}
        {check.command.map(|command| view! { <Command text=command /> })}
    }
    .into_any()
}

fn one_fix(fix: Fix) -> AnyView {
    let text = fix_text(&fix);
    let row = |name: &'static str, value: String, class: &'static str| {
        (!value.is_empty()).then(|| view! { <dt>{name}</dt> <dd class=class>{value}</dd> })
    };
    view! {
        <div class="fix">
            <div class="fix-head">
                <p class="fix-name">
                    <strong>{fix.setting}</strong>
                    <span class="whose">{verdicts::whose(&fix.product).to_owned()}</span>
                </p>
                <Copy text=text what=words::FIX />
            </div>
            <dl class="facts">
                {row(words::WHERE, fix.path, "code")}
                {row(words::CHANGE, fix.change, "")}
                {row(words::RISK, fix.risk, "")}
                {row(words::VERIFY, fix.verify, "code")}
            </dl>
        </div>
    }
    .into_any()
}

/// A fix as it goes into a ticket.
fn fix_text(fix: &Fix) -> String {
    let mut text = format!("{} ({})\n", fix.setting, verdicts::whose(&fix.product));
    for (name, value) in [
        (words::WHERE, &fix.path),
        (words::CHANGE, &fix.change),
        (words::RISK, &fix.risk),
        (words::VERIFY, &fix.verify),
    ] {
        if !value.is_empty() {
            text += &format!("{name}: {value}\n");
        }
    }
    text
}

fn one_source(source: String) -> AnyView {
    // A link only for what is nothing but an address: text may come from anywhere, but never `javascript:`.
    if source.starts_with("https://") && !source.contains(char::is_whitespace) {
        view! { <a href=source.clone() target="_blank" rel="noopener noreferrer">{source.clone()}</a> }.into_any()
    } else {
        view! { <p>{source}</p> }.into_any()
    }
}

/// Each source once, in the order of its first use.
fn sources(fixes: &[Fix], checks: &[Check], capture: &[Check]) -> Vec<String> {
    let mut known = BTreeSet::new();
    let fixes = fixes.iter().map(|fix| fix.source.as_str());
    let checks = checks.iter().chain(capture).filter_map(|check| check.source.as_deref());
    fixes.chain(checks).filter(|source| !source.is_empty() && known.insert(*source)).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn sources_come_once() {
        let advice = fixture::report().verdicts.remove(0).advice;
        let twice = [advice.fixes.clone(), advice.fixes.clone()].concat();
        assert_eq!(sources(&twice, &[], &[]), sources(&advice.fixes, &[], &[]));
    }

    #[test]
    fn a_fix_copies_as_lines() {
        let advice = fixture::report().verdicts.remove(0).advice;
        let text = fix_text(&advice.fixes[0]);
        assert!(text.lines().count() >= 4, "{text}");
        assert!(text.contains("\nRisk: "), "{text}");
    }
}
