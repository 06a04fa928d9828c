//! Captures that show only a part of what happened: none of them may be told another story.
//!
//! Every case with one capture is cut down: it begins later or ends earlier, holds one leg or one direction only, or the
//! first bytes of each packet. What the engine then says must be the case's own truth, `undetermined` with the truth
//! among its candidates, or nothing; and never more failures than there were.
//!
//! Captures begin and end at the packets that the whole case's findings name. `GATEWAY_TRIAGE_VIEWS=all` tries every
//! beginning and end with every leg, direction and snap length, which takes minutes.

mod folders;

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs;
use std::net::IpAddr;
use std::path::Path;

use gateway_triage_core::{Case, Options};
use serde_json::Value;
use toml::{Table, Value as Toml};

/// Places where a capture is cut that no finding points at.
const STRIDES: usize = 6;
/// Ports from here on are a host's own choice for a connection that it opens.
const EPHEMERAL: u16 = 20_000;

/// What is true of a part as well, though it is not what the whole case is about.
const ALSO: &[(&str, &str)] = &[
    // Tries that failed and were made up for, or that were no request's: where what came after, or the client's side, is
    // not there, nothing says so.
    ("healthy/apache-reverse-next-worker", "tcp-syn-reset"),
    ("healthy/apache-two-lengths", "response-invalid"),
    ("healthy/direct-test-is-blocked", "tcp-syn-unanswered"),
    ("healthy/engineers-own-tests", "tcp-syn-reset"),
    ("healthy/failover-uponly", "tcp-syn-unanswered"),
    ("healthy/haproxy-one-server-down", "tcp-syn-reset"),
    ("healthy/haproxy-redispatch", "tcp-syn-reset"),
    ("healthy/haproxy-tls-second-server", "tls-alert"),
    ("healthy/nginx-error-page", "tcp-syn-reset"),
    ("healthy/nginx-next-server", "tcp-syn-reset"),
    ("healthy/nginx-stale", "response-reset"),
    ("healthy/race-retried-uponly", "keepalive-race"),
    ("healthy/rev-two-addresses-failover", "tcp-syn-reset"),
    ("healthy/https-listener-check-fails", "tcp-syn-reset"),
    ("no-attempt/health-checks-are-refused", "tcp-syn-reset"),
    ("healthy/squid-first-address-dead", "tcp-syn-unanswered"),
    ("healthy/second-address-answers-as-the-capture-ends", "tcp-syn-unanswered"),
    ("healthy/squid-first-address-refuses", "tcp-syn-reset"),
    ("healthy/stranger-beside-a-plain-tunnel", "tls-alert"),
    ("required-service/icap-silent-beside-a-tunnel", "response-timeout"),
    ("required-service/permission-server-resets", "response-reset"),
    ("required-service/reputation-cloud-is-silent", "tcp-syn-unanswered"),
    // The page of the gateway names another error than the one that happened.
    ("response-empty/fin-then-rst", "tcp-syn-unanswered"),
    ("response-invalid/ssh-banner", "tcp-syn-unanswered"),
    ("response-reset/established-then-rst", "tcp-syn-unanswered"),
    ("response-reset/rst-then-data", "tcp-syn-unanswered"),
    ("tcp-syn-reset/connect-port-5222", "tcp-syn-unanswered"),
    ("tcp-syn-reset/ftp-refused", "tcp-syn-unanswered"),
    ("tcp-syn-reset/proxy-status-says-otherwise", "tcp-syn-unanswered"),
    ("tcp-syn-reset/rev-two-addresses", "tcp-syn-unanswered"),
    ("tcp-syn-reset/sky-200-chunked-then-502", "tcp-syn-unanswered"),
    ("tcp-syn-reset/sky-200-length-then-502", "tcp-syn-unanswered"),
    ("zero-window/zero-window", "tcp-syn-unanswered"),
    // The gateway's own word, in a part of the head that was cut off, is all that tells of it.
    ("response-timeout/proxy-status-without-attempt", "undetermined"),
    // What a parent says of itself.
    ("parent-proxy-error/apache-parent-squid", "tcp-syn-reset"),
    ("parent-proxy-error/upstream-side-with-via", "tcp-syn-unanswered"),
    ("proxy-loop/two-ask-each-other", "origin-error"),
    ("proxy-loop/two-ask-each-other", "response-empty"),
    // That the gateway bears such an answer, or that those who close so do so always, is in another part.
    ("undetermined/flaw-that-the-gateway-bears", "response-invalid"),
    ("healthy/https-listener-scanners", "client-tls-rejected"),
    // The second try, or its answer, is not in this part.
    ("healthy/asked-again-elsewhere-after-503-upstream-side", "origin-error"),
    ("healthy/asked-again-elsewhere-after-503-upstream-side", "undetermined"),
    ("healthy/asked-again-elsewhere-after-silence-upstream-side", "response-timeout"),
    ("healthy/retried-what-went-out", "response-empty"),
    // The truncated answer, for which it was asked over TCP, is not there.
    ("dns-tcp-fallback-blocked/asked-over-tcp-in-vain", "dns-no-response"),
    // A page from the cache in place of an answer, where that page is not there.
    ("healthy/every-turn-that-goes-well", "response-invalid"),
    ("healthy/every-turn-that-goes-well", "response-reset"),
    ("healthy/every-turn-that-goes-well", "response-truncated"),
    ("healthy/every-turn-that-goes-well", "undetermined"),
    // A client that refuses the certificate of an https listener, where nothing tells that this is the gateway.
    ("client-tls-rejected/https-listener", "tls-certificate"),
];
/// The same, where only the sweep over every beginning and end comes upon it.
const LATER: &[(&str, &str)] = &[
    ("healthy/every-turn-that-goes-well", "response-empty"),
    ("healthy/every-turn-that-goes-well", "response-truncated"),
    ("healthy/haproxy-retry-on", "response-empty"),
    ("healthy/nginx-tls-second-address", "tls-reset"),
    ("healthy/retried-after-reset", "response-reset"),
    ("healthy/search-suffix", "dns-nxdomain"),
    ("healthy/squid-no-aaaa", "dns-nxdomain"),
    ("healthy/squid-syn-lost-twice", "tcp-syn-unanswered"),
    ("tcp-syn-reset/second-address-refuses", "tcp-syn-unanswered"),
    ("healthy/second-resolver", "dns-servfail"),
    ("healthy/squid-second-dns-server", "dns-no-response"),
    ("healthy/unreachable-for-a-moment", "tcp-icmp-unreachable"),
    ("undetermined/challenge-ack-for-good", "tcp-syn-unanswered"),
    ("parent-proxy-error/squid-parent-squid", "tcp-syn-reset"),
    // What made it no failure comes after this part.
    ("healthy/nginx-next-server-after-reset", "response-reset"),
    ("healthy/rst-not-heeded", "response-reset"),
    ("healthy/squid-forged-reset-ignored", "response-reset"),
    // The gateway's FIN to its client, and nothing of either request.
    ("response-reset/haproxy-upload-refused", "response-empty"),
];
/// How the gateway itself ends towards its client what failed upstream: seen from there alone, that is the failure.
const ECHOES: [&str; 2] = ["response-truncated", "response-empty"];
/// SYNs with a client's address, where nothing tells that the gateway sends them.
const SPOOFED: [&str; 3] =
    ["return-path/haproxy-spoofs-client", "return-path/nginx-spoofs-client", "return-path/wsa-spoofed-client-address"];
