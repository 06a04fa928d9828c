//! What goes wrong while files are read: each has its sentence, what was found stays, and the page goes on.

use crate::harness::{Kind, Page, big_capture, case, difference, native_report, scratch, wait, with_page};
use std::path::{Path, PathBuf};

const CASE: &str = "tcp-syn-unanswered/squid-firewall-drops-syn";
const BROKE: &str = "The reader hit a fault of its own";

/// A capture that is still being read when a test does something to it.
fn long(folder: &Path, packets: u64) -> PathBuf {
    let path = folder.join("long.pcap");
    big_capture(&path, packets);
    path
}

/// The page reads on: the next case comes out as ever.
#[track_caller]
fn assert_goes_on(page: &Page) {
    let files = case(CASE);
    let report = page.analyse(&files);
    if let Some(difference) = difference(&report, &native_report(&files)) {
        panic!("page and native engine differ afterwards: {difference}");
    }
}

fn verdicts(page: &Page) -> u64 {
    page.script("return document.querySelectorAll('.verdicts li').length").as_u64().unwrap_or_default()
}

#[test]
fn a_reader_that_dies_while_it_reads_leaves_what_it_had_found() {
    with_page("dies", |page| {
        page.script(
            "const post = Worker.prototype.postMessage;
             Worker.prototype.postMessage = function (...what) { window.reader = this; post.apply(this, what); };",
        );
        let folder = scratch("made-dies");
        // One capture under many names: more than a gigabyte to read, and a fifth of it to write.
        let mut files = vec![long(&folder, 200_000)];
        for number in 1..6 {
            files.push(folder.join(format!("long{number}.pcap")));
            std::fs::hard_link(&files[0], &files[number]).expect("target/ lies on a file system with links");
        }
        page.drop_files(&files);
        wait("a first verdict", || verdicts(page) > 0);
        assert_eq!(page.state(), "reading");
        let found = verdicts(page);
        page.script("window.reader.dispatchEvent(new Event('error'))");
        assert_eq!(page.wait_read(), "done");
        let text = page.text();
        assert!(text.contains(BROKE) && text.contains("found until then is shown"), "{text}");
        assert!(verdicts(page) >= found);
        assert_goes_on(page);
        let _ = std::fs::remove_dir_all(folder);
    });
}

/// The worker gets the same module with a memory that cannot grow, and so truly runs out of it.
#[test]
fn a_reader_without_memory_says_so() {
    // Firefox's driver runs scripts beside the page: a fault made there does not reach it.
    if Kind::chosen() == Kind::Firefox {
        return;
    }
    with_page("memory", |page| {
        page.script(
            "window.small = [];
             const number = (bytes, at) => {
                 let value = 0, shift = 0, byte;
                 do { byte = bytes[at++]; value |= (byte & 127) << shift; shift += 7; } while (byte & 128);
                 return [value, at];
             };
             const written = (value) => {
                 const bytes = [];
                 do { bytes.push((value & 127) | (value > 127 ? 128 : 0)); value >>>= 7; } while (value);
                 return bytes;
             };
             const limited = (bytes) => {
                 for (let at = 8; at < bytes.length;) {
                     const begin = at, id = bytes[at++];
                     let length;
                     [length, at] = number(bytes, at);
                     if (id === 5) {
                         const [least] = number(bytes, at + 2);
                         const body = [1, 1, ...written(least), ...written(least + 4)];
                         return new Uint8Array([
                             ...bytes.subarray(0, begin), 5, ...written(body.length), ...body, ...bytes.subarray(at + length),
                         ]);
                     }
                     at += length;
                 }
             };
             const files = performance.getEntriesByType('resource').map(one => one.name).filter(name => name.includes('.wasm'));
             Promise.all(files.map(async (file) => {
                 const bytes = new Uint8Array(await (await fetch(file)).arrayBuffer());
                 const module = await WebAssembly.compile(limited(bytes));
                 window.small.push([JSON.stringify(WebAssembly.Module.exports(module)), module]);
             })).then(() => { window.limited = true; }, (error) => { window.limited = String(error); });
             const post = Worker.prototype.postMessage;
             Worker.prototype.postMessage = function (what, ...more) {
                 window.reader = this;
                 const module = what instanceof WebAssembly.Module && JSON.stringify(WebAssembly.Module.exports(what));
                 const small = window.small.find(([exports]) => exports === module);
                 if (small) window.given = true;
                 post.call(this, small ? small[1] : what, ...more);
             };",
        );
        wait("the small module", || !page.script("return window.limited ?? null").is_null());
        assert_eq!(page.script("return window.limited"), true);
        // The page has its first worker already, which has the module as it is: the next one is begun when that has died.
        page.analyse(&case(CASE));
        page.script("window.reader.dispatchEvent(new Event('error'))");
        wait("the word that it died", || page.text().contains("The reader has stopped"));
        let folder = scratch("made-memory");
        page.drop_files(&[long(&folder, 20_000)]);
        page.wait_read();
        assert_eq!(page.script("return window.given === true"), true, "the worker got its module in another way");
        assert!(page.text().contains(BROKE), "{}", page.text());
        // Where the browser hands out what the worker wrote to the console, it is the fault that was made here.
        let said = page.console();
        assert!(said.iter().all(|line| line.contains("unreachable") || line.contains("memory")), "{said:#?}");
        page.script("window.small = []");
        assert_goes_on(page);
        let _ = std::fs::remove_dir_all(folder);
    });
}

