//! Which build this is, what it does with files, and how its reader can check that, in a dialog.

use leptos::prelude::*;

use super::dialog::Dialog;
use crate::boot::{self, Delivery};
use crate::embed::Embed;
use crate::words;

/// The button that opens it, and the dialog.
#[component]
pub fn About() -> impl IntoView {
    let delivery = boot::delivery();
    let embed = Embed::get();
    let (host, policy, file) = match delivery {
        Delivery::Site => (words::ABOUT_SITE, words::ABOUT_POLICY_SITE, Some(words::ABOUT_FILE_SITE)),
        Delivery::File => (words::ABOUT_FILE, words::ABOUT_POLICY_FILE, Some(words::ABOUT_FILE_FILE)),
        Delivery::Built => (words::ABOUT_BUILT, words::ABOUT_POLICY_SITE, None),
    };
    let build =
        boot::build().map(|build| view! { <div><dt>{words::ABOUT_BUILD}</dt><dd class="code">{build}</dd></div> });
    let links = (delivery == Delivery::Site).then(|| {
        view! {
            " "
            <a href=words::ONE_FILE download>
                {words::ABOUT_GET_FILE}
            </a>
            ", "
            <a href=words::ONE_FILE_SUM>{words::ABOUT_GET_SUM}</a>
            "."
        }
    });
    let commands = file.map(|file| {
        let commands = words::ABOUT_SUM_BY.map(|(system, command)| {
            view! { <li>{system} ": " <code>{command}</code></li> }
        });
        view! {
            <li>
                {file} {links}
                <ul>{commands.collect_view()}</ul>
            </li>
        }
    });
    view! {
        <Dialog id="about" heading="about-heading" name=words::ABOUT title=words::KEY_ABOUT>
            <dl>
                <div><dt>{words::ABOUT_VERSION}</dt><dd>{env!("CARGO_PKG_VERSION")}</dd></div>
                {build}
                <div><dt>{words::ABOUT_DELIVERY}</dt><dd>{host}</dd></div>
                <div><dt>{words::ABOUT_LICENCE}</dt><dd>{words::ABOUT_LICENCE_IS}</dd></div>
            </dl>
            <h3>{words::ABOUT_FILES}</h3>
            <p>{words::ABOUT_FILES_STAY}</p>
            {embed.asks_for_result().then(|| view! { <p>{words::ABOUT_SHARED}</p> })}
            <h3>{words::ABOUT_CHECK}</h3>
            <ol class="items">
                <li>{words::ABOUT_NETWORK}</li>
                <li>{policy}</li>
                <li>{words::ABOUT_CUT}</li>
                {commands}
            </ol>
            <p>{words::ABOUT_BEYOND}</p>
        </Dialog>
    }
}