/// The two legs, or the rounds, are not known to be one request's where their beginning is not there.
const APART: [&str; 17] = [
    "response-empty/gateway-closes-too",
    "tcp-syn-unanswered/address-known-before",
    "tcp-syn-reset/second-of-two-pipelined",
    "tcp-syn-reset/intercepted-without-hardware",
    "response-reset/shell-test-works",
    "response-empty/intercepted-and-spoofed-raw",
    "response-empty/several-servers-of-one-machine",
    "response-reset/intercepted-and-spoofed",
    "response-reset/spoofed-with-another-port",
    "tcp-syn-reset/spoofed-with-another-port",
    "tcp-syn-unanswered/parent-is-silent",
    "return-path/haproxy-spoofs-client",
    "return-path/nginx-spoofs-client",
    "return-path/owner-of-the-address-resets",
    "return-path/wsa-spoofed-client-address",
    "tcp-syn-reset/asked-in-the-clients-name",
    "tcp-syn-reset/asked-in-the-clients-name-begins-late",
];
/// A segment in the middle of a page begins like a response.
const TEXT: &str = "healthy/text-that-looks-like-a-status";

/// One frame: its record's header, its bytes, and where it goes.
#[derive(Clone)]
struct Frame {
    header: [u8; 16],
    bytes: Vec<u8>,
    ends: Option<Ends>,
}

