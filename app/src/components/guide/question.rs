//! The question that is asked: its answers as buttons, and how to find out.

use gateway_triage_core::guided::{Question as Asked, UNKNOWN};
use gateway_triage_core::report::Check;
use leptos::prelude::*;

use super::lesson::{checks, learn};
use crate::components::advice::one_check;
use crate::components::section::three_then_more;
use crate::guide::{Guide, Lesson};
use crate::{focus, words};

/// Answers in one column; more are set in two, where there is room.
const COLUMN: usize = 8;

/// The next question, or the one that the reader chose to change.
#[component]
pub fn Question(guide: Memo<Guide>) -> impl IntoView {
    let Chosen(chosen) = expect_context();
    move || {
        let guide = guide.get();
        let given = guide.given();
        let asked = chosen.get().and_then(Asked::find).or_else(|| given.next());
        match asked {
            Some(asked) => one(&guide, asked).into_any(),
            None => view! {
                <section class="question">
                    <h2 id="question-heading" tabindex="-1">
                        {words::NO_MORE_QUESTIONS}
                    </h2>
                    <p>{words::NO_MORE_HINT}</p>
                    {others(&guide, "")}
                </section>
            }
            .into_any(),
        }
    }
}

/// Which question the reader chose.
#[derive(Clone, Copy)]
pub struct Chosen(pub RwSignal<Option<&'static str>>);

impl Chosen {
    /// Shows this question.
    pub fn show(self, question: &'static str) {
        self.0.set(Some(question));
        focus::soon("question-heading");
    }
}

fn one(guide: &Guide, asked: &'static Asked) -> impl IntoView {
    let given = guide.given();
    let Chosen(chosen) = expect_context();
    let now = given.answer(asked.id);
    let choice = |id: &'static str, text: &'static str, quiet: bool| {
        let link = guide.with(&given.with(asked.id, id)).link();
        let pressed = match now {
            Some(Some(answer)) => answer.id == id,
            Some(None) => id == UNKNOWN,
            None => false,
        };
        view! {
            <li>
                <button
                    type="button"
                    class:quiet=quiet
                    aria-pressed=now.map(|_| if pressed { "true" } else { "false" })
                    on:click=move |_| {
                        chosen.set(None);
                        focus::go_to(&link, "question-heading");
                    }
                >
                    {text}
                </button>
            </li>
        }
    };
    let answers = (asked.answers)(guide.product).iter().map(|answer| choice(answer.id, answer.text, false));
    let many = answers.len() > COLUMN;
    let link = guide.link();
    let how = learn(move || (link.clone(), Lesson::How(asked.id.to_owned())));
    view! {
        <section class="question" aria-labelledby="question-heading">
            <fieldset>
                <legend>
                    <h2 id="question-heading" tabindex="-1">
                        {asked.ask}
                    </h2>
                </legend>
                {(!asked.note.is_empty()).then(|| view! { <p class="aside">{asked.note}</p> })}
                <ul class="choices" class:many=many>
                    {answers.collect_view()}
                    {(asked.id != "product").then(|| choice(UNKNOWN, words::NOT_KNOWN, true))}
                </ul>
            </fieldset>
            {checks(how, |how| how_to(how).into_any())}
            {others(guide, asked.id)}
        </section>
    }
}

fn how_to(how: Vec<Check>) -> Option<impl IntoView> {
    (!how.is_empty()).then(|| {
        view! {
            <div class="how">
                <h3>{words::HOW_TO_FIND_OUT}</h3>
                {three_then_more(how, false, one_check)}
            </div>
        }
    })
}

/// Any other question that can be asked now.
fn others(guide: &Guide, but: &str) -> Option<impl IntoView> {
    let chosen = expect_context::<Chosen>();
    let rows: Vec<_> = guide.given().open().filter(|question| question.id != but).collect();
    (!rows.is_empty()).then(|| {
        let rows = rows
            .into_iter()
            .map(|question| {
                view! {
                    <li>
                        <button type="button" class="quiet" on:click=move |_| chosen.show(question.id)>
                            {question.ask}
                        </button>
                    </li>
                }
            })
            .collect_view();
        view! {
            <details class="others">
                <summary>{words::ASK_ANOTHER}</summary>
                <ul>{rows}</ul>
            </details>
        }
    })
}
