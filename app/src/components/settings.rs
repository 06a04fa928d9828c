//! What the reader can set: the product, the gateway's address, whose clock, the layout of a log.

use std::net::IpAddr;

use gateway_triage_core::products;
use leptos::html;
use leptos::prelude::*;

use super::KeepCase;
use crate::protocol::{Look, Shown};
use crate::state::App;
use crate::times::{Clock, offset_text};
use crate::{verdicts, words};

/// The product; its first entry shows the one that a log format told.
#[component]
pub fn ProductPicker() -> impl IntoView {
    let app = App::get();
    let found = Memo::new(move |_| {
        let chosen = app.choice.get().product;
        app.report.get().and_then(|report| report.product).filter(|_| chosen.is_none())
    });
    let chosen = move || app.choice.get().product;
    view! {
        <label class="field">
            <span>{words::PRODUCT}</span>
            <select on:change:target=move |event| {
                let product = products::Id::parse(&event.target().value());
                app.choose(|choice| choice.product = product);
            }>
                <option value="" selected=move || chosen().is_none()>
                    {move || match found.get() {
                        Some(product) => words::product_found(verdicts::product_name(product)),
                        None => words::PRODUCT_UNSET.to_owned(),
                    }}
                </option>
                {verdicts::products()
                    .map(|product| {
                        view! {
                            <option value=product.as_str() selected=move || chosen() == Some(product)>
                                {verdicts::product_name(product)}
                            </option>
                        }
                    })
                    .collect_view()}
            </select>
        </label>
    }
}

/// All settings of an open case. On narrow screens a button unfolds them, so that what failed stands on the first one.
#[component]
pub fn Settings() -> impl IntoView {
    let open = RwSignal::new(false);
    view! {
        <button
            id="settings-button"
            type="button"
            class="unfold"
            aria-expanded=move || open.get().to_string()
            aria-controls="settings"
            on:click=move |_| open.update(|open| *open = !*open)
        >
            {words::SETTINGS}
        </button>
        <section id="settings" class="settings" class:folded=move || !open.get() aria-label=words::SETTINGS>
            <ProductPicker />
            <GatewayField />
            <ZonePicker />
            <LogZonePicker />
            <LogFormatField />
            <KeepCase />
        </section>
    }
}

/// The product's own format string, for logs whose layout a site wrote itself. The engine says what it makes of it.
#[component]
pub fn LogFormatField() -> impl IntoView {
    let app = App::get();
    let field = NodeRef::<html::Textarea>::new();
    // The title of the layout that is set; why the one that was tried is refused.
    let title = RwSignal::new(String::new());
    let wrong = RwSignal::new(None::<String>);
    let set = Memo::new(move |_| app.choice.get().log_format);
    let try_out = move |text: String, taken: Box<dyn FnOnce()>| {
        _ = app.look(Look::LogFormat(text), move |shown| match shown {
            Shown::LogFormat(Ok(layout)) => {
                title.set(layout);
                wrong.set(None);
                taken();
            }
            Shown::LogFormat(Err(why)) | Shown::Gone(why) => wrong.set(Some(why)),
            _ => {}
        });
    };
    // Also one that came with a case that was kept.
    Effect::new(move || set.get().into_iter().for_each(|text| try_out(text, Box::new(|| {}))));
    let apply = move |_| {
        let Some(field) = field.get_untracked() else { return };
        let text = field.value().trim().to_owned();
        if text.is_empty() {
            wrong.set(None);
            app.choose(|choice| choice.log_format = None);
        } else {
            let choose = text.clone();
            try_out(text, Box::new(move || app.choose(|choice| choice.log_format = Some(choose))));
        }
    };
    let said = move || match (wrong.get(), set.get()) {
        (Some(why), _) => words::log_format_refused(&why),
        (None, Some(_)) => title.with(|title| words::log_format_taken(title)),
        (None, None) => String::new(),
    };
    view! {
        <details class="log-format" open=move || set.get().is_some()>
            <summary>{words::LOG_FORMAT}</summary>
            <label class="field">
                <span>{words::LOG_FORMAT_HINT}</span>
                <textarea
                    node_ref=field
                    id="log-format"
                    class="code"
                    rows="3"
                    autocomplete="off"
                    spellcheck="false"
                    placeholder=words::LOG_FORMAT_EXAMPLE
                    prop:value=move || set.get().unwrap_or_default()
                    aria-invalid=move || wrong.get().map(|_| "true")
                />
            </label>
            <button type="button" on:click=apply>
                {words::LOG_FORMAT_USE}
            </button>
            <p class="aside" class:wrong=move || wrong.get().is_some() role="status">
                {said}
            </p>
        </details>
    }
}

