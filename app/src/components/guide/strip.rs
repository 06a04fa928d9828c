//! Where on the path it can lie: the parties and the phases between gateway and server, with how many are left at each.

use gateway_triage_core::categories::Phase;
use gateway_triage_core::guided::Given;
use leptos::prelude::*;

use crate::components::mark::{self, Mark};
use crate::guide::Guide;
use crate::{verdicts, words};

/// As a request passes them.
const STOPS: [Phase; 9] = [
    Phase::Client,
    Phase::Gateway,
    Phase::Resolve,
    Phase::Connect,
    Phase::Secure,
    Phase::Send,
    Phase::Wait,
    Phase::Receive,
    Phase::Upstream,
];

/// The picture; a list for those who do not see it.
#[component]
pub fn Strip(guide: Memo<Guide>) -> impl IntoView {
    let counts = Memo::new(move |_| {
        let list = guide.with(Guide::given).list();
        let phases: Vec<_> = Given::left(&list).iter().filter_map(|one| verdicts::phase(one.category)).collect();
        STOPS.map(|stop| phases.iter().filter(|phase| **phase == stop).count())
    });
    view! {
        <ol class="stops" aria-label=words::WHERE_ON_THE_PATH>
            {move || {
                STOPS
                    .into_iter()
                    .zip(counts.get())
                    .map(|(stop, many)| {
                        view! {
                            <li class=mark::class(Some(stop)) class:none=many == 0>
                                <Mark phase=Some(stop) />
                                <span class="stop">{words::stop(stop)}</span>
                                <span class="number">{many}</span>
                            </li>
                        }
                    })
                    .collect_view()
            }}
        </ol>
    }
}
