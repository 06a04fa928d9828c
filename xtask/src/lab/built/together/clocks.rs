//! Clocks that differ: by seconds, by a time zone, by both; and some that cannot be compared.

use gateway_triage_tests::build::file::pcap;

use super::super::Built;
use super::diary::Diary;
use super::{AFTER, CAPTURE, LOG, refused, unlogged};

pub fn all() -> Vec<Built> {
    vec![
        agreeing(),
        ahead(),
        behind_by_minutes(),
        local_time(),
        wrong_zone(),
        identical(),
        two_nodes(),
        recurring(),
        other_day(),
    ]
}

/// Five good requests and two that are refused, in between.
fn morning() -> Diary {
    let mut diary = Diary::new();
    for page in ["a", "b", "c"] {
        diary.good(&format!("http://www.example.com/{page}"));
        diary.wait(1700);
    }
    diary.refused("http://www.example.com/login");
    diary.wait(2300);
    diary.good("http://news.example.net/");
    diary.wait(900);
    diary.refused("http://app.example.org/report");
    diary.wait(1200);
    diary.good("http://news.example.net/b");
    diary
}

fn of_morning(name: &'static str, about: &str, diary: &Diary, log: String) -> Built {
    let failed: Vec<_> = (1..)
        .zip(&diary.entries)
        .filter(|(_, entry)| !entry.packets.is_empty())
        .map(|(line, e)| refused(e, line))
        .collect();
    let built = Built::new("tcp-syn-reset", name, about, AFTER)
        .file(CAPTURE, pcap(&diary.scene.capture))
        .file(LOG, log.into_bytes());
    failed.into_iter().fold(built, Built::expects).counts(diary.entries.len(), 0)
}

fn agreeing() -> Built {
    let mut diary = Diary::new();
    for page in 0..6 {
        diary.good(&format!("http://www.example.com/{page}"));
        diary.wait(600);
    }
    // The log goes on before and after the capture.
    let mut log = String::new();
    for (minutes, page) in [(-30, "early"), (40, "late")] {
        let mut entry = diary.entries[0].clone();
        entry.target = format!("http://www.example.com/{page}");
        let line = entry.squid(minutes * 60_000);
        if minutes < 0 { log.insert_str(0, &line) } else { log.push_str(&line) }
    }
    let at = log.find('\n').map_or(0, |at| at + 1);
    log.insert_str(at, &diary.squid(3));
    Built::new(
        "healthy",
        "log-beside-capture",
        "Six requests in capture and log, two more in the log alone: each counts once, and nothing failed.",
        AFTER,
    )
    .file(CAPTURE, pcap(&diary.scene.capture))
    .file(LOG, log.into_bytes())
    .counts(8, 0)
    .tells(LOG, "clock_offset", "0.003")
}

fn ahead() -> Built {
    let diary = morning();
    let log = diary.squid(37_250);
    of_morning("log-clock-ahead", "The log's clock is 37 s ahead of the capture's.", &diary, log)
        .tells(LOG, "clock_offset", "37.25")
        .tells(LOG, "warning", "\"37.3 s ahead of\"")
}

fn behind_by_minutes() -> Built {
    let diary = morning();
    let log = diary.combined(-432_400);
    of_morning(
        "log-clock-behind",
        "The log counts whole seconds, and its clock is seven minutes behind the capture's.",
        &diary,
        log,
    )
    .tells(LOG, "clock_offset", "-432.4")
    .tells(LOG, "warning", "\"behind\"")
}

fn local_time() -> Built {
    let diary = morning();
    let log = diary.haproxy(3_600_000 - 4200);
    of_morning(
        "log-in-local-time",
        "HAProxy writes the machine's time, UTC+1, without saying so, and the machine is 4 s behind.",
        &diary,
        log,
    )
    .tells(LOG, "clock_offset", "-4.2")
    .tells(LOG, "zone", "60")
    .tells(LOG, "warning", "\"UTC+1\"")
}

fn wrong_zone() -> Built {
    let diary = morning();
    let log = diary.combined(-19_800_000);
    of_morning(
        "log-says-wrong-zone",
        "The log says +0000 while its times are those of a zone five and a half hours behind.",
        &diary,
        log,
    )
    .tells(LOG, "clock_offset", "0.0")
    .tells(LOG, "warning", "\"zone\"")
}

