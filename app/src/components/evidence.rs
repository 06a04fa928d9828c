//! How we know: one request of the verdict, its facts, and each packet and line that shows it.

use std::sync::Arc;

use gateway_triage_core::report::{Evidence, Finding, Input, Report};
use gateway_triage_core::time::Timestamp;
use leptos::prelude::*;

use super::copy::Command;
use super::ladder::LadderView;
use super::leaf::Leaf;
use super::packet::PacketDetails;
use super::section::Section;
use crate::protocol::Look;
use crate::state::App;
use crate::times::{self, Zone};
use crate::words;

/// The evidence of the request shown, with the way to the next one.
#[component]
pub fn EvidenceView(
    /// The whole report, for the names of inputs.
    report: Signal<Option<Arc<Report>>>,
    /// The request shown.
    finding: Memo<Option<Finding>>,
    /// Key of its verdict.
    verdict: Memo<Option<String>>,
    /// How many requests that has.
    count: Memo<u64>,
) -> impl IntoView {
    let zone = App::get().zone;
    let inputs = Memo::new(move |_| report.get().map(|report| report.inputs.clone()).unwrap_or_default());
    view! {
        <Section id="evidence" title=words::EVIDENCE>
            <Leaf verdict=verdict count=count />
            {move || finding.get().map(|finding| view! { <Facts finding=finding zone=zone.get() /> })}
            <LadderView report=report finding=finding />
            {move || {
                finding
                    .get()
                    .map(|finding| {
                        let zone = zone.get();
                        let first = finding.evidence.iter().find_map(|evidence| evidence.time);
                        view! {
                            <Table evidence=finding.evidence first=first inputs=inputs.get() zone=zone />
                            {finding
                                .filter
                                .map(|filter| {
                                    view! {
                                        <h4>{words::FILTER}</h4>
                                        <Command text=filter what=words::FILTER />
                                    }
                                })}
                        }
                    })
            }}
        </Section>
    }
}

#[component]
fn Facts(finding: Finding, zone: Zone) -> impl IntoView {
    let request = match (&finding.method, &finding.target) {
        (Some(method), Some(target)) => Some(format!("{method} {target}")),
        (None, Some(target)) => Some(target.clone()),
        _ => finding.host.clone(),
    };
    let answer = match (finding.first_status, finding.status) {
        (Some(first), Some(last)) => format!("{first}, then {last}, {}", words::made_by(finding.generated_by)),
        (_, Some(status)) => format!("{status}, {}", words::made_by(finding.generated_by)),
        (_, None) => words::NO_ANSWER_SEEN.to_owned(),
    };
    let time = format!(
        "{} {} {}",
        times::date(finding.time, zone),
        times::clock(finding.time, zone),
        times::offset_name(finding.time, zone)
    );
    let rows = [
        (words::REQUEST, request),
        (words::TIME, Some(time)),
        (words::ANSWER, Some(answer)),
        (words::CLIENT, finding.client.map(|address| address.to_string())),
        (words::GATEWAY_NODE, finding.gateway.map(|address| address.to_string())),
        (words::UPSTREAM, finding.upstream.map(|address| address.to_string())),
        (words::RESET_BY, finding.reset_by.map(|by| words::reset_by(by).to_owned())),
    ];
    let rows = rows
        .into_iter()
        .filter_map(|(name, value)| value.map(|value| view! { <div><dt>{name}</dt><dd>{value}</dd></div> }))
        .collect_view();
    view! { <dl class="facts exchange">{rows}</dl> }
}

#[component]
fn Table(evidence: Vec<Evidence>, first: Option<Timestamp>, inputs: Vec<Input>, zone: Zone) -> impl IntoView {
    let several = inputs.len() > 1;
    let bodies = evidence
        .chunk_by(|one, next| one.input == next.input)
        .map(|rows| {
            let name = rows.first().and_then(|row| inputs.get(row.input as usize)).filter(|_| several);
            let name = name.map(|input| {
                view! {
                    <tr>
                        <th colspan="4" scope="rowgroup" class="file-name">
                            {input.name.clone()}
                        </th>
                    </tr>
                }
            });
            let rows = rows.iter().map(|row| table_row(row, first, zone)).collect_view();
            view! { <tbody>{name} {rows}</tbody> }
        })
        .collect_view();
    view! {
        <table class="evidence">
            <thead>
                <tr>
                    <th scope="col">{words::AT}</th>
                    <th scope="col">{words::TIME}</th>
                    <th scope="col" class="number">
                        {words::AFTER}
                    </th>
                    <th scope="col">{words::SHOWS}</th>
                </tr>
            </thead>
            {bodies}
        </table>
    }
}

fn table_row(evidence: &Evidence, first: Option<Timestamp>, zone: Zone) -> impl IntoView + use<> {
    let time = evidence.time.map(|time| times::clock(time, zone));
    let after = evidence.time.zip(first).map(|(time, first)| times::after(time, first));
    let open = RwSignal::new(false);
    let look = look(evidence);
    view! {
        <tr>
            <td class="at">
                <button
                    type="button"
                    class="quiet"
                    aria-expanded=move || open.get().to_string()
                    on:click=move |_| open.update(|open| *open = !*open)
                >
                    {place(evidence)}
                </button>
            </td>
            <td class="mono nowrap">{time}</td>
            <td class="mono nowrap number">{after}</td>
            <td class="shows">{evidence.text.clone()}</td>
        </tr>
        {move || {
            open.get()
                .then(|| {
                    view! {
                        <tr class="opened">
                            <td colspan="4">
                                <PacketDetails look=look.clone() />
                            </td>
                        </tr>
                    }
                })
        }}
    }
}

/// What to read again for it.
fn look(evidence: &Evidence) -> Look {
    let Evidence { input, offset, length, .. } = *evidence;
    match evidence.packet {
        Some(packet) => Look::Packet { input, packet, offset },
        None => Look::Line { input, offset, length },
    }
}

/// `Packet 46`, `Line 12`
fn place(evidence: &Evidence) -> String {
    match (evidence.packet, evidence.line) {
        (Some(packet), _) => words::packet(packet),
        (None, Some(line)) => words::line(line),
        (None, None) => String::new(),
    }
}
