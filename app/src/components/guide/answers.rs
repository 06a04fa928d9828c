//! The answers given: each can be changed.

use leptos::prelude::*;

use super::question::Chosen;
use crate::guide::Guide;
use crate::{focus, words};

/// In the order in which they were given.
#[component]
pub fn Answers(guide: Memo<Guide>) -> impl IntoView {
    let chosen = expect_context::<Chosen>();
    move || {
        let guide = guide.get();
        let given = guide.given();
        let rows: Vec<_> = given.all().collect();
        (!rows.is_empty()).then(|| {
            let rows = rows
                .into_iter()
                .map(|(question, answer)| {
                    view! {
                        <div>
                            <dt>{question.name}</dt>
                            <dd>
                                <span>{answer.map_or(words::NOT_KNOWN_SHORT, |answer| answer.text)}</span>
                                <button type="button" class="quiet" on:click=move |_| chosen.show(question.id)>
                                    {words::CHANGE_ANSWER}
                                    <span class="out-of-sight">" "{question.name}</span>
                                </button>
                            </dd>
                        </div>
                    }
                })
                .collect_view();
            let over = Guide { answers: Some(String::new()), names: guide.names.clone(), ..Guide::default() }.link();
            view! {
                <section class="part answers" aria-labelledby="guide-answers">
                    <h2 id="guide-answers">{words::YOUR_ANSWERS}</h2>
                    <dl>{rows}</dl>
                    <button
                        type="button"
                        class="quiet"
                        on:click=move |_| {
                            focus::go_to(&over, "question-heading");
                        }
                    >
                        {words::START_OVER}
                    </button>
                </section>
            }
        })
    }
}
