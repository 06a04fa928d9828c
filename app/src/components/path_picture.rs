//! The path picture: client — gateway — ✕ — server, from [`crate::path`].
//!
//! Text in a grid and not a drawing, so that long names wrap, zoom and select like the rest of the page.

use gateway_triage_core::categories::Phase;
use gateway_triage_core::report::Finding;
use leptos::prelude::*;

use super::mark;
use crate::path::{Picture, State, picture};
use crate::words;

/// The picture of the request shown.
#[component]
pub fn PathPicture(
    finding: Memo<Option<Finding>>,
    phase: Memo<Option<Phase>>,
    what: Memo<&'static str>,
) -> impl IntoView {
    let picture = Memo::new(move |_| finding.get().map(|finding| picture(&finding, phase.get(), what.get())));
    move || picture.get().map(|picture| draw(picture, phase.get()))
}

fn draw(picture: Picture, phase: Option<Phase>) -> impl IntoView {
    let text = picture.text();
    let what = picture.what;
    let [client_when, dns_when, upstream_when] = picture.whens;
    let dns = picture.dns_leg.map(|state| {
        view! {
            <div class="branch">
                {leg(state, what, dns_when)}
                {node(words::DNS_NODE, None, picture.dns, false)}
            </div>
        }
    });
    let forked = picture.dns_leg.is_some();
    let device = picture.device.then(|| words::DEVICE.to_owned());
    let upstream_under = device.into_iter().chain(upstream_when).reduce(|device, when| format!("{device}, {when}"));
    view! {
        <figure class=format!("path {}", mark::class(phase)) role="img" aria-label=text>
            {node(words::CLIENT, None, picture.client, false)}
            {leg(picture.client_leg, what, client_when)}
            {node(words::GATEWAY_NODE, None, picture.gateway, picture.gateway_broken)}
            <div class="branches" class:forked=forked>
                {dns}
                <div class="branch">
                    {leg(picture.upstream_leg, what, upstream_under)}
                    {node(words::SERVER_NODE, picture.host, picture.upstream, picture.upstream_broken)}
                </div>
            </div>
        </figure>
    }
}

fn node(role: &'static str, name: Option<String>, address: Option<String>, broken: bool) -> impl IntoView {
    view! {
        <div class="node" class:broken=broken>
            <span class="role">{role}</span>
            {name.map(|name| view! { <span class="name">{name}</span> })}
            {address.map(|address| view! { <span class="address">{address}</span> })}
            {broken.then(cross)}
        </div>
    }
}

/// `under` stands below the line: when something passed there, and who sent it where that is not one of both ends.
fn leg(state: State, what: &'static str, under: Option<String>) -> impl IntoView {
    let (class, word) = match state {
        State::Plain => ("plain", None),
        State::Broken => ("broken", Some(what)),
        State::NotReached => ("unreached", Some(words::NOT_TRIED)),
        State::NotSeen => ("unseen", Some(words::NOT_IN_FILES)),
        State::Unknown => ("unknown", Some(words::UNKNOWN_HERE)),
    };
    let sign = match state {
        State::Broken => Some(cross().into_any()),
        State::Unknown => Some(view! { <span class="sign">"?"</span> }.into_any()),
        _ => None,
    };
    let word = word.map(|word| view! { <span class="word">{word}</span> });
    let under = under.map(|under| view! { <span class="under">{under}</span> });
    view! {
        <div class=format!("leg {class}")>
            {word}
            <span class="line">{sign}</span>
            {under}
        </div>
    }
}

fn cross() -> impl IntoView {
    view! {
        <svg class="cross" viewBox="0 0 16 16" aria-hidden="true">
            <path d="M3 3l10 10M13 3L3 13" />
        </svg>
    }
}
