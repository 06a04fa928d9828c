//! One verdict, in the order in which it is read: what happened, where, what to do first, how we know, what speaks
//! against it or could not be seen, the rest.

use std::sync::Arc;

use gateway_triage_core::categories::Id as Category;
use gateway_triage_core::report::{Finding, Report, RuledOut, Verdict};
use leptos::prelude::*;

use super::advice::{DoFirst, MoreAdvice};
use super::evidence::EvidenceView;
use super::mark::Mark;
use super::path_picture::PathPicture;
use super::section::Section;
use crate::glossary::explained;
use crate::state::App;
use crate::{times, verdicts, words};

/// The verdict that is selected. Each part redraws only when its own data change: reading goes on while it is read.
#[component]
pub fn VerdictView(report: Signal<Option<Arc<Report>>>) -> impl IntoView {
    let app = App::get();
    let verdict =
        Memo::new(move |_| report.get().and_then(|report| app.shown().and_then(|at| report.verdicts.get(at).cloned())));
    let key = Memo::new(move |_| verdict.get().as_ref().map(verdicts::key));
    let count = Memo::new(move |_| verdict.get().map_or(0, |verdict| verdict.count));
    app.keep_place(key, Memo::new(move |_| count.get() > 1));
    let finding = Memo::new(move |_| {
        let place = app.lists.place.get().filter(|place| key.get().is_some_and(|key| place.is_of(&key)));
        if let Some(picked) = place.and_then(|place| place.picked) {
            return Some(*picked.finding);
        }
        let index = *verdict.get()?.findings.first()?;
        report.get()?.findings.get(index as usize).cloned()
    });
    let category = Memo::new(move |_| verdict.get().map_or(Category::Undetermined, |verdict| verdict.category));
    let phase = Memo::new(move |_| verdicts::phase(category.get()));
    let title = Memo::new(move |_| verdicts::title(category.get()));
    let advice = Memo::new(move |_| verdict.get().map(|verdict| verdict.advice).unwrap_or_default());
    // What it can have been has a part of its own then, and needs no second list of causes or doubts.
    let open = Memo::new(move |_| {
        category.get() == Category::Undetermined && finding.get().is_some_and(|finding| finding.candidates.len() > 1)
    });
    view! {
        <article class="verdict" aria-labelledby="verdict-heading">
            <div class="head">
                <Head verdict=verdict finding=finding open=open />
            </div>
            <PathPicture finding=finding phase=phase what=title />
            <Show when=move || open.get()>
                <CouldBe finding=finding />
            </Show>
            <Sentences
                id="patterns"
                title=words::PATTERNS
                of=verdict
                which=|verdict: Verdict| verdict.patterns.into_iter().map(|pattern| pattern.text).collect()
            />
            <DoFirst advice=advice />
            <EvidenceView report=report finding=finding verdict=key count=count />
            <Sentences id="compared" title=words::COMPARED of=finding which=|finding: Finding| finding.compared />
            <Sentences id="hints" title=words::HINTS of=finding which=|finding: Finding| finding.hints />
            <Against finding=finding />
            <Show when=move || !open.get()>
                <Sentences id="not-seen" title=words::NOT_SEEN of=finding which=|finding: Finding| finding.doubts />
            </Show>
            <MoreAdvice advice=advice open=open />
        </article>
    }
}

#[component]
fn Head(verdict: Memo<Option<Verdict>>, finding: Memo<Option<Finding>>, open: Memo<bool>) -> impl IntoView {
    let zone = App::get().zone;
    let fits = Memo::new(move |_| {
        let finding = finding.get()?;
        (finding.candidates.len() > 1 && !open.get()).then_some(finding.candidates)
    });
    view! {
        {move || {
            let verdict = verdict.get()?;
            let phase = verdicts::phase(verdict.category);
            let zone = zone.get();
            Some(
                view! {
                    <p class="kicker">
                        <Mark phase=phase />
                        <span>{verdicts::title(verdict.category)}</span>
                        <span class="phase-name">{words::phase(phase)}</span>
                    </p>
                    <h2 id="verdict-heading" tabindex="-1">
                        {explained(&verdict.summary)}
                    </h2>
                    <p class="aside">
                        {words::requests(verdict.count)}", "
                        <span class="numbers">{times::range(verdict.first, verdict.last, zone)}</span>" "
                        {times::offset_name(verdict.first, zone)}
                    </p>
                    {verdict.status_meaning.map(|meaning| view! { <p>{meaning}</p> })}
                },
            )
        }}
        {move || {
            finding
                .get()
                .map(|finding| {
                    let (word, why) = words::confidence(finding.confidence);
                    view! {
                        <p class="sure">
                            <strong>{word}</strong>
                            ": "
                            {why}
                            "."
                        </p>
                    }
                })
        }}
        {move || {
            fits.get()
                .map(|fits| {
                    view! {
                        <p>{words::FITS_AS_WELL}</p>
                        {ranked(fits)}
                    }
                })
        }}
    }
}

fn ranked(candidates: Vec<Category>) -> impl IntoView {
    let names = candidates.into_iter().map(|id| view! { <li>{verdicts::title(id)}</li> }).collect_view();
    view! { <ol class="candidates">{names}</ol> }
}

/// Where nothing is decided: all that fits, and beside it what would have to be seen.
#[component]
fn CouldBe(finding: Memo<Option<Finding>>) -> impl IntoView {
    move || {
        finding.get().map(|Finding { candidates, doubts, .. }| {
            let doubts = (!doubts.is_empty()).then(|| {
                let rows = doubts.into_iter().map(|doubt| view! { <li>{explained(&doubt)}</li> }).collect_view();
                view! {
                    <div>
                        <h4>{words::NOT_SEEN}</h4>
                        <ul class="items plain">{rows}</ul>
                    </div>
                }
            });
            view! {
                <Section id="could-be" title=words::COULD_BE>
                    <div class="could-be">
                        <div>
                            <h4>{words::COULD_BE_ORDER}</h4>
                            {ranked(candidates)}
                        </div>
                        {doubts}
                    </div>
                </Section>
            }
        })
    }
}

#[component]
fn Against(finding: Memo<Option<Finding>>) -> impl IntoView {
    let ruled_out = Memo::new(move |_| finding.get().map(|finding| finding.ruled_out).unwrap_or_default());
    move || {
        let ruled_out = ruled_out.get();
        (!ruled_out.is_empty()).then(|| {
            let rows = ruled_out
                .into_iter()
                .map(|RuledOut { category, why }| {
                    view! {
                        <li>
                            <strong>{verdicts::title(category)}</strong>
                            ": "
                            {explained(&why)}
                        </li>
                    }
                })
                .collect_view();
            view! {
                <Section id="against" title=words::AGAINST>
                    <ul class="items plain">{rows}</ul>
                </Section>
            }
        })
    }
}

/// Sentences of the engine's below a heading; nothing where there are none.
#[component]
fn Sentences<T: Clone + PartialEq + Send + Sync + 'static>(
    id: &'static str,
    title: &'static str,
    of: Memo<Option<T>>,
    which: fn(T) -> Vec<String>,
) -> impl IntoView {
    let sentences = Memo::new(move |_| of.get().map(which).unwrap_or_default());
    move || {
        let sentences = sentences.get();
        (!sentences.is_empty()).then(|| {
            let rows = sentences.into_iter().map(|sentence| view! { <li>{explained(&sentence)}</li> }).collect_view();
            view! {
                <Section id=id title=title>
                    <ul class="items plain">{rows}</ul>
                </Section>
            }
        })
    }
}
