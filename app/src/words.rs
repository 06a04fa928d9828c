//! Everything the page says of its own, in one place: plain, short, in the field's terms, ready for translation.
//!
//! What happened, evidence and advice are the engine's words and come with the report.

mod about;
mod embed;
mod guide;
mod lists;
mod names;
mod sentences;
mod timeline;

pub use about::*;
pub use embed::*;
pub use guide::*;
pub use lists::*;
pub use names::*;
pub use sentences::*;
pub use timeline::*;

pub const NAME: &str = "Gateway Triage";

// First screen
pub const WHAT_IT_DOES: &str = "Finds out why a web gateway answered 502 or 504: drop the packet capture taken at the \
    gateway, its access log, or both, and read what broke, how that shows, and what to change where.";
pub const DROP_HERE: &str = "Drop captures and logs here";
pub const DROP_WHAT: &str = "pcap, pcapng, access and error logs, HAR, also gzipped; several files make one case. Log lines \
    and the text of an error page can be pasted.";
pub const CHOOSE_FILES: &str = "Choose files";
pub const FILES: &str = "Captures and logs";
pub const SAMPLES: &str = "Or look at a sample case";
pub const STAYS: &str = "Files stay in this tab.";
/// Where the one file lies, beside the site's page.
pub const ONE_FILE: &str = "gateway-triage.html";
/// Its link on the first screen.
pub const TAKE_OFFLINE: &str = "Take it offline";
/// What that gives.
pub const TAKE_OFFLINE_WHAT: &str = ": one file that opens from disk and needs no network.";
pub const CHECK_IT: &str = "Check it";
pub const CHECK_HOW: [&str; 3] = [
    "Open the browser's network tools (F12, Network) and drop a file: no request follows.",
    "The page's own policy forbids it to reach any other host: look for Content-Security-Policy at the top of its source.",
    "Or cut the network after the page has loaded: it works on.",
];
pub const NEWER: &str = "A new version of this page is ready.";
pub const NEWER_LOSES: &str = "Reloading closes the open case, unless that is kept.";
pub const NEWER_TAKE: &str = "Reload";
pub const DROP_NOW: &str = "Drop to open as a new case";
pub const PASTED: &str = "pasted.log";
pub const SAMPLE_MISSING: &str =
    "The sample could not be loaded. The page works all the same: drop a file of your own.";
pub const NO_FILES: &str = "What was dropped holds no files. Drop the files themselves, not a folder or a link.";

// Help, keys, terms
pub const HELP: &str = "Help";
pub const CLOSE: &str = "Close";
pub const KEYS: &str = "Keys";
pub const GLOSSARY: &str = "Terms";
pub const KEY_HELP: &str = "Keys and terms";
pub const KEY_OPEN: &str = "Choose files, or add some to the case";
pub const KEY_SEARCH: &str = "Search the failures";
pub const KEY_NEXT_VERDICT: &str = "Next verdict";
pub const KEY_PREVIOUS_VERDICT: &str = "Previous verdict";
pub const KEY_NEXT: &str = "Next request of the verdict";
pub const KEY_PREVIOUS: &str = "Previous request of the verdict";
pub const KEY_EXPORT: &str = "Export";

// Other cases
pub const PAST: &str = "Opened in this tab";
pub const PAST_HINT: &str = "Remembered until the tab is closed.";
pub const KEEP: &str = "Keep this case across reloads";
pub const KEEP_HINT: &str = "Its files then stay in this browser's own storage, until you forget them.";
/// Once they do.
pub const KEPT_HINT: &str = "Kept: its files stay in this browser's own storage, until you forget them.";
pub const KEEP_REFUSED: &str = "This browser keeps nothing here: its storage is full, or closed to this page.";
pub const FORGET: &str = "Forget everything";
pub const FORGOTTEN: &str = "Forgotten: files, settings and cases of this page are no longer in this browser.";
pub const NOTHING_KEPT: &str = "Nothing was kept: this browser's storage is closed to this page.";
pub const MORE_SAMPLES: &str = "More samples";

// Packets and lines, read again
pub const NOT_THERE: &str = "It is no longer there: the file was changed or moved. Open it again.";
pub const LOOKING: &str = "Reading the file again…";
pub const LADDER: &str = "Packet by packet";
pub const LADDER_OF: &str = "Packets as they were seen in";
pub const LADDER_LEFT_OUT: &str = "more packets are not drawn";
pub const SILENCE: &str = "nothing for";
pub const AGAIN: &str = "sent again";
pub const PROOF: &str = "evidence";
pub const FIRST_BYTES: &str = "First bytes";
pub const LINE_AS_IT_IS: &str = "The line as it is in the file";
pub const LANE_CLIENT: &str = "Client";
pub const LANE_GATEWAY: &str = "Gateway";
pub const LANE_DNS: &str = "DNS server";
pub const LANE_DEVICE: &str = "Device on the path";
pub const LANE_SERVER: &str = "Server";