/// Source and destination of a frame.
#[derive(Clone, Copy)]
struct Ends {
    from: (IpAddr, u16),
    to: (IpAddr, u16),
}

/// A capture in pieces.
struct Pieces {
    head: Vec<u8>,
    frames: Vec<Frame>,
}

impl Pieces {
    /// A pcap file in microseconds, little endian, as the lab writes them; `None` for others.
    fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.get(..4)? != [0xd4, 0xc3, 0xb2, 0xa1] {
            return None;
        }
        let (head, mut rest) = bytes.split_at_checked(24)?;
        let link = u16::from_le_bytes([head[20], head[21]]);
        let mut frames = Vec::new();
        while !rest.is_empty() {
            let (header, later) = rest.split_first_chunk::<16>()?;
            let length = u32::from_le_bytes([header[8], header[9], header[10], header[11]]) as usize;
            let (bytes, later) = later.split_at_checked(length)?;
            frames.push(Frame { header: *header, bytes: bytes.to_vec(), ends: ends(link, bytes) });
            rest = later;
        }
        Some(Self { head: head.to_vec(), frames })
    }
}

/// The addresses and ports of a frame that is no tunnel's.
fn ends(link: u16, frame: &[u8]) -> Option<Ends> {
    let mut at = match link {
        1 => 12,
        113 => 14,
        276 => 0,
        101 => return packet(frame),
        _ => return None,
    };
    let mut kind = u16::from_be_bytes([*frame.get(at)?, *frame.get(at + 1)?]);
    if link == 276 {
        at = 18;
    }
    while kind == 0x8100 {
        at += 4;
        kind = u16::from_be_bytes([*frame.get(at)?, *frame.get(at + 1)?]);
    }
    packet(frame.get(at + 2..)?)
}

/// The addresses and ports of an IP packet.
fn packet(ip: &[u8]) -> Option<Ends> {
    let (from, to, protocol, payload): (IpAddr, IpAddr, u8, &[u8]) = match ip.first()? >> 4 {
        4 => (
            <[u8; 4]>::try_from(ip.get(12..16)?).ok()?.into(),
            <[u8; 4]>::try_from(ip.get(16..20)?).ok()?.into(),
            *ip.get(9)?,
            ip.get(usize::from(ip[0] & 15) * 4..)?,
        ),
        6 => (
            <[u8; 16]>::try_from(ip.get(8..24)?).ok()?.into(),
            <[u8; 16]>::try_from(ip.get(24..40)?).ok()?.into(),
            *ip.get(6)?,
            ip.get(40..)?,
        ),
        _ => return None,
    };
    let ports = matches!(protocol, 6 | 17);
    let port = |at: usize| {
        let two = payload.get(at..at + 2).filter(|_| ports);
        two.map_or(0, |two| u16::from_be_bytes([two[0], two[1]]))
    };
    Some(Ends { from: (from, port(0)), to: (to, port(2)) })
}

/// What of a capture is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Whole,
    ClientLeg,
    UpstreamLeg,
    Incoming,
    Outgoing,
    Snap(usize),
}

const PARTS: [Part; 7] =
    [Part::Whole, Part::ClientLeg, Part::UpstreamLeg, Part::Incoming, Part::Outgoing, Part::Snap(96), Part::Snap(68)];

/// A case, whole.
struct Story {
    name: String,
    pieces: Pieces,
    /// The categories of its failures; none where it is healthy.
    truth: Vec<String>,
    /// The gateway's addresses.
    own: BTreeSet<IpAddr>,
    /// Numbers of the packets that its findings name.
    evidence: BTreeSet<usize>,
}