#[test]
fn a_file_that_is_removed_or_changed_while_it_is_read_is_named_and_the_others_stay() {
    // Firefox reads on from the file that it holds open.
    if Kind::chosen() == Kind::Firefox {
        return;
    }
    with_page("taken", |page| {
        slow_disk(page, u64::MAX);
        let folder = scratch("made-taken");
        let whole = case(CASE);
        for change in [true, false] {
            let file = long(&folder, 40_000);
            page.drop_files(&[&[file.clone()][..], &whole].concat());
            wait("some of it", || {
                let read = page.script("return document.querySelector('main progress')?.value ?? 0");
                page.state() == "reading" && read.as_f64().is_some_and(|read| read > 0.0)
            });
            if change {
                std::fs::write(&file, b"something else").expect("target/ is writable");
            } else {
                std::fs::remove_file(&file).expect("the file is there");
            }
            assert_eq!(page.wait_read(), "done");
            let report = page.download_json();
            let said = report["inputs"][0]["warnings"].to_string();
            assert!(said.contains("could not be read beyond byte") && said.contains("moved or changed"), "{said}");
            assert!(page.text().contains("could not be read beyond byte"), "{}", page.text());
            let alone = native_report(&whole);
            let category = &alone["findings"][0]["category"];
            let findings = report["findings"].as_array().expect("findings");
            assert!(
                findings.iter().any(|one| one["category"] == *category && one["host"] == alone["findings"][0]["host"])
            );
        }
        assert_goes_on(page);
        let _ = std::fs::remove_dir_all(folder);
    });
}

/// From now on the page reads files called `long.pcap` as from a network drive, with 25 MB/s, that stands still after so many
/// bytes.
fn slow_disk(page: &Page, bytes: u64) {
    // The worker that the page has already is not the one: the next gets this before its own source.
    page.analyse(&case(CASE));
    page.script(&format!(
        "const slow = () => {{
             const {{ slice, stream }} = Blob.prototype;
             let left = {bytes};
             Blob.prototype.slice = function (...where) {{
                 const part = slice.apply(this, where);
                 part.slow = this.name === 'long.pcap';
                 return part;
             }};
             Blob.prototype.stream = function () {{
                 const made = stream.call(this);
                 made.slow = this.slow;
                 return made;
             }};
             self.ReadableStreamBYOBReader = class extends ReadableStreamBYOBReader {{
                 constructor(stream) {{
                     super(stream);
                     this.slow = stream.slow;
                 }}
                 async read(view) {{
                     if (this.slow) await new Promise((go) => {{ if (left > 0) setTimeout(go, view.length / 25e3); }});
                     const read = await super.read(view);
                     if (this.slow) left -= read.value.length;
                     return read;
                 }}
             }};
         }};
         const Whole = Blob;
         window.Blob = function (parts, options) {{
             const worker = options?.type === 'text/javascript';
             return new Whole(worker ? [`(${{slow}})();\n`, ...parts] : parts, options);
         }};
         window.Blob.prototype = Whole.prototype;
         const post = Worker.prototype.postMessage;
         Worker.prototype.postMessage = function (...what) {{ window.reader = this; post.apply(this, what); }};"
    ));
    page.script("document.querySelector('.evidence .at button').click()");
    wait("the reader", || page.script("return window.reader != null") == true);
    page.script("window.reader.dispatchEvent(new Event('error'))");
    wait("the word that it died", || page.text().contains("The reader has stopped"));
    page.click("New case");
}