// Top bar
pub const ADD_FILES: &str = "Add files";
pub const DOWNLOAD_JSON: &str = "Download JSON";
pub const JSON_NAME: &str = "gateway-triage.json";
pub const NEW_CASE: &str = "New case";
pub const PRODUCT: &str = "Gateway product";
pub const PRODUCT_UNSET: &str = "Not set";
pub const OTHER_PRODUCT: &str = "Another product";
pub const GATEWAY: &str = "Gateway address";
pub const GATEWAY_UNSET: &str = "found from the traffic";
pub const GATEWAY_WRONG: &str = "This is not an IP address.";
pub const ZONE: &str = "Times in";
pub const ZONE_UTC: &str = "UTC";
pub const LOG_ZONE: &str = "Log times without a zone are in";
pub const LOG_FORMAT: &str = "A log in a custom format";
pub const LOG_FORMAT_HINT: &str = "Paste the format string, or the directive that holds it: nginx log_format, Squid \
    logformat, HAProxy log-format, Apache LogFormat, Envoy's access log format, the custom fields of a Cisco WSA, a #Fields \
    line.";
pub const LOG_FORMAT_EXAMPLE: &str =
    "log_format main '$remote_addr [$time_local] \"$request\" $status $upstream_addr';";
pub const LOG_FORMAT_USE: &str = "Read the logs by it";
pub const INPUTS: &str = "Files";
pub const WARNING: &str = "Note:";
pub const UNTOUCHED: &str = "Not read";
pub const NOT_READ: &str = "Not read:";
pub const SETTINGS: &str = "Settings";

// Passing on
pub const EXPORT: &str = "Export";
pub const EXPORT_OF: &str = "What";
pub const EXPORT_ALL: &str = "All failures";
pub const EXPORT_SHOWN: &str = "Only the one shown:";
pub const REDACT: &str = "Redact";
pub const IS_NOT_REDACTED: &str = "Not redacted: exports hold the real names and addresses, and say so.";
pub const IS_REDACTED: &str = "Redacted: exports hold pseudonyms for addresses, names, users, paths and other words of the \
    files, and say so. The same original has the same pseudonym in every export of this case.";
pub const JSON_WHOLE: &str = "JSON is always the whole report.";
pub const PRINT: &str = "Print";
pub const PRINT_TIME: &str = "Time (UTC)";
pub const PRINT_BY_EXPORT: &str = "Redaction is on, so the page is not printed as it is: use Export, Print.";
pub const READ_AGAIN: &str = "Read the files again";
pub const READER_LOST: &str = "The reader has stopped. What is shown is still right; lists, packets, exports and settings need \
    the files read again.";
pub const LOST_LOOK: &str = "The reader stopped before it could show this.";
pub const SHORT: &str = "short text";
pub const SHORT_COPIED: &str = "The short text is on the clipboard.";
pub const SHORT_HERE: &str = "This browser, or the frame around the page, lets no page write to the clipboard. Copy \
    it here:";
pub const EXPORTING: &str = "Working…";
pub const EXPORT_FAILED: &str = "The file could not be made.";
pub const EXPORT_LOST: &str = "The reader has stopped and with it the case: open the files again.";
pub const NO_PACKETS: &str = "No packet is evidence here: only log lines are.";
pub const NO_RANDOM: &str = "This browser gives no random numbers, so nothing can be redacted safely.";
pub const REPLACED: &str = "What will be replaced";
pub const REMAINS: &str = "What remains";
pub const ORIGINAL: &str = "In the files";
pub const PSEUDONYM: &str = "In the export";

// Reading
pub const STOP: &str = "Cancel";
pub const STOPPING: &str = "Cancelling…";
pub const STOPPED_HARD: &str = "Reading was stopped before the reader could answer.";
pub const READER_NOT_LOADED: &str = "The part of the page that reads files could not be loaded or started. Check the network, then open the \
    files again; if that does not help, the one file (“Take it offline” on the first screen) reads without it.";
pub const READER_BROKE: &str = "The reader hit a fault of its own and stopped. The files were not changed; open them one \
    by one to see which one it cannot read.";
