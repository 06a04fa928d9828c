//! What the page says in a frame of somebody's article, and what helps to put it there.

use crate::embed::Share;

pub const HANDED_OPEN: &str = "Open here";
pub const HANDED_DECLINE: &str = "Do not open";
/// In the dialog on what the page does with files.
pub const ABOUT_SHARED: &str =
    "The article around this frame asks for results. It gets one where you say so beside it, and only then.";
/// Where a case is open.
pub const HANDED_CLOSES: &str = "The case that is open is closed by that.";
/// What happens to them.
pub const HANDED_STAY: &str = "Read in this frame, sent nowhere.";
pub const SHARE_WHOLE_MEANS: &str = "It gets the whole report, with the names and addresses of your network.";
pub const SHARE_REDACTED_MEANS: &str = "It gets the report with pseudonyms in place of names and addresses.";
pub const SHARE_NOTHING_MEANS: &str = "It gets nothing of your files.";
/// After a file was given to the browser, in a frame that may refuse it.
pub const FILE_REFUSABLE: &str = "Some frames refuse downloads without saying so: if it does not arrive, copy it.";
pub const FILE_REFUSABLE_PACKETS: &str = "Some frames refuse downloads without saying so: if it does not arrive, open the page in a \
    tab of its own.";
pub const FILE_COPY: &str = "Copy it instead";
pub const FILE_COPIED: &str = "It is on the clipboard.";
pub const FILE_LONG: &str = "It is too long to be copied here: open the page in a tab of its own.";
pub const PRINT_REFUSED: &str =
    "The frame around this page does not let it print. Export the HTML file and print that.";

// The dialog that writes what is pasted into an article
pub const EMBED: &str = "Embed";
pub const KEY_EMBED: &str = "Put this page into an article";
pub const EMBED_WHAT: &str = "The page in an article of your knowledge base: readers see causes, checks and fixes, and can drop their \
    files there. Files stay in the reader's tab; the article learns nothing of them.";
/// Not as in the page behind the dialog.
pub const EMBED_PRODUCT: &str = "For the product";
pub const EMBED_ANY_PRODUCT: &str = "Any";
pub const EMBED_AT: &str = "Opens at";
pub const EMBED_QUESTIONS: &str = "The product's questions, or the first screen";
pub const EMBED_HEIGHT: &str = "Height";
pub const EMBED_HEIGHT_AUTO: &str = "As the page needs";
pub const EMBED_SCHEME: &str = "Colours";
pub const EMBED_SCHEME_AUTO: &str = "As the article";
pub const EMBED_PREVIEW: &str = "Preview";
pub const EMBED_ELEMENT: &str = "With a script";
pub const EMBED_FRAME: &str = "As a frame alone";
pub const EMBED_FRAME_HINT: &str = "For systems that strip scripts. It has a fixed height, and is light or dark as the reader's system \
    is, unless set here.";

/// What can be said of a download in a frame.
#[must_use]
pub fn handed_to_browser(name: &str) -> String {
    format!("{name} was given to the browser.")
}

/// The host asks for files to be opened.
#[must_use]
pub fn handed(host: &str, count: usize) -> String {
    if count == 1 { format!("{host} hands over a file:") } else { format!("{host} hands over {count} files:") }
}

/// Label of the choice of what the host gets.
#[must_use]
pub fn share_with(host: &str) -> String {
    format!("May {host} have this result?")
}

/// One choice of it.
#[must_use]
pub const fn share(share: Share) -> &'static str {
    match share {
        Share::Nothing => "No",
        Share::Redacted => "Yes, redacted",
        Share::Whole => "Yes, all of it",
    }
}

/// What that means.
#[must_use]
pub const fn share_means(share: Share) -> &'static str {
    match share {
        Share::Nothing => SHARE_NOTHING_MEANS,
        Share::Redacted => SHARE_REDACTED_MEANS,
        Share::Whole => SHARE_WHOLE_MEANS,
    }
}

/// What the article's policy must allow.
#[must_use]
pub fn embed_needs(base: &str) -> String {
    format!("An article with a content security policy has to allow {base} in script-src and frame-src.")
}

/// A height to choose.
#[must_use]
pub fn pixels(height: u32) -> String {
    format!("{height} pixels")
}

/// Light or dark, to choose.
#[must_use]
pub fn scheme(name: &str) -> &'static str {
    if name == "dark" { "Dark" } else { "Light" }
}
