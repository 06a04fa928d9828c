//! What it can be: every category where it stands, and why on demand.

use gateway_triage_core::guided::{Bearing, Given, Place, Reason, Standing};
use leptos::prelude::*;

use crate::components::mark::{self, Mark};
use crate::guide::Guide;
use crate::{verdicts, words};

/// Open without a click up to so many.
const SHORT: usize = 12;

/// The list beside the question: always there.
#[component]
pub fn Left(guide: Memo<Guide>) -> impl IntoView {
    view! {
        <section class="left" aria-labelledby="guide-list">
            <h2 id="guide-list" tabindex="-1">
                {words::WHAT_IT_CAN_BE}
            </h2>
            {move || {
                let guide = guide.get();
                let list = guide.given().list();
                let fits = list.iter().any(|one| one.place == Place::Fits);
                [Place::Fits, Place::Open, Place::Unlikely, Place::Out]
                    .into_iter()
                    .filter_map(|place| {
                        let of: Vec<&Standing> = list.iter().filter(|one| one.place == place).collect();
                        let open = match place {
                            Place::Fits => true,
                            Place::Open => !fits || of.len() <= SHORT / 2,
                            Place::Unlikely => !fits && Given::left(&list).first().is_some_and(|one| one.place == place),
                            Place::Out => false,
                        };
                        group(&guide, place, &of, open)
                    })
                    .collect_view()
            }}
        </section>
    }
}

fn group(guide: &Guide, place: Place, of: &[&Standing], open: bool) -> Option<impl IntoView + use<>> {
    (!of.is_empty()).then(|| {
        let rows = of.iter().map(|one| row(guide, one)).collect_view();
        view! {
            <details open=open class:out=place == Place::Out class:fits=place == Place::Fits>
                <summary>
                    <strong>{words::place(place)}</strong>
                    " ("
                    <span class="number">{of.len()}</span>
                    ")"
                </summary>
                <ul>{rows}</ul>
            </details>
        }
    })
}

fn row(guide: &Guide, one: &Standing) -> impl IntoView + use<> {
    let phase = verdicts::phase(one.category);
    let link = guide.at(one.category).link();
    let many = |bearing| one.reasons.iter().filter(|reason| reason.bearing == bearing).count();
    let said = match many(Bearing::RulesOut) {
        0 => words::said(many(Bearing::Supports), many(Bearing::Against)),
        _ => words::place(Place::Out).to_lowercase(),
    };
    let why = (!one.reasons.is_empty()).then(|| {
        view! {
            <details class="why">
                <summary>
                    {words::WHY}": "{said}<span class="out-of-sight">" "{verdicts::title(one.category)}</span>
                </summary>
                {reasons(&one.reasons)}
            </details>
        }
    });
    view! {
        <li class=mark::class(phase)>
            <Mark phase=phase />
            <div>
                <a href=link>{verdicts::title(one.category)}</a>
                " "
                <span class="phase-name">{words::phase(phase)}</span>
                {why}
            </div>
        </li>
    }
}

/// Each answer's word on it.
pub fn reasons(reasons: &[Reason]) -> impl IntoView + use<> {
    let rows = reasons
        .iter()
        .map(|reason| {
            let (sign, word) = words::bearing(reason.bearing);
            view! {
                <li>
                    <span class="sign" aria-hidden="true">
                        {sign}
                    </span>
                    <span>
                        <strong>{reason.question.name}</strong>
                        " "
                        {word}
                        ": "
                        {reason.why.to_string()}
                        <span class="aside">" "{reason.source.to_string()}"."</span>
                    </span>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="reasons">{rows}</ul> }
}

/// A category among the few that fit best.
pub fn found(guide: &Guide, one: &Standing) -> impl IntoView + use<> {
    let phase = verdicts::phase(one.category);
    let link = guide.at(one.category).link();
    let meaning =
        one.category.category().map(|category| gateway_triage_core::products::fill(category.meaning, &guide.facts()));
    view! {
        <li>
            <p class="kicker">
                <Mark phase=phase />
                <strong>{verdicts::title(one.category)}</strong>
                <span class="phase-name">{words::phase(phase)}</span>
            </p>
            <p>{meaning}</p>
            <p>
                <a class="button" href=link>
                    {words::WHAT_TO_DO}
                    <span class="out-of-sight">" "{verdicts::title(one.category)}</span>
                </a>
            </p>
        </li>
    }
}
