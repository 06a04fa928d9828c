//! What to do about a category at a product, without files: the advice that a verdict has.

use gateway_triage_core::categories::Id as Category;
use gateway_triage_core::products::fill;
use gateway_triage_core::report::Advice;
use leptos::prelude::*;

use super::learn;
use super::left::reasons;
use super::lesson::waiting;
use crate::components::advice::{DoFirst, MoreAdvice};
use crate::components::mark::Mark;
use crate::components::section::Section;
use crate::components::{NamesFields, Recordings};
use crate::guide::{Guide, Lesson};
use crate::protocol::Shown;
use crate::{focus, verdicts, words};

/// The advice, with whatever names are known.
#[component]
pub fn Verdict(guide: Memo<Guide>, category: Category) -> impl IntoView {
    focus::soon_if_idle("verdict-heading");
    let phase = verdicts::phase(category);
    let said = learn(move || (guide.with(Guide::link), Lesson::Advice));
    let advice = Memo::new(move |_| match said.get() {
        Some(Shown::Advice(advice)) => *advice,
        _ => Advice::default(),
    });
    // What to record has a place of its own, beside the button for files.
    let rest = Memo::new(move |_| Advice { capture: Vec::new(), ..advice.get() });
    let back = move || guide.with(|guide| guide.questions().link());
    let meaning = move || category.category().map(|known| fill(known.meaning, &guide.with(Guide::facts)));
    view! {
        <article class="verdict guide-verdict" aria-labelledby="verdict-heading">
            <h1 class="out-of-sight">{words::GUIDE}</h1>
            <p>
                <a href=back>"← "{words::BACK_TO_QUESTIONS}</a>
            </p>
            <div class="head">
                <p class="kicker">
                    <Mark phase=phase />
                    <span class="phase-name">{words::phase(phase)}</span>
                    {move || {
                        guide
                            .with(|guide| guide.product)
                            .map(|product| view! { <span class="phase-name">{verdicts::product_name(product)}</span> })
                    }}
                </p>
                <h2 id="verdict-heading" tabindex="-1">
                    {verdicts::title(category)}
                </h2>
                <p>{meaning}</p>
                <p class="aside">{words::NOT_SEEN_YET}</p>
            </div>
            <ProductOfGuide guide=guide />
            <NamesFields guide=guide />
            {move || {
                let list = guide.with(Guide::given).list();
                let one = list.into_iter().find(|one| one.category == category && !one.reasons.is_empty());
                one.map(|one| {
                    view! {
                        <Section id="answers-say" title=words::YOUR_ANSWERS_SAY>
                            {reasons(&one.reasons)}
                        </Section>
                    }
                })
            }}
            {move || said.with(|said| waiting(said.as_ref()))}
            <DoFirst advice=advice />
            <MoreAdvice advice=rest open=Memo::new(|_| false) />
            {move || view! { <Recordings checks=advice.get().capture /> }}
        </article>
    }
}

/// The product decides what the settings are called.
#[component]
fn ProductOfGuide(guide: Memo<Guide>) -> impl IntoView {
    let chosen = move || guide.with(|guide| guide.product);
    view! {
        <label class="field">
            <span>{words::PRODUCT}</span>
            <select on:change:target=move |event| {
                let mut given = guide.with_untracked(Guide::given);
                given.set("product", &event.target().value());
                let guide = guide.get_untracked();
                let answers = guide.answers.as_ref().map(|_| given.text());
                focus::go(&Guide { product: given.product, answers, ..guide }.link());
            }>
                <option value="" prop:selected=move || chosen().is_none()>
                    {words::PRODUCT_UNSET}
                </option>
                {verdicts::products()
                    .map(|product| {
                        view! {
                            <option value=product.as_str() prop:selected=move || chosen() == Some(product)>
                                {verdicts::product_name(product)}
                            </option>
                        }
                    })
                    .collect_view()}
            </select>
        </label>
    }
}
