//! All requests, healthy ones too, with what each phase took: so that "slow" can be seen.
//!
//! The files are read a second time for it, when somebody looks.

use std::sync::Arc;

use gateway_triage_core::report::Report;
use gateway_triage_core::time::Span;
use leptos::prelude::*;

use super::failures::{fold, path, place, when};
use super::mark::Mark;
use super::packet::PacketDetails;
use super::tools::Tools;
use super::virtual_list::{Column, VirtualList};
use crate::lists::View;
use crate::protocol::{Ask, Listing, Look};
use crate::query::{By, Exchange, Request, Row, Sort, Source};
use crate::state::{App, Stage};
use crate::times::{self, Zone};
use crate::{focus, verdicts, words};

const COLUMNS: [Column; 12] = [
    Column { name: words::TIME, by: Some(By::Time), class: "time" },
    Column { name: words::AT, by: None, class: "at" },
    Column { name: words::CLIENT, by: Some(By::Client), class: "client" },
    Column { name: words::HOST, by: Some(By::Host), class: "host" },
    Column { name: words::REQUEST, by: None, class: "request" },
    Column { name: words::STATUS, by: Some(By::Status), class: "status" },
    Column { name: words::DNS_TIME, by: Some(By::Dns), class: "span" },
    Column { name: words::CONNECT_TIME, by: Some(By::Connect), class: "span" },
    Column { name: words::TLS_TIME, by: Some(By::Tls), class: "span" },
    Column { name: words::FIRST_BYTE_TIME, by: Some(By::FirstByte), class: "span" },
    Column { name: words::TOTAL_TIME, by: Some(By::Took), class: "took" },
    Column { name: words::CAUSE, by: Some(By::Category), class: "cause" },
];

const SORTS: [By; 9] =
    [By::Time, By::Took, By::FirstByte, By::Dns, By::Connect, By::Tls, By::Host, By::Status, By::Category];

/// The list, or how far it is. A row that failed leads to its verdict, another one shows its first packet or line.
#[component]
pub fn Exchanges(report: Signal<Option<Arc<Report>>>) -> impl IntoView {
    let app = App::get();
    let lists = app.lists;
    Effect::new(move || {
        if app.stage.get() == Stage::Done && lists.listing.get() == Listing::Not {
            app.list_exchanges();
        }
    });
    let done = Memo::new(move |_| lists.listing.get() == Listing::Done);
    view! {
        <Show when=move || done.get() fallback=|| view! { <Progress /> }>
            <AllRequests report=report />
        </Show>
    }
}

#[component]
fn Progress() -> impl IntoView {
    let app = App::get();
    let listing = app.lists.listing;
    let stopped = Memo::new(move |_| listing.get() == Listing::Stopped);
    let progress = Memo::new(move |_| match listing.get() {
        Listing::Reading(progress) => progress,
        _ => crate::protocol::Progress::default(),
    });
    let share = move || progress.with(|progress| (progress.read * 100).checked_div(progress.total).unwrap_or(0));
    view! {
        <section class="reading" aria-label=words::EXCHANGES>
            <Show
                when=move || !stopped.get()
                fallback=move || {
                    view! {
                        <p>{words::LIST_STOPPED}</p>
                        <p>
                            <button type="button" on:click=move |_| app.list_exchanges()>
                                {words::LIST_AGAIN}
                            </button>
                        </p>
                    }
                }
            >
                <div class="reading-head">
                    <div class="reading-what">
                        <p class="reading-title" role="status">
                            {words::LISTING}
                        </p>
                        <span class="fact">
                            {move || {
                                progress
                                    .with(|progress| {
                                        words::so_much(&times::bytes(progress.read), &times::bytes(progress.total))
                                    })
                            }}
                        </span>
                    </div>
                    <button type="button" on:click=move |_| app.ask(Ask::StopList, Vec::new())>
                        {words::STOP}
                    </button>
                </div>
                <progress max="100" value=move || share().to_string() aria-label=words::PROGRESS />
            </Show>
        </section>
    }
}

#[component]
fn AllRequests(report: Signal<Option<Arc<Report>>>) -> impl IntoView {
    let app = App::get();
    let lists = app.lists;
    let list = Memo::new(move |_| lists.list(Source::Exchanges));
    let counted = RwSignal::new((0, 0));
    let shown = RwSignal::new(None::<Box<Request>>);
    let sort = Callback::new(move |sort: Sort| lists.exchanges.update(|list| list.sort = sort));
    let open = Callback::new(move |row: Row| match row {
        Row::Heading { value, .. } => fold(lists.exchanges, value),
        Row::Request(request) => match request.finding {
            Some(finding) => app.go_to_finding(finding, move || {
                lists.view.set(View::Verdicts);
                focus::soon("verdict-heading");
            }),
            None => {
                shown.set(Some(request));
                focus::soon("one-exchange");
            }
        },
    });
    view! {
        <section class="requests" aria-label=words::EXCHANGES>
            <Tools source=Source::Exchanges counted=counted sorts=&SORTS />
            <VirtualList
                id="exchanges"
                name=words::EXCHANGES
                columns=&COLUMNS
                list=list
                report=report
                row=lists.exchange
                cells=cells
                sort=sort
                open=open
                counted=counted
            />
            <p class="aside">{words::TIMES_HINT}</p>
            {move || shown.get().map(|request| one(&request, app.zone.get()))}
        </section>
    }
}

/// A request that went well: where it stands in the file.
fn one(request: &Request, zone: Zone) -> impl IntoView + use<> {
    let (_, full) = when(request.time, zone);
    let name = format!("{}, {} {}, {full}", place(request), request.method, request.target);
    let look = request.exchange.map(|Exchange { input, offset, length, .. }| match request.packet {
        Some(packet) => Look::Packet { input, packet, offset },
        None => Look::Line { input, offset, length },
    });
    view! {
        <h3 id="one-exchange" tabindex="-1">
            {name}
        </h3>
        {look.map(|look| view! { <PacketDetails look=look /> })}
    }
}

fn cells(request: &Request, zone: Zone) -> AnyView {
    let (short, full) = when(request.time, zone);
    let wanted = format!("{} {}", request.method, request.target);
    let spans = request
        .exchange
        .map_or([None; 4], |Exchange { dns, connect, tls, first_byte, .. }| [dns, connect, tls, first_byte]);
    let span = |span: Option<Span>| span.map(|span| span.to_string());
    let cause = request.category.map(|category| {
        view! {
            <Mark phase=verdicts::phase(category) />
            <span>{verdicts::title(category)}</span>
        }
    });
    view! {
        <div role="gridcell" class="time" title=full>
            {short}
        </div>
        <div role="gridcell" class="at">
            {place(request)}
        </div>
        <div role="gridcell" class="client">
            {request.client.map(|client| client.to_string())}
        </div>
        <div role="gridcell" class="host" title=request.host.clone()>
            {request.host.clone()}
        </div>
        <div role="gridcell" class="request" title=wanted>
            {format!("{} {}", request.method, path(&request.target))}
        </div>
        <div role="gridcell" class="status">
            {request.status}
        </div>
        {spans
            .map(|time| {
                view! {
                    <div role="gridcell" class="span">
                        {span(time)}
                    </div>
                }
            })
            .collect_view()}
        <div role="gridcell" class="took">
            {span(request.took)}
        </div>
        <div role="gridcell" class="cause">
            {cause}
        </div>
    }
    .into_any()
}