impl Story {
    /// A case of one pcap file that shows by itself what the case is about.
    fn read(folder: &Path) -> Option<Self> {
        let text = fs::read_to_string(folder.join("case.toml")).ok()?;
        let table: Table = text.parse().ok()?;
        let inputs = table.get("inputs")?.as_array()?;
        let captures: Vec<&str> =
            inputs.iter().filter_map(Toml::as_str).filter(|name| name.ends_with(".pcap")).collect();
        let [capture] = captures.as_slice() else { return None };
        let expected = table.get("expect").and_then(Toml::as_array).into_iter().flatten();
        let mut truth: Vec<String> = expected
            .map(|finding| finding.get("category").and_then(Toml::as_str).unwrap_or("any").to_owned())
            .collect();
        let pieces = Pieces::of(&fs::read(folder.join(capture)).ok()?)?;
        let report = run(&pieces, Part::Whole, &BTreeSet::new(), 0, pieces.frames.len());
        let mut found = categories(&report);
        found.sort();
        truth.sort();
        if found != truth {
            return None;
        }
        let (mut own, mut evidence) = (BTreeSet::new(), BTreeSet::new());
        let address = |value: &Value| value.as_str().and_then(|text| text.parse::<IpAddr>().ok());
        own.extend(report["gateways"].as_array().into_iter().flatten().filter_map(address));
        // Whoever opens connections, or asks DNS, and asks no gateway itself, is one.
        let opens = |frame: &&Frame| frame.ends.is_some_and(|ends| ends.to.1 < EPHEMERAL && ends.to.1 > 0);
        let opening = pieces.frames.iter().filter(opens).filter_map(|frame| frame.ends);
        let clients: BTreeSet<IpAddr> =
            opening.clone().filter(|ends| own.contains(&ends.to.0)).map(|ends| ends.from.0).collect();
        if !own.is_empty() {
            own.extend(opening.map(|ends| ends.from.0).filter(|from| !clients.contains(from)));
        }
        for finding in report["findings"].as_array().into_iter().flatten() {
            own.extend(address(&finding["gateway"]));
            let upstream = finding["upstream"].as_str().and_then(|text| text.parse::<std::net::SocketAddr>().ok());
            let client = address(&finding["client"]);
            let asks = |ends: &Ends| upstream.is_some_and(|up| ends.to == (up.ip(), up.port()));
            let asking = pieces.frames.iter().filter_map(|frame| frame.ends).filter(asks).map(|ends| ends.from.0);
            own.extend(asking.filter(|from| Some(*from) != client));
            let named = finding["evidence"].as_array().into_iter().flatten();
            evidence.extend(named.filter_map(|one| usize::try_from(one["packet"].as_u64()?).ok()));
        }
        Some(Self { name: folders::name(folder), pieces, truth, own, evidence })
    }

    /// After which packets it is cut.
    fn cuts(&self, all: bool) -> Vec<usize> {
        let count = self.pieces.frames.len();
        if all && count <= 200 {
            return (1..count).collect();
        }
        let mut cuts: BTreeSet<usize> = (1..STRIDES).map(|n| count * n / STRIDES).collect();
        cuts.extend(self.evidence.iter().flat_map(|number| [number - 1, *number]));
        cuts.into_iter().filter(|cut| *cut > 0 && *cut < count).collect()
    }
}

/// The report on a part of a capture: of its frames those from `begin` to before `end`.
fn run(pieces: &Pieces, part: Part, own: &BTreeSet<IpAddr>, begin: usize, end: usize) -> Value {
    let mut bytes = pieces.head.clone();
    let asked = |ends: (IpAddr, u16)| own.contains(&ends.0) && ends.1 < EPHEMERAL && ends.1 > 0;
    for frame in &pieces.frames[begin..end] {
        let kept = frame.ends.is_none_or(|ends| match part {
            Part::Whole | Part::Snap(_) => true,
            Part::ClientLeg => asked(ends.to) || asked(ends.from),
            Part::UpstreamLeg => !asked(ends.to) && !asked(ends.from),
            Part::Incoming => !own.contains(&ends.from.0),
            Part::Outgoing => own.contains(&ends.from.0),
        });
        if !kept {
            continue;
        }
        let length = match part {
            Part::Snap(length) => length.min(frame.bytes.len()),
            _ => frame.bytes.len(),
        };
        let mut header = frame.header;
        header[8..12].copy_from_slice(&u32::try_from(length).unwrap_or(0).to_le_bytes());
        bytes.extend(header);
        bytes.extend(&frame.bytes[..length]);
    }
    let mut case = Case::new(Options::default());
    let input = case.input("capture.pcap");
    case.read(input, &bytes);
    case.end(input);
    serde_json::to_value(case.report()).expect("a report is JSON")
}

