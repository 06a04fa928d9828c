//! Captures, logs and recordings whose names do what they can: nothing of them is ever more than text.

use crate::exports::clipboard;
use crate::harness::{Page, difference, native_report, scratch, wait, with_page};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use xtask::synthetic::frame::{ACK, End, Flow, PSH, RST, SYN, file_header, record_header};

/// Host names, or what a line claims to be one. None holds a blank: that would end it.
const NAMES: [&str; 9] = [
    "<img/src=x/onerror=document.title='broken'>",
    "<script>document.title='broken'</script>",
    "'\"><iframe/srcdoc=<script>top.document.title='broken'</script>>",
    "safe\u{202E}moc.knab\u{2066}.example",
    "ba\u{200B}n\u{FEFF}k\u{AD}.example",
    "\u{1B}]0;broken\u{7}\u{1B}[31mred\u{0}.example",
    "=HYPERLINK(\"http://evil.example\")",
    "[x](http://evil.example)|![x](http://evil.example/x.png)|`b`|@all",
    "\u{5D0}\u{5D1}\u{5D2}.\u{645}\u{635}\u{631}",
];

/// What must not come out anywhere: orders to a terminal, letters of no width, orders of direction.
const UNSEEN: &str =
    r"[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]";

fn unseen(letter: char) -> bool {
    matches!(letter, '\u{AD}' | '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2061}'..='\u{206F}' | '\u{FEFF}')
        || (letter.is_control() && !"\n\t".contains(letter))
}

/// A log of the gateway's: one line for each name, and one whose name has no end.
fn log(folder: &Path) -> PathBuf {
    let mut text = Vec::new();
    let endless = format!("{}.example", "a".repeat(1_000_000));
    for (at, name) in NAMES.iter().copied().chain([endless.as_str()]).enumerate() {
        let time = 1_767_225_600 + at;
        text.extend(
            format!("{time}.496 153185 10.10.70.50 NONE/504 1729 GET http://{name}/{name} - DIRECT/{name} - ...\n")
                .bytes(),
        );
    }
    // A lone surrogate, as if UTF-8 had one, and bytes that are no text at all.
    text.extend(
        b"1767225700.496 9 10.10.70.50 NONE/504 1729 GET http://\xED\xA0\x80\xFF\xFE.example/ - DIRECT/x - ...\n",
    );
    write(folder, "=\u{202E}<img src=x onerror=alert(1)>gol.log", &text)
}

/// A capture at the gateway: for each name a request that it answers with 504, after the server had reset the connection.
fn capture(folder: &Path) -> PathBuf {
    let [client, gateway, server] = [[10, 1, 0, 5], [10, 1, 0, 1], [192, 0, 2, 80]];
    let mut packets = Vec::new();
    for (name, seed) in NAMES.iter().zip(1_u16..) {
        let open = End { address: client, port: 40_000 + seed };
        let mut asked = Flow::new(open, End { address: gateway, port: 3128 }, seed.into());
        packets.push(asked.segment(true, SYN, b""));
        packets.push(asked.segment(false, SYN | ACK, b""));
        packets.push(asked.segment(true, ACK, b""));
        let request = format!(
            "GET http://{name}/{name} HTTP/1.1\r\nHost: {name}\r\nUser-Agent: {name}\r\nX-{name}: {name}\r\n\r\n"
        );
        packets.push(asked.segment(true, PSH | ACK, request.as_bytes()));
        let open = End { address: gateway, port: 50_000 + seed };
        let mut tried = Flow::new(open, End { address: server, port: 80 }, u64::from(seed) + 100);
        packets.push(tried.segment(true, SYN, b""));
        packets.push(tried.segment(false, RST | ACK, b""));
        let answer = format!(
            "HTTP/1.1 504 {name}\r\nServer: {name}\r\nVia: 1.1 {name}\r\nContent-Length: {}\r\n\r\n{name}",
            name.len()
        );
        packets.push(asked.segment(false, PSH | ACK, answer.as_bytes()));
    }
    let mut file = file_header();
    for (packet, at) in packets.iter().zip(0..) {
        file.extend(record_header(1_767_225_600_000_000 + at * 1_000, packet.len()));
        file.extend(packet);
    }
    write(folder, "hostile.pcap", &file)
}

