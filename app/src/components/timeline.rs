//! When requests failed: one lane of bars for each sort of failure, over the span of the files. A time picked in it
//! narrows lists and counts.
//!
//! The bars are one path for each lane: lanes, and not colours, tell failures apart. For whoever does not see it there
//! are a sentence and a table; the keyboard picks a time as a pointer does.

use std::sync::Arc;

use gateway_triage_core::report::Report;
use leptos::html;
use leptos::prelude::*;
use web_sys::{KeyboardEvent, PointerEvent};

use super::mark::{self, Mark};
use crate::query::{Answer, Between, Lane, Query, Timeline};
use crate::state::App;
use crate::timeline::{Span, bars, course, key, place, spans_of, step_at};
use crate::times::{self, Zone};
use crate::{verdicts, words};

/// Bars side by side at most, where there is room and where there is little.
const STEPS: (u32, u32) = (120, 56);
/// Below this many pixels a window has little.
const NARROW: f64 = 640.0;
/// Lanes before "Show more": beside the verdicts, and above a list.
const LANES: (usize, usize) = (5, 3);

/// The timeline; nothing where there is no course of time to see.
#[component]
pub fn TimelineView(
    report: Signal<Option<Arc<Report>>>,
    /// It stands beside something, and not over the whole window.
    #[prop(optional)]
    aside: bool,
) -> impl IntoView {
    let app = App::get();
    let lists = app.lists;
    let found = RwSignal::new(None::<Timeline>);
    let steps = if aside || narrow() { STEPS.1 } else { STEPS.0 };
    Effect::new(move || {
        report.track();
        let window = lists.window.get();
        app.query(Query::Timeline { window, steps }, move |answer| {
            if let Answer::Timeline(timeline) = answer
                && lists.window.get_untracked() == window
            {
                let _ = found.try_set(timeline);
            }
        });
    });
    let worth = Memo::new(move |_| {
        let several = found.with(|found| {
            let Some(timeline) = found else { return false };
            timeline.steps > 1 && timeline.lanes.iter().map(|lane| lane.total).sum::<u64>() > 1
        });
        several || lists.window.with(Option::is_some)
    });
    let timeline = Memo::new(move |_| found.get().filter(|_| worth.get()));
    let all = RwSignal::new(false);
    let shown = Memo::new(move |_| {
        let most = match (all.get(), aside) {
            (true, _) => usize::MAX,
            (false, true) => LANES.0,
            (false, false) => LANES.1,
        };
        timeline.get().map(|timeline| timeline.lanes.into_iter().take(most).collect::<Vec<_>>()).unwrap_or_default()
    });
    let hidden = Memo::new(move |_| {
        let lanes = timeline.with(|timeline| timeline.as_ref().map_or(0, |timeline| timeline.lanes.len()));
        lanes - shown.with(Vec::len).min(lanes)
    });
    view! {
        <Show when=move || worth.get()>
            <section class="timeline" aria-labelledby="timeline-heading">
                <h2 id="timeline-heading">{words::TIMELINE}</h2>
                <p class="out-of-sight">{move || timeline.get().map(|timeline| words::course(&timeline, app.zone.get()))}</p>
                <Brush timeline=timeline shown=shown />
                <Show when=move || { hidden.get() > 0 }>
                    <button type="button" class="quiet" on:click=move |_| all.set(true)>
                        {move || words::more_lanes(hidden.get() as u64)}
                    </button>
                </Show>
                <Table timeline=timeline />
            </section>
        </Show>
    }
}

fn narrow() -> bool {
    let width = window().inner_width().ok().and_then(|width| width.as_f64());
    width.is_some_and(|width| width < NARROW)
}