/// A network drive that first is slow and then stands still.
#[test]
fn a_slow_disk_leaves_the_page_usable_and_keeps_nobody_who_cancels() {
    // Firefox's driver runs scripts beside the page: a fault made there does not reach it.
    if Kind::chosen() == Kind::Firefox {
        return;
    }
    with_page("slow", |page| {
        slow_disk(page, 60_000_000);
        let folder = scratch("made-slow");
        page.drop_files(&[long(&folder, 100_000)]);
        page.wait_state("reading");
        // Before a byte has come, it says what it waits for.
        let text = page.text();
        assert!(text.contains("long.pcap") && text.contains("Cancel"), "{text}");
        wait("a first verdict", || verdicts(page) > 0);
        let read = page.script("return document.querySelector('main progress').value").as_f64();
        assert!(read.is_some_and(|read| read > 0.0 && read < 100.0), "{read:?}");
        // Then the disk stands still; the page does not.
        wait("the word that nothing comes", || page.text().contains("has sent nothing for seconds"));
        assert_eq!(page.state(), "reading");
        page.script("document.querySelector('.verdicts li a').click()");
        wait("the verdict", || page.script("return document.querySelectorAll('article.verdict').length") == 1);
        page.click("Cancel");
        assert_eq!(page.wait_read(), "done");
        // Three seconds later the page would have given the reader up, and said so.
        let text = page.text();
        assert!(!text.contains("before the reader could answer"), "{text}");
        let report = page.download_json();
        assert_eq!(report["partial"], true, "the partial report does not say that it is one");
        let packets = report["inputs"][0]["packets"].as_u64();
        assert!(packets.is_some_and(|packets| packets > 0 && packets < 100_000), "{report}");
        assert!(verdicts(page) > 0);
        assert_goes_on(page);
        let _ = std::fs::remove_dir_all(folder);
    });
}

#[test]
fn a_hidden_tab_reads_on() {
    with_page("hidden", |page| {
        let folder = scratch("made-hidden");
        let files = [long(&folder, 200_000)];
        let first = page.tab();
        page.script(
            "document.addEventListener('visibilitychange', () => {
                 window.hid ??= [document.visibilityState, document.querySelector('main').dataset.state];
             })",
        );
        page.drop_files(&files);
        page.wait_state("reading");
        let other = page.new_tab();
        page.go_to(&other);
        std::thread::sleep(std::time::Duration::from_secs(2));
        page.close_tab(&first);
        assert_eq!(page.script("return window.hid"), serde_json::json!(["hidden", "reading"]));
        assert_eq!(page.wait_read(), "done");
        if let Some(difference) = difference(&page.download_json(), &native_report(&files)) {
            panic!("page and native engine differ: {difference}");
        }
        let _ = std::fs::remove_dir_all(folder);
    });
}

#[test]
fn storage_that_is_full_or_denied_is_said_and_costs_nothing_else() {
    // Firefox's driver runs scripts beside the page: a fault made there does not reach it.
    if Kind::chosen() == Kind::Firefox {
        return;
    }
    with_page("storage", |page| {
        for refuse in [
            "IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError'); }",
            "Object.defineProperty(window, 'indexedDB', { get() { throw new DOMException('denied', 'SecurityError'); } })",
        ] {
            page.load("#");
            page.reload();
            page.wait_state("idle");
            let report = page.analyse(&case(CASE));
            page.script(refuse);
            page.script("document.querySelector('#keep').click()");
            wait("the word on it", || page.text().contains("This browser keeps nothing here"));
            assert_eq!(page.script("return document.querySelector('#keep').checked"), false, "it says that it is kept");
            assert_eq!(page.download_json(), report);
        }
    });
}

#[test]
fn a_packed_file_that_is_damaged_is_read_up_to_there_beside_the_others() {
    with_page("damaged", |page| {
        let folder = scratch("made-damaged");
        let plain = std::fs::read(long(&folder, 2_000)).expect("it was written");
        // RFC 1952: the header. RFC 1951: a block that is stored as it is, then one of the type that is an error.
        let (begin, rest) = plain.split_at(60_000);
        let length = 60_000_u16.to_le_bytes();
        let header = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 0, length[0], length[1], !length[0], !length[1]];
        let path = folder.join("damaged.pcap.gz");
        std::fs::write(&path, [&header[..], begin, &[7], rest].concat()).expect("target/ is writable");
        let files = [&[path][..], &case(CASE)].concat();
        let report = page.analyse(&files);
        let said = report["inputs"][0]["warnings"].to_string();
        assert!(said.contains("the gzip data is damaged near byte"), "{said}");
        assert!(page.text().contains("the gzip data is damaged near byte"));
        assert!(report["inputs"][0]["packets"].as_u64().is_some_and(|packets| packets > 20), "{report}");
        if let Some(difference) = difference(&report, &native_report(&files)) {
            panic!("page and native engine differ: {difference}");
        }
        assert!(verdicts(page) > 0);
        let _ = std::fs::remove_dir_all(folder);
    });
}
