//! How to have the page in an article: what it opens at, a preview, and what to paste.

use gateway_triage_core::categories::Id as Category;
use gateway_triage_core::products::Id as Product;
use leptos::prelude::*;

use super::copy::Command;
use super::dialog::Dialog;
use crate::snippet::{self, Snippet};
use crate::state::App;
use crate::{boot, verdicts, words};

/// Fixed heights offered, in pixels.
const HEIGHTS: [u32; 3] = [480, 720, 960];
const SCHEMES: [&str; 2] = ["light", "dark"];

/// The button that opens it, and the dialog; only where the files that articles load lie beside the page.
#[component]
pub fn EmbedDialog() -> impl IntoView {
    (boot::delivery() == boot::Delivery::Site).then(|| {
        let opened = RwSignal::new(false);
        view! {
            <Dialog id="embed" heading="embed-heading" name=words::EMBED title=words::KEY_EMBED opened=opened>
                <Show when=move || opened.get()>
                    <Making />
                </Show>
            </Dialog>
        }
    })
}

/// Made anew at each opening, from what the page shows then.
#[component]
fn Making() -> impl IntoView {
    let app = App::get();
    let address = web_sys::window().and_then(|window| window.location().href().ok()).unwrap_or_default();
    let guide = app.guide.get_untracked();
    let snippet = RwSignal::new(Snippet {
        base: snippet::base(&address),
        product: app.choice.with_untracked(|choice| choice.product),
        category: guide.and_then(|guide| guide.category),
        ..Snippet::default()
    });
    let shown = Memo::new(move |_| snippet.get());
    view! {
        <p>{words::EMBED_WHAT}</p>
        <Choices snippet=snippet />
        <h3>{words::EMBED_PREVIEW}</h3>
        // Another frame for another address, and not the same one led there: it reads its address once.
        <For each=move || [shown.get().address()] key=String::clone let(address)>
            <iframe
                class="preview"
                src=address
                title=shown.get_untracked().title()
                sandbox=Snippet::SANDBOX
                allow=Snippet::ALLOW
                referrerpolicy="no-referrer"
            ></iframe>
        </For>
        {move || {
            let snippet = shown.get();
            view! {
                <h3>{words::EMBED_ELEMENT}</h3>
                <p class="aside">{words::embed_needs(&snippet.base)}</p>
                <Command text=snippet.element() what=words::EMBED_ELEMENT />
                <h3>{words::EMBED_FRAME}</h3>
                <p class="aside">{words::EMBED_FRAME_HINT}</p>
                <Command text=snippet.frame() what=words::EMBED_FRAME />
            }
        }}
    }
}

#[component]
fn Choices(snippet: RwSignal<Snippet>) -> impl IntoView {
    let category_of = |value: &str| Category::ALL.iter().copied().find(|id| id.as_str() == value);
    let products = verdicts::products().map(|id| (id.as_str().to_owned(), verdicts::product_name(id).to_owned()));
    let mut categories: Vec<_> = Category::ALL
        .iter()
        .filter(|id| id.category().is_some() && **id != Category::Undetermined)
        .map(|id| (id.as_str().to_owned(), verdicts::title(*id).to_owned()))
        .collect();
    categories.sort_by(|one, other| one.1.cmp(&other.1));
    let heights = HEIGHTS.map(|height| (height.to_string(), words::pixels(height)));
    let schemes = SCHEMES.map(|scheme| (scheme.to_owned(), words::scheme(scheme).to_owned()));
    view! {
        <div class="choices">
            {picker(
                words::EMBED_PRODUCT,
                words::EMBED_ANY_PRODUCT,
                products.collect(),
                move || snippet.with(|snippet| snippet.product.map(|id| id.as_str().to_owned())),
                move |value| snippet.update(|snippet| snippet.product = Product::parse(&value)),
            )}
            {picker(
                words::EMBED_AT,
                words::EMBED_QUESTIONS,
                categories,
                move || snippet.with(|snippet| snippet.category.map(|id| id.as_str().to_owned())),
                move |value| snippet.update(|snippet| snippet.category = category_of(&value)),
            )}
            {picker(
                words::EMBED_HEIGHT,
                words::EMBED_HEIGHT_AUTO,
                heights.into(),
                move || snippet.with(|snippet| snippet.height.map(|height| height.to_string())),
                move |value| snippet.update(|snippet| snippet.height = value.parse().ok()),
            )}
            {picker(
                words::EMBED_SCHEME,
                words::EMBED_SCHEME_AUTO,
                schemes.into(),
                move || snippet.with(|snippet| snippet.scheme.map(str::to_owned)),
                move |value| {
                    snippet.update(|snippet| snippet.scheme = SCHEMES.into_iter().find(|scheme| *scheme == value));
                },
            )}
        </div>
    }
}

/// A choice of several, the first of which sets nothing.
fn picker(
    name: &'static str,
    unset: &'static str,
    options: Vec<(String, String)>,
    chosen: impl Fn() -> Option<String> + Copy + Send + Sync + 'static,
    choose: impl Fn(String) + 'static,
) -> impl IntoView {
    let options = options.into_iter().map(|(value, text)| {
        let own = value.clone();
        view! {
            <option value=value prop:selected=move || chosen().as_deref() == Some(&own)>
                {text}
            </option>
        }
    });
    view! {
        <label class="field">
            <span>{name}</span>
            <select on:change=move |event| choose(event_target_value(&event))>
                <option value="" prop:selected=move || chosen().is_none()>
                    {unset}
                </option>
                {options.collect_view()}
            </select>
        </label>
    }
}