/// The bars, and what is picked of them.
#[component]
fn Brush(timeline: Memo<Option<Timeline>>, shown: Memo<Vec<Lane>>) -> impl IntoView {
    let app = App::get();
    let lists = app.lists;
    let area = NodeRef::<html::Div>::new();
    // Where the keyboard is, where a pointer is, and what is being dragged.
    let cursor = RwSignal::new(0_u32);
    let hover = RwSignal::new(None::<u32>);
    let dragged = RwSignal::new(None::<Span>);
    let steps = Memo::new(move |_| timeline.with(|timeline| timeline.as_ref().map_or(1, |timeline| timeline.steps)));
    let picked = Memo::new(move |_| {
        let between = lists.between.get()?;
        timeline.with(|timeline| spans_of(timeline.as_ref()?, between))
    });
    let marked = Memo::new(move |_| dragged.get().or_else(|| picked.get()));
    let pick = move |span: Option<Span>| {
        let between: Option<Between> = span.and_then(|Span { anchor, head }| {
            timeline.with_untracked(|timeline| {
                let timeline = timeline.as_ref()?;
                Some((timeline.begin(anchor.min(head)), timeline.begin(anchor.max(head) + 1)))
            })
        });
        lists.between.set(between);
    };
    let at = move |event: &PointerEvent| {
        let area = area.get_untracked()?;
        let bounds = area.get_bounding_client_rect();
        Some(step_at(f64::from(event.client_x()) - bounds.left(), bounds.width(), steps.get_untracked()))
    };
    let press = move |event: PointerEvent| {
        if event.button() != 0 {
            return;
        }
        if let Some(at) = at(&event) {
            if let Some(area) = area.get_untracked() {
                let _ = area.set_pointer_capture(event.pointer_id());
            }
            cursor.set(at);
            dragged.set(Some(Span { anchor: at, head: at }));
        }
    };
    let follow = move |event: PointerEvent| {
        let Some(at) = at(&event) else { return };
        hover.set(Some(at));
        if let Some(Span { anchor, .. }) = dragged.get_untracked() {
            dragged.set(Some(Span { anchor, head: at }));
        }
    };
    let release = move |_| {
        if let Some(span) = dragged.get_untracked() {
            dragged.set(None);
            // What was picked is told, until the pointer moves on.
            hover.set(None);
            pick(Some(span));
        }
    };
    let walk = move |event: KeyboardEvent| {
        let now = picked.get_untracked();
        let moved = key(&event.key(), event.shift_key(), cursor.get_untracked(), now, steps.get_untracked());
        let Some((to, span)) = moved else { return };
        event.prevent_default();
        hover.set(None);
        cursor.set(to);
        if span != now {
            pick(span);
        }
    };
    let told = Memo::new(move |_| {
        let zone = app.zone.get();
        let at = hover.get().unwrap_or_else(|| cursor.get());
        let span = dragged.get().or(if hover.get().is_some() { None } else { picked.get() });
        let span = span.unwrap_or(Span { anchor: at, head: at });
        timeline.with(|timeline| Some(words::failed_in(timeline.as_ref()?, span, zone)))
    });
    let focused = RwSignal::new(false);
    let readout = move || {
        let some = hover.get().is_some() || focused.get() || marked.get().is_some();
        if some { told.get().unwrap_or_default() } else { words::BRUSH_HINT.to_owned() }
    };
    view! {
        <div
            id="brush"
            class="brush"
            role="slider"
            tabindex="0"
            aria-label=words::BRUSH
            aria-describedby="brush-keys"
            aria-valuemin="0"
            aria-valuemax=move || steps.get().saturating_sub(1).to_string()
            aria-valuenow=move || cursor.get().to_string()
            aria-valuetext=move || told.get()
            node_ref=area
            on:pointerdown=press
            on:pointermove=follow
            on:pointerup=release
            on:pointercancel=move |_| dragged.set(None)
            on:pointerleave=move |_| hover.set(None)
            on:keydown=walk
            on:focus=move |_| focused.set(true)
            on:blur=move |_| focused.set(false)
        >
            {move || timeline.get().map(|timeline| drawing(&timeline, &shown.get(), app.zone.get()))}
            <svg class="over" viewBox=move || format!("0 0 {} 1", steps.get()) preserveAspectRatio="none" aria-hidden="true">
                {move || {
                    marked
                        .get()
                        .map(|Span { anchor, head }| {
                            let (from, to) = (anchor.min(head), anchor.max(head) + 1);
                            view! { <rect class="picked" x=from.to_string() y="0" width=(to - from).to_string() height="1" /> }
                        })
                }}
                {move || {
                    let at = hover.get().or_else(|| focused.get().then(|| cursor.get()))?;
                    Some(view! { <rect class="cursor" x=at.to_string() y="0" width="1" height="1" /> })
                }}
            </svg>
        </div>
        <Axis timeline=timeline />
        <div class="readout">
            <p>{readout}</p>
            <span id="brush-keys" class="out-of-sight">{words::BRUSH_KEYS}</span>
            <Show when=move || picked.get().is_some() || lists.between.with(Option::is_some)>
                <button type="button" class="quiet" on:click=move |_| lists.window.set(lists.between.get_untracked())>
                    {words::LOOK_CLOSER}
                </button>
                <button type="button" class="quiet" on:click=move |_| lists.between.set(None)>
                    {words::CLEAR_TIME}
                </button>
            </Show>
            <Show when=move || lists.window.with(Option::is_some)>
                <button type="button" class="quiet" on:click=move |_| lists.window.set(None)>
                    {words::WHOLE_TIME}
                </button>
            </Show>
        </div>
    }
}

