//! The files of the case: what they are, what was read of them, what is wrong with them.

use std::sync::Arc;

use gateway_triage_core::report::{Input, Kind, Report};
use leptos::prelude::*;

use crate::state::App;
use crate::times::{self, Zone, bytes};
use crate::words;

/// One line per file, warnings below it and never folded away.
#[component]
pub fn Inputs(report: Signal<Option<Arc<Report>>>) -> impl IntoView {
    let zone = App::get().zone;
    let inputs = Memo::new(move |_| report.get().map(|report| report.inputs.clone()).unwrap_or_default());
    view! {
        <section class="inputs" aria-labelledby="inputs-heading">
            <h2 id="inputs-heading" class="out-of-sight">
                {words::INPUTS}
            </h2>
            <ul>
                {move || {
                    let zone = zone.get();
                    inputs.get().into_iter().map(|input| row(input, zone)).collect_view()
                }}
            </ul>
        </section>
    }
}

fn row(input: Input, zone: Zone) -> impl IntoView {
    let unknown = input.kind == Kind::Unknown;
    let label = if unknown { words::NOT_READ } else { words::WARNING };
    let facts = facts(&input, zone);
    let warnings = input
        .warnings
        .into_iter()
        .map(|warning| {
            view! {
                <li class="warning" class:bad=unknown>
                    <strong>{label}</strong>
                    " "
                    {warning}
                </li>
            }
        })
        .collect_view();
    view! {
        <li class="input">
            <p>
                <strong class="file-name">{input.name}</strong>
                {facts.into_iter().map(|fact| view! { <span class="fact">{fact}</span> }).collect_view()}
            </p>
            {input.place.map(|place| view! { <p class="aside">{place}</p> })}
            <ul class="warnings">{warnings}</ul>
        </li>
    }
}

/// `Capture, pcapng`, `1.2 MB`, `12,345 packets`, `2026-01-31 13:47:05 – 13:52:10`
fn facts(input: &Input, zone: Zone) -> Vec<String> {
    // Its turn has not come yet, or never came where reading was stopped before.
    if input.kind == Kind::Unknown && input.bytes == 0 && input.warnings.is_empty() {
        return vec![words::UNTOUCHED.to_owned()];
    }
    let kind = words::kind(input.kind);
    let mut facts = vec![
        if input.format.is_empty() || input.kind == Kind::Unknown {
            kind.to_owned()
        } else {
            format!("{kind}, {}", input.format)
        },
        bytes(input.bytes),
    ];
    if let Some(packets) = input.packets {
        facts.push(words::count(packets, "packet", "packets"));
    }
    if let Some(records) = input.records {
        facts.push(format!("{} understood", words::count(records, "line", "lines")));
    }
    if let Some((from, to)) = input.started.zip(input.ended) {
        facts.push(times::range(from, to, zone));
    }
    if let Some(ahead) = input.clock_offset.filter(|ahead| ahead.abs() >= 0.001) {
        facts.push(words::clock_apart(ahead, input.clock_uncertainty));
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn facts_say_what_was_read() {
        let input = &fixture::report().inputs[0];
        let facts = facts(input, Zone::Utc);
        assert_eq!(facts[0], "Capture, pcapng");
        assert_eq!(facts[2], "18,422 packets");
        assert_eq!(facts[3], "2026-01-31 13:46:50 – 13:52:10");
    }
}