/// A browser's recording with the same names, and with halves of surrogate pairs.
fn recording(folder: &Path) -> PathBuf {
    let entry = |name: &str| {
        serde_json::json!({
            "startedDateTime": "2026-01-01T00:00:00.000Z", "time": 30_000,
            "request": { "method": "GET", "url": format!("http://{name}/{name}"), "httpVersion": "HTTP/1.1",
                "headers": [{ "name": "Host", "value": name }] },
            "response": { "status": 504, "statusText": name, "headers": [{ "name": "Via", "value": format!("1.1 {name}") }],
                "content": { "size": 0, "mimeType": "text/html", "text": format!("<html>{name}") } },
            "timings": { "send": 0, "wait": 30_000, "receive": 0 }
        })
    };
    let entries: Vec<Value> = NAMES.iter().copied().chain(["half-HALF.example"]).map(entry).collect();
    let text = serde_json::json!({ "log": { "version": "1.2", "creator": { "name": NAMES[0] }, "entries": entries } });
    write(folder, "hostile.har", text.to_string().replace("HALF", "\\ud800\\udfff\\ud800").as_bytes())
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, bytes).expect("target/ is writable");
    path
}

/// Nothing but the page's own elements; no letter that is not seen in any text or attribute; nothing cut off.
#[track_caller]
fn assert_harmless(page: &Page, what: &str) {
    let own = page.script(
        "return [...document.querySelectorAll('iframe, object, embed, img, [onerror], [onload], [srcdoc], script')]
             .filter(one => !window.own.has(one)).map(one => one.outerHTML.slice(0, 200))",
    );
    assert_eq!(own, Value::Array(Vec::new()), "{what}: elements of the file");
    assert_ne!(page.script("return document.title"), "broken", "{what}");
    let hidden = page.script(&format!(
        "const found = [], hidden = /{UNSEEN}/;
         const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
         while (walk.nextNode()) {{
             const node = walk.currentNode;
             if (node.parentElement?.closest('script, style')) continue;
             const texts = node.nodeType === 3 ? [node.data] : [...node.attributes].map(one => one.value).concat(node.value ?? '');
             for (const text of texts) if (hidden.test(text)) found.push([node.parentElement?.className, escape(text.slice(0, 200))].join(' '));
         }}
         return found"
    ));
    assert_eq!(hidden, Value::Array(Vec::new()), "{what}: letters that are not seen");
    let links =
        page.script("return [...document.querySelectorAll('a[href]')].filter(one => one.href.includes('evil')).length");
    assert_eq!(links, 0, "{what}: links of the file");
    // Letters that are written from right to left turn nothing but themselves.
    let turned = page.script(
        "return [...document.querySelectorAll('body, body *')]
             .filter(one => one.hasAttribute('dir') || getComputedStyle(one).direction !== 'ltr')
             .map(one => one.outerHTML.slice(0, 200))",
    );
    assert_eq!(turned, Value::Array(Vec::new()), "{what}: what runs from right to left");
    let sideways = page.script("return document.documentElement.scrollWidth - document.documentElement.clientWidth");
    assert_eq!(sideways, 0, "{what} scrolls sideways");
}

/// Everything about every verdict, and the lists.
fn look_through(page: &Page, what: &str) {
    let verdicts =
        page.script("return document.querySelectorAll('.verdicts li a').length").as_u64().unwrap_or_default();
    assert!(verdicts > 0, "{what}: no verdict");
    for at in 0..verdicts {
        page.script(&format!("document.querySelectorAll('.verdicts li a')[{at}].click()"));
        page.script("document.querySelectorAll('details').forEach(each => each.open = true)");
        page.script("document.querySelector('.evidence .at button')?.click()");
        wait("what the file says there", || {
            page.script("return document.querySelectorAll('.packet section, .packet pre').length") != 0
        });
        assert_harmless(page, &format!("{what}, verdict {at}"));
    }
    for (at, list) in [(1, "failures"), (2, "exchanges")] {
        page.script(&format!("document.querySelectorAll('.views button')[{at}].click()"));
        wait(list, || page.script("return document.querySelectorAll('.list-body .line').length") != 0);
        assert_harmless(page, &format!("{what}, list of {list}"));
    }
    page.script("document.querySelectorAll('.views button')[0].click()");
}

fn each_file(test: &str, work: impl Fn(&Page, &str, &Path)) {
    with_page(test, |page| {
        page.script(
            "window.own = new Set(document.querySelectorAll('*')); window.alert = () => { document.title = 'broken'; }",
        );
        let folder = scratch(&format!("made-{test}"));
        for (what, file) in [("log", log(&folder)), ("capture", capture(&folder)), ("recording", recording(&folder))] {
            work(page, what, &file);
        }
    });
}