fn categories(report: &Value) -> Vec<String> {
    let findings = report["findings"].as_array().into_iter().flatten();
    findings.filter_map(|finding| finding["category"].as_str().map(str::to_owned)).collect()
}

/// What is wrong with a report on a part, held against what happened. Exceptions that were needed are noted.
fn contradicts(report: &Value, part: Part, story: &Story, needed: &mut BTreeSet<String>) -> Option<String> {
    let (name, truth) = (story.name.as_str(), &story.truth);
    let findings = report["findings"].as_array().map_or(&[][..], Vec::as_slice);
    let mut also = |category: &Value| {
        let told = ALSO.contains(&(name, category.as_str().unwrap_or_default()));
        let spoofed = category == "tcp-syn-unanswered" && SPOOFED.contains(&name);
        if told || spoofed {
            needed.insert(format!("{name} {category}"));
        }
        told || spoofed || LATER.contains(&(name, category.as_str().unwrap_or_default()))
    };
    let is_true = |category: &Value| truth.iter().any(|one| category == one);
    for finding in findings {
        let told = &finding["category"];
        let left = finding["candidates"].as_array().is_some_and(|left| left.iter().any(is_true));
        let text = name == TEXT && told == "undetermined";
        let echo = part == Part::ClientLeg && !truth.is_empty() && ECHOES.iter().any(|echo| told == echo);
        let unproven = left && finding["confidence"] != "proven";
        if !(echo || is_true(told) || unproven || also(told) || text) {
            return Some(format!("{told} ({})", finding["confidence"]));
        }
    }
    // Of a loop each round is a failure where it is not seen to be one.
    let looped = truth.iter().any(|category| category == "proxy-loop");
    let more = findings.len() > truth.len()
        && !looped
        && !APART.contains(&name)
        && !ALSO.iter().chain(LATER).any(|(case, _)| *case == name);
    (more && name != TEXT).then(|| format!("{} failures: {:?}", findings.len(), categories(report)))
}

#[test]
fn no_part_of_a_capture_tells_another_story() {
    let all = env::var("GATEWAY_TRIAGE_VIEWS").is_ok_and(|value| value == "all");
    let stories: Vec<Story> = folders::all().iter().filter_map(|folder| Story::read(folder)).collect();
    let (mut problems, mut needed) = (Vec::new(), BTreeSet::new());
    let mut told: BTreeMap<(Part, &str), (usize, usize, usize)> = BTreeMap::new();
    for story in &stories {
        let count = story.pieces.frames.len();
        let mut views: Vec<(Part, &str, usize, usize)> = PARTS.map(|part| (part, "", 0, count)).to_vec();
        for part in if all { &PARTS[..] } else { &PARTS[..1] } {
            for cut in story.cuts(all) {
                views.push((*part, "begins late", cut, count));
                views.push((*part, "ends early", 0, cut));
            }
        }
        for (part, how, begin, end) in views {
            let report = run(&story.pieces, part, &story.own, begin, end);
            let found = categories(&report);
            let named = found.iter().filter(|one| *one != "undetermined").count();
            let counted = told.entry((part, how)).or_default();
            counted.0 += usize::from(!story.truth.is_empty());
            counted.1 += usize::from(named > 0);
            counted.2 += usize::from(!found.is_empty());
            if let Some(why) = contradicts(&report, part, story, &mut needed) {
                problems.push(format!("{}, {part:?}, packets {} to {end}: {why}", story.name, begin + 1));
            }
        }
    }
    println!("{} cases", stories.len());
    println!("{:<14} {:<12} {:>8} {:>8} {:>8}", "part", "", "failing", "named", "found");
    for ((part, how), (failing, named, found)) in told {
        println!("{:<14} {how:<12} {failing:>8} {named:>8} {found:>8}", format!("{part:?}"));
    }
    // With the usual cuts, and all cases, each exception is needed somewhere.
    if !all && env::var_os("GATEWAY_TRIAGE_CASE").is_none() {
        let unneeded = ALSO.iter().filter(|(case, category)| !needed.contains(&format!("{case} \"{category}\"")));
        problems.extend(unneeded.map(|(case, category)| format!("{case}: {category} is excepted for nothing")));
    }
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
}
