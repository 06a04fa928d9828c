//! In a frame of somebody's article: files that it hands over, and whether it may have the result.

use gateway_triage_core::visible;
use leptos::prelude::*;

use crate::embed::{Embed, Share};
use crate::state::{App, Stage};
use crate::times::bytes;
use crate::words;

/// Nothing, where the page is in no frame.
#[component]
pub fn Embedded() -> impl IntoView {
    let (app, embed) = (App::get(), Embed::get());
    let some = move || embed.asks_for_result() && app.stage.get() != Stage::Idle;
    view! {
        <Handed />
        <Show when=some>
            <Sharing />
        </Show>
    }
}

/// Asks the reader whether to open what the host hands over.
#[component]
fn Handed() -> impl IntoView {
    let embed = Embed::get();
    let app = App::get();
    let some = move || embed.handed.with(|files| !files.is_empty());
    let list = move || {
        embed.handed.with(|files| {
            let each = files.iter().map(|file| {
                view! {
                    <li>
                        <span class="file-name">{visible::made(file.name())}</span>
                        " "
                        <span class="fact">{bytes(file.size())}</span>
                    </li>
                }
            });
            each.collect_view()
        })
    };
    view! {
        <div role="status">
            <Show when=some>
                <section class="notice handed">
                    <p>{move || words::handed(&embed.host(), embed.handed.with(Vec::len))}</p>
                    <ul>{list}</ul>
                    <p>
                        {words::HANDED_STAY} " "
                        {move || (app.stage.get() != Stage::Idle).then_some(words::HANDED_CLOSES)}
                    </p>
                    <div class="forms">
                        <button id="handed-open" type="button" on:click=move |_| embed.accept()>
                            {words::HANDED_OPEN}
                        </button>
                        <button type="button" on:click=move |_| embed.decline()>
                            {words::HANDED_DECLINE}
                        </button>
                    </div>
                </section>
            </Show>
        </div>
    }
}

/// What the host gets of the report; shown where it asks for that and files are open.
#[component]
fn Sharing() -> impl IntoView {
    const CHOICES: [(&str, Share); 3] = [("no", Share::Nothing), ("redacted", Share::Redacted), ("all", Share::Whole)];
    let embed = Embed::get();
    let choose = move |event| {
        let value = event_target_value(&event);
        let chosen = CHOICES.into_iter().find(|(name, _)| *name == value).map(|(_, share)| share);
        embed.share.set(chosen.unwrap_or_default());
    };
    let options = CHOICES.map(|(name, share)| {
        view! {
            <option value=name prop:selected=move || embed.share.get() == share>
                {words::share(share)}
            </option>
        }
    });
    view! {
        <div class="sharing">
            <label class="field">
                <span>{words::share_with(&embed.host())}</span>
                <select id="share" on:change=choose>
                    {options.collect_view()}
                </select>
            </label>
            <p class="aside">{move || words::share_means(embed.share.get())}</p>
        </div>
    }
}
