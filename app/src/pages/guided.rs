//! Without files: from the symptom to a category by questions, or the advice of a category by its link.

use gateway_triage_core::guided::Given;
use leptos::prelude::*;

use crate::components::guide::{Answers, Chosen, Left, Question, Strip, Verdict, learn};
use crate::components::{NamesFields, Recordings};
use crate::guide::{Guide, Lesson};
use crate::protocol::Shown;
use crate::state::App;
use crate::{focus, words};

/// Shown when a link asks for it.
#[component]
pub fn GuideScreen() -> impl IntoView {
    let app = App::get();
    let guide = Memo::new(move |_| app.guide.get().unwrap_or_default());
    let category = Memo::new(move |_| guide.with(|guide| guide.category));
    move || match category.get() {
        Some(category) => view! { <Verdict guide=guide category=category /> }.into_any(),
        None => view! { <Questions guide=guide /> }.into_any(),
    }
}

#[component]
fn Questions(guide: Memo<Guide>) -> impl IntoView {
    // A question that the reader chose; forgotten as soon as anything is answered.
    let chosen = RwSignal::new(None);
    provide_context(Chosen(chosen));
    Effect::new(move || {
        guide.track();
        chosen.set(None);
    });
    let counted = Memo::new(move |_| {
        let list = guide.with(Guide::given).list();
        let left = Given::left(&list).len();
        words::left(left, Given::best(&list).len())
    });
    let record = learn(move || (guide.with(Guide::link), Lesson::Record));
    view! {
        <div class="guide">
            <div class="guide-head">
                <h1>{words::GUIDE}</h1>
                <p class="guide-count">
                    <span role="status">{move || counted.get()}</span>
                    " "
                    <button type="button" class="quiet narrow-only" on:click=move |_| focus::soon("guide-list")>
                        {words::SEE_LIST}
                    </button>
                </p>
                <Strip guide=guide />
                <Contradicting guide=guide />
            </div>
            <div class="guide-main">
                <Best guide=guide />
                <Question guide=guide />
                <Answers guide=guide />
                <NamesFields guide=guide />
                {move || {
                    let checks = match record.get() {
                        Some(Shown::Checks(checks)) => checks,
                        _ => Vec::new(),
                    };
                    view! { <Recordings checks=checks /> }
                }}
            </div>
            <Left guide=guide />
        </div>
    }
}

/// Answers that cannot all be true.
#[component]
fn Contradicting(guide: Memo<Guide>) -> impl IntoView {
    move || {
        let given = guide.with(Guide::given);
        given.contradiction().map(|found| {
            let text = |question: &gateway_triage_core::guided::Question| {
                let answer = given.answer(question.id).flatten().map_or("", |answer| answer.text);
                format!("{}: {answer}", question.name)
            };
            let by: Vec<String> = found.by.iter().map(|question| text(question)).collect();
            let by: Vec<&str> = by.iter().map(String::as_str).collect();
            view! {
                <p class="notice" role="alert">
                    {words::contradiction(&text(found.answer), &by)}
                </p>
            }
        })
    }
}

/// When few fit best: the way to what to do about them.
#[component]
fn Best(guide: Memo<Guide>) -> impl IntoView {
    const FEW: usize = 3;
    move || {
        let guide = guide.get();
        let list = guide.given().list();
        let best = Given::best(&list);
        (1..=FEW).contains(&best.len()).then(|| {
            let rows = best.iter().map(|one| crate::components::guide::found(&guide, one)).collect_view();
            view! {
                <section class="part first guide-best" aria-labelledby="guide-best">
                    <h2 id="guide-best">{words::FITS_BEST}</h2>
                    <ul>{rows}</ul>
                </section>
            }
        })
    }
}
