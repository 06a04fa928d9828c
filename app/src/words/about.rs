//! What the page says of itself: which build it is, what it does with files, how to check that.

pub const ABOUT: &str = "About";
pub const KEY_ABOUT: &str = "Which version this is, and how to check that nothing leaves";
pub const ABOUT_VERSION: &str = "Version";
pub const ABOUT_BUILD: &str = "Build";
pub const ABOUT_DELIVERY: &str = "Comes as";
pub const ABOUT_SITE: &str = "a site; served over HTTPS, it also opens without a network after the first visit";
pub const ABOUT_FILE: &str = "one file that needs no network";
pub const ABOUT_BUILT: &str = "a page built for development";
pub const ABOUT_LICENCE: &str = "Licence";
pub const ABOUT_LICENCE_IS: &str = "MIT or Apache-2.0, at your choice";
pub const ABOUT_FILES: &str = "Your files";
pub const ABOUT_FILES_STAY: &str = "They are read by this page, in this tab. Nothing of them is sent anywhere. Nothing is stored but \
    a case that you ask to keep: it stays in this browser until you forget it.";
pub const ABOUT_CHECK: &str = "Check it";
pub const ABOUT_NETWORK: &str = "Open the browser's network tools (F12, Network), then drop a file, look at it, export it: no \
    request follows.";
pub const ABOUT_POLICY_SITE: &str = "Look for Content-Security-Policy at the top of the page's source. The browser enforces it: \
    connect-src 'self' lets the page, and the worker that reads files, connect to the page's own host and to no other.";
pub const ABOUT_POLICY_FILE: &str = "Look for Content-Security-Policy at the top of the file. The browser enforces it: \
    connect-src 'none' lets the page, and the worker that reads files, connect to nothing.";
pub const ABOUT_CUT: &str = "Cut the network, then drop a file: it is read, shown and exported all the same.";
pub const ABOUT_FILE_SITE: &str = "Or trust no host: save the whole page as one file, compare its SHA-256, and open it without a \
    network. Its policy allows no connection at all.";
pub const ABOUT_FILE_FILE: &str = "Compare the SHA-256 of this file with the one that is published beside it:";
/// Name of a link, in a list of two.
pub const ABOUT_GET_FILE: &str = "The file";
pub const ABOUT_GET_SUM: &str = "its SHA-256";
/// Beside the one file.
pub const ONE_FILE_SUM: &str = "gateway-triage.html.sha256";
/// How the sum is made, by system.
pub const ABOUT_SUM_BY: [(&str, &str); 3] = [
    ("Linux", "sha256sum gateway-triage.html"),
    ("macOS", "shasum -a 256 gateway-triage.html"),
    ("Windows PowerShell", "Get-FileHash gateway-triage.html"),
];
pub const ABOUT_BEYOND: &str = "What policies leave open (WebRTC; in Firefox, EventSource of workers) this page does not use. It \
    goes to another page only by a link that you click.";
