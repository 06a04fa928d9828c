//! The first screen: what it does, where to drop, what to try, why it is safe. Nothing else.

use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use crate::boot::{self, Delivery};
use crate::components::{PastCases, ProductPicker};
use crate::guide::Guide;
use crate::intake::Picker;
use crate::samples::{self, SAMPLES, Sample};
use crate::state::App;
use crate::words;

/// Samples that show at once.
const SHOWN: usize = 3;

/// Shown until files come.
#[component]
pub fn StartScreen(
    /// Files hang over the window.
    dragging: RwSignal<bool>,
) -> impl IntoView {
    let picker = Picker::get();
    let app = App::get();
    let symptom = move || {
        let product = app.choice.with(|choice| choice.product);
        Guide { product, answers: Some(String::new()), ..Guide::default() }.link()
    };
    view! {
        <div class="start">
            <h1>{words::WHAT_IT_DOES}</h1>
            <div class="drop" class:over=move || dragging.get()>
                <p class="drop-here">{words::DROP_HERE}</p>
                <button id="choose" type="button" class="main" on:click=move |_| picker.choose()>
                    {words::CHOOSE_FILES}
                </button>
                <p class="aside">{words::DROP_WHAT}</p>
            </div>
            <p class="from-symptom">
                {words::NO_FILES_YET} " " <a href=symptom>{words::GUIDE}</a>
            </p>
            <ProductPicker />
            <section class="samples" aria-labelledby="samples-heading">
                <h2 id="samples-heading">{words::SAMPLES}</h2>
                {list(&SAMPLES[..SHOWN])}
                <details>
                    <summary>{words::MORE_SAMPLES}</summary>
                    {list(&SAMPLES[SHOWN..])}
                </details>
            </section>
            <PastCases />
            <details class="privacy">
                <summary>
                    {words::STAYS} " " <span class="as-link">{words::CHECK_IT}</span>
                </summary>
                <ul>{words::CHECK_HOW.map(|how| view! { <li>{how}</li> }).collect_view()}</ul>
            </details>
            {(boot::delivery() == Delivery::Site)
                .then(|| {
                    view! {
                        <p class="aside">
                            <a href=words::ONE_FILE download>
                                {words::TAKE_OFFLINE}
                            </a>
                            {words::TAKE_OFFLINE_WHAT}
                        </p>
                    }
                })}
        </div>
    }
}

fn list(samples: &'static [Sample]) -> impl IntoView {
    let each = samples.iter().map(|sample| view! { <li><SampleButton sample=sample /></li> });
    view! { <ul>{each.collect_view()}</ul> }
}

#[component]
fn SampleButton(sample: &'static Sample) -> impl IntoView {
    let app = App::get();
    let open = move |_| {
        spawn_local(async move {
            match samples::fetch(sample).await {
                Ok(files) => app.open(files),
                Err(_) => app.notice.set(Some(words::SAMPLE_MISSING.to_owned())),
            }
        });
    };
    view! {
        <button type="button" class="quiet" on:click=open>
            {sample.title}
        </button>
    }
}