#[component]
fn GatewayField() -> impl IntoView {
    let app = App::get();
    let wrong = RwSignal::new(false);
    let found = Memo::new(move |_| app.report.get().map(|report| report.gateways.clone()).unwrap_or_default());
    let typed = move |text: String| {
        let text = text.trim().to_owned();
        let address: Option<IpAddr> = text.parse().ok();
        wrong.set(address.is_none() && !text.is_empty());
        if !wrong.get_untracked() && address != app.choice.get_untracked().gateway {
            app.set_gateway(address);
        }
    };
    view! {
        <label class="field">
            <span>{words::GATEWAY}</span>
            <input
                type="text"
                list="gateways"
                class="mono"
                autocomplete="off"
                spellcheck="false"
                placeholder=move || match found.get().first() {
                    Some(address) => address.to_string(),
                    None => words::GATEWAY_UNSET.to_owned(),
                }
                prop:value=move || app.choice.get().gateway.map(|address| address.to_string()).unwrap_or_default()
                aria-invalid=move || wrong.get().then_some("true")
                on:change:target=move |event| typed(event.target().value())
            />
            <datalist id="gateways">
                {move || {
                    found.get().into_iter().map(|address| view! { <option value=address.to_string() /> }).collect_view()
                }}
            </datalist>
            <span class="wrong" role="status">
                {move || wrong.get().then_some(words::GATEWAY_WRONG)}
            </span>
        </label>
    }
}

#[component]
fn ZonePicker() -> impl IntoView {
    let app = App::get();
    // By property: the zone also changes with the case, and then the attribute would change nothing.
    let option = move |clock: Clock, name: String| {
        view! {
            <option value=clock.as_str() prop:selected=move || app.zone.get().clock() == clock>
                {name}
            </option>
        }
    };
    view! {
        <label class="field">
            <span>{words::ZONE}</span>
            <select on:change:target=move |event| {
                if let Some(clock) = Clock::parse(&event.target().value()) {
                    app.choose_clock(clock);
                }
            }>
                {option(Clock::Local, words::zone_local(&own_zone()))}
                {option(Clock::Utc, words::ZONE_UTC.to_owned())}
                {move || {
                    let minutes = app.log_zone.get()?;
                    Some(option(Clock::Log, words::zone_log(&offset_text(minutes.into()))))
                }}
            </select>
        </label>
    }
}

/// Whose clock log lines without a zone are by; only where there are such.
#[component]
fn LogZonePicker() -> impl IntoView {
    /// Zones in use, in minutes east of UTC.
    const ZONES: [i32; 38] = [
        -720, -660, -600, -570, -540, -480, -420, -360, -300, -240, -210, -180, -120, -60, 0, 60, 120, 180, 210, 240,
        270, 300, 330, 345, 360, 390, 420, 480, 525, 540, 570, 600, 630, 660, 720, 765, 780, 840,
    ];
    let app = App::get();
    let unsaid = Memo::new(move |_| {
        app.report
            .with(|report| report.as_ref().is_some_and(|report| report.inputs.iter().any(|input| input.zone_unsaid)))
    });
    let chosen = move || app.choice.get().zone.unwrap_or(0);
    view! {
        <Show when=move || unsaid.get()>
            <label class="field">
                <span>{words::LOG_ZONE}</span>
                <select on:change:target=move |event| {
                    let zone = event.target().value().parse().ok();
                    app.choose(|choice| choice.zone = zone);
                }>
                    {ZONES
                        .map(|zone| {
                            view! {
                                <option value=zone.to_string() prop:selected=move || chosen() == zone>
                                    {offset_text(zone.into())}
                                </option>
                            }
                        })
                        .collect_view()}
                </select>
            </label>
        </Show>
    }
}

/// The browser's zone by name, such as `Europe/Berlin`.
fn own_zone() -> String {
    use js_sys::{Array, Intl::DateTimeFormat, Object, Reflect};
    let options = DateTimeFormat::new(&Array::new(), &Object::new()).resolved_options();
    Reflect::get(&options, &"timeZone".into()).ok().and_then(|name| name.as_string()).unwrap_or_default()
}
