//! How long the page takes for a file, beside the browser's bare read of it: a measurement, run by `cargo xtask bench page`.

use crate::harness::{Delivery, Page, wait, with_delivery};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Each file is read so often, in a page that was loaded anew.
const ROUNDS: usize = 5;

/// Notes when a file is picked, when the first failure is shown and how much was read then, when the report is final, and the
/// longest task meanwhile. Where `bare` is set, the page does not learn of the file.
const WATCH: &str = r#"
    window.T = { picked: 0, first: 0, read: 100, done: 0, task: 0 };
    const input = document.querySelector('input[type=file]');
    input.addEventListener('change', event => {
        window.F = input.files[0];
        if (bare) event.stopImmediatePropagation();
        T.picked = performance.now();
    }, true);
    new MutationObserver(() => {
        const state = document.querySelector('main')?.dataset.state;
        if (T.picked && !T.first && document.querySelector('article.verdict')) {
            T.first = performance.now();
            T.read = document.querySelector('main progress')?.value ?? 100;
        }
        if (T.picked && !T.done && (state == 'done' || state == 'failed')) T.done = performance.now();
    }).observe(document.documentElement, { subtree: true, attributes: true, childList: true });
    try {
        new PerformanceObserver(list => {
            for (const entry of list.getEntries()) {
                if (T.picked && !T.done) T.task = Math.max(T.task, entry.duration);
            }
        }).observe({ type: 'longtask' });
    } catch {}
"#;

/// What a page without an engine would do with the file: read it from its beginning to its end.
const BARE: &str = r#"
    return (async () => {
        const begun = performance.now();
        for (let at = 0; at < F.size; at += 8 << 20) await F.slice(at, at + (8 << 20)).arrayBuffer();
        return performance.now() - begun;
    })();
"#;

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// Loads the page anew and picks the file, with or without the page learning of it.
fn pick(page: &Page, file: &Path, bare: bool) {
    page.reload();
    page.wait_state("idle");
    // The engine is fetched by itself once the page stands.
    std::thread::sleep(Duration::from_secs(1));
    page.script(&format!("const bare = {bare};{WATCH}"));
    page.drop_files(&[file.to_path_buf()]);
    wait("the file is picked", || page.script("return T.picked > 0") == true);
}

/// The most memory that a renderer has held, in MB; 0 where the system does not tell.
fn peak() -> f64 {
    let Ok(processes) = std::fs::read_dir("/proc") else { return 0.0 };
    let renderers = processes.flatten().filter(|process| {
        let command = std::fs::read(process.path().join("cmdline")).unwrap_or_default();
        command.windows(15).any(|part| part == b"--type=renderer")
    });
    let held = renderers.filter_map(|process| {
        let status = std::fs::read_to_string(process.path().join("status")).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        line.trim().strip_suffix(" kB")?.parse::<f64>().ok()
    });
    held.fold(0.0, f64::max) / 1e3
}

#[test]
#[ignore = "a measurement, not a test: `cargo xtask bench page`"]
fn the_page_beside_a_bare_read() {
    let Some(files) = std::env::var_os("GATEWAY_TRIAGE_BENCH") else { return };
    let files: Vec<PathBuf> = std::env::split_paths(&files).collect();
    let mut out = format!(
        "{:<22} {:>6} {:>7} {:>7} {:>6} {:>8} {:>8} {:>8} {:>9} {:>9} {:>9} {:>9}\n",
        "",
        "MB",
        "bare ms",
        "page ms",
        "ratio",
        "first ms",
        "% read",
        "task ms",
        "bare peak",
        "page peak",
        "then",
        "module MB"
    );
    for file in &files {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let size = std::fs::metadata(file).map_or(0.0, |of| of.len() as f64 / 1e6);
        let [mut held, mut once, mut module] = [0.0; 3];
        // Each peak is that of one reading, in a browser of its own.
        with_delivery("speed-bare", Delivery::Site, |page| {
            pick(page, file, true);
            page.script(BARE);
            held = peak();
        });
        with_delivery("speed-once", Delivery::Site, |page| {
            page.watch_module_memory();
            pick(page, file, false);
            page.wait_read();
            once = peak();
            module = page.module_memory() as f64 / 1e6;
        });
        with_delivery("speed", Delivery::Site, |page| {
            let [mut bare, mut whole, mut first, mut read, mut task] = [const { Vec::new() }; 5];
            for _ in 0..ROUNDS {
                pick(page, file, false);
                page.wait_read();
                let at = |what: &str| page.script(&format!("return T.{what}")).as_f64().unwrap_or_default();
                whole.push(at("done") - at("picked"));
                first.push(at("first") - at("picked"));
                read.push(at("read"));
                task.push(at("task"));
                bare.push(page.script(BARE).as_f64().unwrap_or_default());
            }
            let (bare, whole) = (median(bare), median(whole));
            out += &format!(
                "{name:<22} {size:>6.0} {bare:>7.0} {whole:>7.0} {:>6.2} {:>8.0} {:>8.0} {:>8.0} {held:>9.0} {once:>9.0} {:>9.0} {module:>9.1}\n",
                whole / bare,
                median(first),
                median(read),
                task.into_iter().fold(0.0, f64::max),
                peak()
            );
        });
    }
    out += &format!(
        "\nmedian of {ROUNDS} rounds in one browser, of tasks the longest; a task of 0 ms took less than 50; first: a verdict \
         is shown, with so much read; peaks: the renderer's MB, of one bare read and one reading in a browser of its own \
         each, then after {ROUNDS} of both in one; module: its own memory\n"
    );
    let _ = write!(std::io::stderr(), "{out}");
    if let Some(path) = std::env::var_os("GATEWAY_TRIAGE_BENCH_TABLE") {
        std::fs::write(path, out).expect("the table can be written");
    }
}