pub const AS_REPORTED: &str = "What it had found until then is shown.";
pub const WITHOUT_WORKER: &str = "This browser, or the frame around the page, starts no background worker. The page \
    reads the files by itself, in small steps: slower, with the same result.";
pub const SO_FAR: &str = "so far";

// Result
pub const VERDICTS: &str = "What failed";
pub const HEALTHY_HINT: &str = "as far as these files show their answers";
pub const UNANSWERED_HINT: &str = "the answer is not in these files: they end before it, or lack what the server sent";
pub const UNSEEN_HINT: &str = "encrypted, and passed on unopened; whether the requests inside went well is not visible";
pub const HEALTH_CHECKS_HINT: &str =
    "requests of load balancers and schedulers, by what they call themselves; counted apart";
pub const SHOW_ALL: &str = "Show all";
pub const NOTHING_FOUND: &str = "No failed request in these files";
pub const NOTHING_SEEN: &str = "No request in these files";
pub const NOTHING_SEEN_HINT: &str = "Neither a request to a gateway nor one from it was seen. Was the capture taken on \
    the gateway, on all interfaces, without a filter, and while the failure happened? Then it holds the client's request, \
    the DNS lookup and the connection to the server.";
pub const NOTHING_READ: &str = "Nothing could be read";
pub const NOTHING_READ_HINT: &str = "Captures (pcap, pcapng), logs and HAR files can be read, also gzipped. Other kinds are \
    named below, with the command that converts them where there is one.";
pub const DO_FIRST: &str = "Do first";
pub const EVIDENCE: &str = "Evidence";
pub const PATTERNS: &str = "What they have in common";
pub const COMPARED: &str = "Compared with a test that went well";
pub const HINTS: &str = "What fits, but proves nothing";
pub const AGAINST: &str = "What it is not";
pub const NOT_SEEN: &str = "What could not be seen";
pub const COULD_BE: &str = "What it can have been";
pub const COULD_BE_ORDER: &str = "Likeliest first; these files alone do not decide";
pub const CAUSES: &str = "Possible causes";
pub const CHECKS: &str = "Checks";
pub const MORE_FIXES: &str = "More fixes";
pub const CAPTURE: &str = "Record next";
pub const FILTER: &str = "Wireshark filter";
pub const SOURCES: &str = "Sources";
pub const PREVIOUS: &str = "Previous";
pub const NEXT: &str = "Next";
pub const MORE: &str = "More";
pub const FITS_AS_WELL: &str = "These files alone do not decide. It may be, likeliest first:";
pub const WHERE: &str = "Where";
pub const CHANGE: &str = "Change";
pub const RISK: &str = "Risk";
pub const VERIFY: &str = "It helped if";
pub const MENU: &str = "In the menu:";
pub const FAVOURED: &str = "Speaks for it:";

pub const PROGRESS: &str = "Bytes read";
pub const WAITS: &str = "The disk or network drive has sent nothing for seconds. Reading goes on when it does; Cancel keeps what was \
    found.";
pub const NOTHING_FOUND_HINT: &str = "No gateway error and no broken answer; if a try upstream failed, another one made up for it. \
    If users still saw a failure: does the time span above cover it, and do the files come from the gateway that they used?";

// Evidence table
pub const AT: &str = "Packet or line";
pub const TIME: &str = "Time";
pub const AFTER: &str = "After";
pub const SHOWS: &str = "What it shows";

// Facts of an exchange
pub const CLIENT: &str = "Client";
pub const UPSTREAM: &str = "Upstream";
pub const REQUEST: &str = "Request";
pub const ANSWER: &str = "Answer";
pub const RESET_BY: &str = "Reset by";
pub const NO_ANSWER_SEEN: &str = "none seen";

// Path picture
pub const GATEWAY_NODE: &str = "Gateway";
pub const DNS_NODE: &str = "DNS server";
pub const SERVER_NODE: &str = "Server";
pub const DEVICE: &str = "device on the path";
pub const NOT_TRIED: &str = "not reached";
pub const UNKNOWN_HERE: &str = "here, or before";
pub const NOT_IN_FILES: &str = "not in these files";

pub const UNDETERMINED: &str = "Cause undecided";

// Copying
pub const COPY: &str = "Copy";
pub const COMMAND: &str = "command";
pub const FIX: &str = "fix";
pub const COPIED: &str = "Copied";
pub const SELECTED: &str = "Selected: press Ctrl+C";
