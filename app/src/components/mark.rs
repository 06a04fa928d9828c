//! The sign of a phase: colour, shape and letter, the same in list, picture and verdict.

use gateway_triage_core::categories::Phase;
use leptos::prelude::*;

use crate::words;

/// Decoration only: the phase's name stands beside it.
#[component]
pub fn Mark(phase: Option<Phase>) -> impl IntoView {
    view! {
        <span class=format!("mark {}", class(phase)) aria-hidden="true">
            {words::letter(phase)}
        </span>
    }
}

/// The class that sets the phase's colour and shape.
#[must_use]
pub const fn class(phase: Option<Phase>) -> &'static str {
    match phase {
        Some(Phase::Resolve) => "phase-resolve",
        Some(Phase::Connect) => "phase-connect",
        Some(Phase::Secure) => "phase-secure",
        Some(Phase::Send) => "phase-send",
        Some(Phase::Wait) => "phase-wait",
        Some(Phase::Receive) => "phase-receive",
        Some(Phase::Upstream) => "phase-upstream",
        Some(Phase::Gateway) => "phase-gateway",
        Some(Phase::Client) => "phase-client",
        None => "phase-open",
    }
}