#[test]
fn hostile_names_are_shown_as_text() {
    each_file("hostile", |page, what, file| {
        for (width, height) in [(1280, 800), (360, 740)] {
            page.resize(width, height);
            let files = [file.to_owned()];
            let report = page.analyse(&files);
            if let Some(difference) = difference(&report, &native_report(&files)) {
                panic!("page and native engine differ: {difference}");
            }
            look_through(page, &format!("{what} at {width} pixels"));
        }
        // They are seen: what turns the order stands there by its number.
        assert!(page.text().contains("\\u202E"), "{what}: nothing says what the name holds");
        page.click("New case");
        page.wait_state("idle");
        assert_harmless(page, "the cases of this tab");
    });
}

#[test]
fn hostile_names_are_passed_on_as_text() {
    each_file("hostile-exports", |page, what, file| {
        page.analyse(&[file.to_owned()]);
        for redacted in [false, true] {
            page.click("Export");
            if redacted {
                page.script("document.getElementById('redact').click()");
                wait("what will be replaced", || page.text().contains("What remains"));
            }
            let harmless = |button: &str, text: &str| {
                let found = text.char_indices().find(|(_, letter)| unseen(*letter));
                assert!(found.is_none(), "{what}, {button}: {found:?}");
                assert!(text.len() < 300_000, "{what}, {button}: {} bytes", text.len());
                if redacted {
                    for secret in ["knab", "evil.example", "HYPERLINK", "aaaaaaaa", "אבג", "10.10.70.50", "10.1.0.5"]
                    {
                        assert!(!text.contains(secret), "{what}, {button}: {secret} is not replaced");
                    }
                }
            };
            let save = |button: &str| {
                page.click(button);
                let text = std::fs::read_to_string(page.wait_download()).expect("the export is UTF-8");
                harmless(button, &text);
                text
            };
            let markdown = save("Markdown");
            let prose: String = markdown.split("```").step_by(2).collect();
            for markup in ["<img", "<script", "<iframe", "[x](", "![", "@all"] {
                assert!(!prose.replace("\\<", "").contains(markup), "{what}: {markup} in {prose}");
            }
            let html = save("HTML file");
            for markup in ["<img", "<script", "<iframe", "<a "] {
                assert!(!html.contains(markup), "{what}: {markup}");
            }
            assert!(!html.contains(" dir="), "{what}: {html}");
            let formula = |cell: &str| cell.starts_with(['=', '+', '-', '@']);
            for element in ["<td>", "<li>", "<dd>", "<p>", "<h1>", "<h2>", "<h3>"] {
                let found = html.split(element).skip(1).find(|cell| formula(cell));
                assert!(found.is_none(), "{what}: a formula in {element} {found:.200?}");
            }
            let json: Value = serde_json::from_str(&save("JSON")).expect("JSON");
            // The values too, where the text of the file holds its letters escaped.
            let values = strings(&json);
            assert!(!values.iter().any(|text| text.chars().any(unseen)), "{what}: JSON");
            page.click("Copy short text");
            wait("the short text", || {
                page.text().contains("short text is on the clipboard") || page.text().contains("Copy it here")
            });
            let short = clipboard(page);
            assert!(short.contains("Where: "), "{what}: {short}");
            harmless("Copy short text", &short);
            let formula = short.lines().find(|line| formula(line));
            assert!(formula.is_none(), "{what}: a formula in the short text {formula:?}");
            if what == "capture" {
                page.click("Evidence (pcapng)");
                let path = page.wait_download();
                if let Ok(shown) = Command::new("tshark")
                    .args(["-T", "fields", "-e", "frame.comment", "-e", "frame.interface_name", "-r"])
                    .arg(&path)
                    .output()
                {
                    assert!(shown.status.success(), "{}", String::from_utf8_lossy(&shown.stderr));
                    let text = String::from_utf8(shown.stdout).expect("comments are UTF-8");
                    assert!(text.contains("Packet "), "{text}");
                    assert!(!text.chars().any(unseen), "{text:?}");
                }
            }
            if redacted {
                page.script("document.getElementById('redact').click()");
            }
            page.script("document.getElementById('export').click()");
        }
    });
}

/// All strings of a JSON value.
fn strings(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(all) => all.iter().flat_map(strings).collect(),
        Value::Object(all) => all.values().flat_map(strings).collect(),
        _ => Vec::new(),
    }
}
