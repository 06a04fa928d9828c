//! All failed requests: searched, narrowed, sorted, grouped.

use std::sync::Arc;

use gateway_triage_core::report::Report;
use gateway_triage_core::time::Timestamp;
use leptos::prelude::*;

use super::mark::Mark;
use super::tools::Tools;
use super::virtual_list::{Column, VirtualList};
use crate::lists::View;
use crate::query::{By, List, Request, Row, Sort, Source};
use crate::state::App;
use crate::times::{self, Zone};
use crate::{focus, verdicts, words};

const COLUMNS: [Column; 8] = [
    Column { name: words::TIME, by: Some(By::Time), class: "time" },
    Column { name: words::AT, by: None, class: "at" },
    Column { name: words::CAUSE, by: Some(By::Category), class: "cause" },
    Column { name: words::HOST, by: Some(By::Host), class: "host" },
    Column { name: words::REQUEST, by: None, class: "request" },
    Column { name: words::CLIENT, by: Some(By::Client), class: "client" },
    Column { name: words::STATUS, by: Some(By::Status), class: "status" },
    Column { name: words::TOOK, by: Some(By::Took), class: "took" },
];

/// Columns that can be sorted by, for narrow windows, where headings have no room.
const SORTS: [By; 6] = [By::Time, By::Category, By::Host, By::Client, By::Status, By::Took];

/// The list of failed requests with what narrows it. Opening a row shows the request in its verdict.
#[component]
pub fn Failures(report: Signal<Option<Arc<Report>>>) -> impl IntoView {
    let app = App::get();
    let lists = app.lists;
    let list = Memo::new(move |_| lists.list(Source::Failures));
    let counted = RwSignal::new((0, 0));
    let sort = Callback::new(move |sort: Sort| lists.failures.update(|list| list.sort = sort));
    let open = Callback::new(move |row: Row| match row {
        Row::Heading { value, .. } => fold(lists.failures, value),
        Row::Request(request) => {
            let List { mut filter, sort, group, .. } = list.get_untracked();
            filter.group = group.zip(request.group);
            app.go_to((filter, sort), Some(View::Failures), request.at, move || {
                lists.view.set(View::Verdicts);
                focus::soon("verdict-heading");
            });
        }
    });
    view! {
        <section class="requests" aria-label=words::FAILURES>
            <Tools source=Source::Failures counted=counted sorts=&SORTS />
            <VirtualList
                id="failures"
                name=words::FAILURES
                columns=&COLUMNS
                list=list
                report=report
                row=lists.row
                cells=cells
                sort=sort
                open=open
                counted=counted
            />
        </section>
    }
}

/// Opens or closes a group.
pub fn fold(list: RwSignal<List>, group: String) {
    list.update(|list| {
        if !list.opened.remove(&group) {
            list.opened.insert(group);
        }
    });
}

/// When: shown to the millisecond, the packet has the rest; and in full.
pub fn when(time: Timestamp, zone: Zone) -> (String, String) {
    let clock = times::clock(time, zone);
    let full = format!("{} {clock} {}", times::date(time, zone), times::offset_name(time, zone));
    (clock.get(..12).unwrap_or(&clock).to_owned(), full)
}

/// `Packet 46`, `Line 12`
pub fn place(request: &Request) -> String {
    match (request.packet, request.line) {
        (Some(packet), _) => words::packet(packet),
        (None, Some(line)) => words::line(line),
        (None, None) => String::new(),
    }
}

/// A target without the host, which has a column of its own.
pub fn path(target: &str) -> &str {
    let behind = target.split_once("://").map(|(_, behind)| behind);
    behind.map_or(target, |behind| behind.find('/').and_then(|at| behind.get(at..)).unwrap_or("/"))
}

fn cells(request: &Request, zone: Zone) -> AnyView {
    let at = place(request);
    let phase = request.category.and_then(verdicts::phase);
    let cause = request.category.map(verdicts::title);
    let wanted = format!("{} {}", request.method, request.target);
    let (short, full) = when(request.time, zone);
    view! {
        <div role="gridcell" class="time" title=full>
            {short}
        </div>
        <div role="gridcell" class="at">
            {at}
        </div>
        <div role="gridcell" class="cause">
            <Mark phase=phase />
            <span>{cause}</span>
        </div>
        <div role="gridcell" class="host" title=request.host.clone()>
            {request.host.clone()}
        </div>
        <div role="gridcell" class="request" title=wanted>
            {format!("{} {}", request.method, path(&request.target))}
        </div>
        <div role="gridcell" class="client">
            {request.client.map(|client| client.to_string())}
        </div>
        <div role="gridcell" class="status">
            {request.status}
        </div>
        <div role="gridcell" class="took">
            {request.took.map(|took| took.to_string())}
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::path;

    #[test]
    fn targets_are_shown_without_their_host() {
        for (target, shown) in [
            ("http://www.example.com/a?b=http://x/", "/a?b=http://x/"),
            ("https://www.example.com", "/"),
            ("/a", "/a"),
            ("www.example.com:443", "www.example.com:443"),
            ("", ""),
        ] {
            assert_eq!(path(target), shown);
        }
    }
}