/// The same URL fails again and again; one line is missing, one request came after the capture.
fn identical() -> Built {
    let target = "http://www.example.com/login";
    let mut diary = Diary::new();
    diary.good("http://www.example.com/");
    for _ in 0..12 {
        diary.refused(target);
        diary.wait(1610);
    }
    diary.good("http://www.example.com/end");
    let (mut log, mut line, mut expected) = (String::new(), 0, Vec::new());
    for (at, entry) in diary.entries.iter().enumerate() {
        if at == 5 {
            expected.push(unlogged(entry).list("doubts", &["has no line for this request"]));
            continue;
        }
        line += 1;
        log.push_str(&entry.combined(2_000));
        if !entry.packets.is_empty() {
            expected.push(refused(entry, line));
        }
    }
    let mut after = diary.entries[1].clone();
    after.ended = diary.now() + 90_000_000;
    after.began = after.ended;
    log.push_str(&after.combined(2_000));
    expected.push(super::logged(&after, line + 1).list("doubts", &["No capture covers"]));
    let built = Built::new(
        "tcp-syn-reset",
        "log-twelve-identical",
        "The same request fails twelve times; the log counts whole seconds, lacks one of them, and has one after the capture.",
        AFTER,
    )
    .file(CAPTURE, pcap(&diary.scene.capture))
    .file(LOG, log.into_bytes());
    expected.into_iter().fold(built, Built::expects).counts(15, 0)
}

/// Two nodes with a log each; the capture holds what both did.
fn two_nodes() -> Built {
    let diary = morning();
    let (mut one, mut other) = (String::new(), String::new());
    let (mut lines, mut expected) = ([0, 0], Vec::new());
    for (at, entry) in diary.entries.iter().enumerate() {
        let second = at % 2;
        lines[second] += 1;
        if second == 0 {
            one.push_str(&entry.squid(61_000));
        } else {
            other.push_str(&entry.squid(-12_500));
        }
        if !entry.packets.is_empty() {
            let file = if second == 0 { LOG } else { "other.log" };
            let line = lines[second];
            expected.push(unlogged(entry).at(file, &[line]));
        }
    }
    let built = Built::new(
        "tcp-syn-reset",
        "log-of-each-node",
        "Two nodes with a log and a clock each: one is a minute ahead, the other twelve seconds behind.",
        AFTER,
    )
    .file(CAPTURE, pcap(&diary.scene.capture))
    .file(LOG, one.into_bytes())
    .file("other.log", other.into_bytes());
    let built = expected.into_iter().fold(built, Built::expects).counts(7, 0);
    built.tells(LOG, "clock_offset", "61.0").tells("other.log", "clock_offset", "-12.5")
}

/// Every five seconds the same request, and a log of another hour: any multiple of five seconds fits.
fn recurring() -> Built {
    let target = "http://www.example.com/alive";
    let mut diary = Diary::new();
    for _ in 0..5 {
        diary.refused(target);
        diary.wait(4900);
    }
    let (first, last) = (diary.entries[0].clone(), diary.entries[4].clone());
    let step = (last.ended - first.ended) / 4;
    let mut log = String::new();
    let mut expected = Vec::new();
    // A log of the hour before, at the same pace.
    for line in 0..40 {
        let mut entry = first.clone();
        entry.began = first.began - 2_531_000_000 + step * line;
        entry.ended = first.ended - 2_531_000_000 + step * line;
        log.push_str(&entry.squid(0));
        expected.push(super::logged(&entry, line + 1).list("doubts", &["could not be compared"]));
    }
    expected.extend(diary.entries.iter().map(unlogged));
    let built = Built::new(
        "tcp-syn-reset",
        "log-clock-unclear",
        "One request fails every five seconds, and the log is of another hour: nothing says which line is which request.",
        AFTER,
    )
    .file(CAPTURE, pcap(&diary.scene.capture))
    .file(LOG, log.into_bytes())
    .tells(LOG, "clock_offset", "\"null\"")
    .tells(LOG, "warning", "\"could not be compared\"");
    expected.into_iter().fold(built, Built::expects).counts(45, 0)
}

/// One failure in the log of yesterday, one in the capture of today.
fn other_day() -> Built {
    let mut diary = Diary::new();
    diary.good("http://www.example.com/a");
    diary.refused("http://www.example.com/login");
    let mut yesterday = diary.entries[1].clone();
    yesterday.began -= 80_123_000_000;
    yesterday.ended -= 80_123_000_000;
    Built::new(
        "tcp-syn-reset",
        "log-of-another-day",
        "The same request failed yesterday, by the log, and today, by the packets: two failures.",
        AFTER,
    )
    .file(CAPTURE, pcap(&diary.scene.capture))
    .file(LOG, yesterday.squid(0).into_bytes())
    .expects(super::logged(&yesterday, 1).list("doubts", &["could not be compared"]))
    .expects(unlogged(&diary.entries[1]))
    .counts(3, 0)
    .tells(LOG, "clock_offset", "\"null\"")
    .tells(LOG, "warning", "\"too few\"")
}
