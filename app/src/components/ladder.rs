//! The ladder diagram of one request: who sent what to whom, from top to bottom, with the time that passed between.
//!
//! A list in a grid and not a drawing: its rows are buttons, they wrap, zoom, select and print, and a screen reader reads
//! them in order.

use std::sync::Arc;

use gateway_triage_core::categories::Phase;
use gateway_triage_core::ladder::{Ladder, Row, What};
use gateway_triage_core::report::{Finding, Report};
use leptos::prelude::*;

use super::mark;
use super::packet::PacketDetails;
use crate::ladder::{Arrow, Drawing, draw};
use crate::protocol::{Look, Shown};
use crate::state::{App, Stage};
use crate::times::{self, Zone};
use crate::words;

/// The ladders of the request shown, one for each capture that has a part in it.
#[component]
pub fn LadderView(report: Signal<Option<Arc<Report>>>, finding: Memo<Option<Finding>>) -> impl IntoView {
    let app = App::get();
    let found = RwSignal::new(None::<(Finding, Shown)>);
    Effect::new(move || {
        let done = app.stage.get() == Stage::Done;
        found.set(None);
        let Some(finding) = finding.get().filter(|finding| done && has_packets(finding)) else { return };
        let number = app.look(Look::Ladder(Box::new(finding.clone())), move |shown| {
            let _ = found.try_set(Some((finding, shown)));
        });
        on_cleanup(move || app.forget(number));
    });
    move || {
        let some = finding.with(|finding| finding.as_ref().is_some_and(has_packets));
        some.then(|| {
            let content = match found.get() {
                None => view! { <p class="aside">{words::LOOKING}</p> }.into_any(),
                Some((finding, Shown::Ladders(ladders))) => {
                    let several = ladders.len() > 1;
                    let each = ladders.into_iter().map(|(input, ladder)| {
                        let name =
                            report.with(|report| Some(report.as_ref()?.inputs.get(input as usize)?.name.clone()));
                        let caption = several.then(|| format!("{} {}", words::LADDER_OF, name.unwrap_or_default()));
                        one(&ladder, &finding, input, caption, app.zone.get_untracked())
                    });
                    each.collect_view().into_any()
                }
                Some((_, Shown::Gone(why))) => view! { <p class="aside">{why}</p> }.into_any(),
                Some(_) => ().into_any(),
            };
            view! {
                <h4 id="ladder-heading">{words::LADDER}</h4>
                {content}
            }
        })
    }
}

fn has_packets(finding: &Finding) -> bool {
    finding.evidence.iter().any(|evidence| evidence.packet.is_some())
}

fn one(ladder: &Ladder, finding: &Finding, input: u32, caption: Option<String>, zone: Zone) -> impl IntoView + use<> {
    let Drawing { lanes, arrows } = draw(ladder, finding);
    let names: Vec<&'static str> = lanes.iter().map(|(lane, _)| lane.name()).collect();
    let left_out = (ladder.left_out > 0)
        .then(|| view! { <p class="aside">{times::number(ladder.left_out)} " " {words::LADDER_LEFT_OUT}</p> });
    let heads = lanes
        .iter()
        .map(|(lane, addresses)| {
            let more = addresses.len().saturating_sub(2);
            let shown =
                addresses.iter().take(2).map(|address| view! { <span class="address">{address.to_string()}</span> });
            view! {
                <div class="lane">
                    <span class="role">{lane.name()}</span>
                    {shown.collect_view()}
                    {(more > 0).then(|| view! { <span class="address">{format!("+{more}")}</span> })}
                </div>
            }
        })
        .collect_view();
    let first = arrows.first().map(|arrow| arrow.row.time);
    let rows = arrows
        .into_iter()
        .map(|arrow| {
            let after = first.map(|first| times::after(arrow.row.time, first)).unwrap_or_default();
            row(arrow, &names, input, after, zone)
        })
        .collect_view();
    view! {
        <figure class=format!("ladder lanes-{}", lanes.len())>
            {caption.map(|caption| view! { <figcaption>{caption}</figcaption> })}
            <div class="lanes" aria-hidden="true">
                {heads}
            </div>
            <ol aria-labelledby="ladder-heading">{rows}</ol>
            {left_out}
        </figure>
    }
}

fn row(arrow: Arrow, names: &[&'static str], input: u32, after: String, zone: Zone) -> impl IntoView + use<> {
    let Arrow { row, from, to, pause } = arrow;
    let open = RwSignal::new(false);
    let name = |lane: usize| names.get(lane).copied().unwrap_or_default();
    let ways = format!("{} → {}", name(from), name(to));
    let class = format!(
        "step {} at-{} over-{} {}{}",
        mark::class(phase(row.what)),
        from.min(to) + 1,
        from.abs_diff(to) + 1,
        if from < to { "rightwards" } else { "leftwards" },
        match row.what {
            What::Reset | What::Icmp => " bad",
            What::Ack => " small",
            _ => "",
        }
    );
    let pause = pause.map(|pause| {
        view! {
            <li class="pause">
                <span>{words::SILENCE} " " {pause.to_string()}</span>
            </li>
        }
    });
    let time = times::clock(row.time, zone);
    let packet = words::packet(row.packet);
    let shows = text(&row);
    let (number, offset) = (row.packet, row.offset);
    view! {
        {pause}
        <li class=class class:proof=row.proof>
            <button type="button" aria-expanded=move || open.get().to_string() on:click=move |_| open.update(|open| *open = !*open)>
                <span class="when" title=time>
                    {after}
                </span>
                <span class="track">
                    <span class="arrow">
                        <span class="ways">{ways} ": "</span>
                        <span class="said">{shows}</span>
                        <span class="out-of-sight">". " {packet} {row.proof.then(|| format!(", {}", words::PROOF))}</span>
                    </span>
                </span>
                <span class="which" aria-hidden="true">
                    {row.packet}
                </span>
            </button>
            <Show when=move || open.get()>
                <PacketDetails look=Look::Packet {
                    input,
                    packet: number,
                    offset,
                } />
            </Show>
        </li>
    }
}

/// `data, 12 packets, 16 kB`
fn text(row: &Row) -> String {
    let mut text = row.text.clone();
    if row.again && !row.proof {
        text += &format!(", {}", words::AGAIN);
    }
    if row.count > 1 {
        text += &format!(", {} packets", times::number(u64::from(row.count)));
    }
    if row.bytes > 0 && !row.proof && matches!(row.what, What::Data | What::Tls | What::Response | What::Request) {
        text += &format!(", {}", times::bytes(row.bytes));
    }
    text
}

/// Whose colour a row has.
const fn phase(what: What) -> Option<Phase> {
    match what {
        What::Dns => Some(Phase::Resolve),
        What::Syn | What::Icmp => Some(Phase::Connect),
        What::Tls => Some(Phase::Secure),
        What::Request => Some(Phase::Send),
        What::Response => Some(Phase::Receive),
        What::Data | What::Ack | What::Fin | What::Reset => None,
    }
}