fn drawing(timeline: &Timeline, shown: &[Lane], zone: Zone) -> impl IntoView + use<> {
    let most = timeline.lanes.iter().flat_map(|lane| &lane.counts).copied().max().unwrap_or(1);
    let lanes = shown.iter().map(|lane| {
        let (begin, end) = (place(timeline, lane.first), place(timeline, lane.last));
        let phase = verdicts::phase(lane.category);
        view! {
            <div class=format!("strip {}", mark::class(phase))>
                <p>
                    <Mark phase=phase />
                    <span class="name">{verdicts::title(lane.category)}</span>
                    <strong>{times::number(lane.total)}</strong>
                    <span class="aside">{words::begin_and_end(lane.first, lane.last, zone)}</span>
                </p>
                <svg viewBox=format!("0 0 {} 100", timeline.steps) preserveAspectRatio="none" aria-hidden="true">
                    <path class="course" d=course(begin, end) vector-effect="non-scaling-stroke" />
                    <path class="bars" d=bars(&lane.counts, most) />
                </svg>
            </div>
        }
    });
    lanes.collect_view()
}

/// From when to when, and what a bar is.
#[component]
fn Axis(timeline: Memo<Option<Timeline>>) -> impl IntoView {
    let zone = App::get().zone;
    move || {
        timeline.get().map(|timeline| {
            let zone = zone.get();
            let end = timeline.begin(timeline.steps);
            let same_day = times::date(timeline.from, zone) == times::date(end, zone);
            let until = if same_day { times::second(end, zone) } else { times::date_and_second(end, zone) };
            view! {
                <div class="axis">
                    <span>{times::date_and_second(timeline.from, zone)}</span>
                    <span class="aside">{words::scale(&timeline)}</span>
                    <span>
                        {until} " " {times::offset_name(end, zone)}
                    </span>
                </div>
            }
        })
    }
}

/// The same in numbers.
#[component]
fn Table(timeline: Memo<Option<Timeline>>) -> impl IntoView {
    let zone = App::get().zone;
    let open = RwSignal::new(false);
    let table = move || {
        let Timeline { steps, lanes, .. } = timeline.get()?;
        let timeline = timeline.get()?;
        let zone = zone.get();
        let heads =
            lanes.iter().map(|lane| view! { <th scope="col">{verdicts::title(lane.category)}</th> }).collect_view();
        let rows = (0..steps)
            .filter_map(|step| {
                let counts: Vec<u32> =
                    lanes.iter().map(|lane| lane.counts.get(step as usize).copied().unwrap_or(0)).collect();
                let some = counts.iter().any(|count| *count > 0);
                some.then(|| {
                    let when = words::step(&timeline, step, step, zone);
                    let counts = counts.into_iter().map(|count| view! { <td>{times::number(count.into())}</td> });
                    view! {
                        <tr>
                            <th scope="row">{when}</th>
                            {counts.collect_view()}
                        </tr>
                    }
                })
            })
            .collect_view();
        Some(view! {
            <div class="numbers-table" tabindex="0" role="region" aria-label=words::TIMELINE>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{words::TIME}</th>
                            {heads}
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        })
    };
    view! {
        <details class="as-table" on:toggle:target=move |event| open.set(event.target().open())>
            <summary>{words::AS_TABLE}</summary>
            <Show when=move || open.get()>{table}</Show>
        </details>
    }
}
