//! Where the fuzzer begins: inputs of each target, made of a case's files.

use std::io::Write as _;

use gateway_triage_core::again::Packets;
use gateway_triage_core::logs::TABLE;
use gateway_triage_tests::build::talk::Side;

use super::capture::LINKS;
use super::messages::TURN;
use super::{engine as whole, streams as segments};

/// Name and content.
pub type File = (String, Vec<u8>);

/// Packets of a file that become seeds.
const PACKETS: usize = 40;
/// Longest seed.
const LONGEST: usize = 8192;

fn is_capture(bytes: &[u8]) -> bool {
    matches!(bytes.get(..4), Some([0xd4, 0xc3, 0xb2, 0xa1] | [0x0a, 0x0d, 0x0d, 0x0a]))
}

fn captured(files: &[File]) -> impl Iterator<Item = &[u8]> {
    files.iter().map(|(_, bytes)| bytes.as_slice()).filter(|bytes| is_capture(bytes))
}

fn texts(files: &[File]) -> impl Iterator<Item = &[u8]> {
    files.iter().map(|(_, bytes)| bytes.as_slice()).filter(|bytes| std::str::from_utf8(bytes).is_ok())
}

/// Link-layer type and bytes of a capture's first packets.
fn frames(file: &[u8]) -> Vec<(u16, Vec<u8>)> {
    let mut frames = Vec::new();
    let mut packets = Packets::default();
    packets.push(file, |seen| {
        if frames.len() < PACKETS {
            frames.push((seen.link, seen.data.to_vec()));
        }
    });
    frames
}

/// What a frame of Ethernet and IPv4 carries.
struct Carried<'a> {
    protocol: u8,
    ports: (u16, u16),
    data: &'a [u8],
}

fn carried(frame: &[u8]) -> Option<Carried<'_>> {
    let ip = frame.get(14..).filter(|_| frame.get(12..14) == Some(&[8, 0]))?;
    let protocol = *ip.get(9)?;
    let whole = ip.get(..usize::from(u16::from_be_bytes([*ip.get(2)?, *ip.get(3)?]))).unwrap_or(ip);
    let transport = whole.get(usize::from(ip.first()? & 15) * 4..)?;
    let port = |at: usize| Some(u16::from_be_bytes([*transport.get(at)?, *transport.get(at + 1)?]));
    let from = match protocol {
        6 => usize::from(transport.get(12)? >> 4) * 4,
        17 => 8,
        _ => return None,
    };
    Some(Carried { protocol, ports: (port(0)?, port(2)?), data: transport.get(from..)? })
}

/// What a connection's two sides said, in turns; each connection of a capture by itself.
fn conversations(file: &[u8]) -> Vec<(u16, Vec<u8>)> {
    let mut known: Vec<((u16, u16), Vec<u8>, bool)> = Vec::new();
    for (_, frame) in frames(file) {
        let Some(Carried { protocol: 6, ports: (from, to), data }) = carried(&frame) else { continue };
        let place = known.iter_mut().position(|(ends, ..)| *ends == (from, to) || *ends == (to, from));
        let at = place.unwrap_or_else(|| {
            known.push(((from, to), Vec::new(), true));
            known.len() - 1
        });
        let (ends, said, opener) = &mut known[at];
        let speaks = *ends == (from, to);
        if !data.is_empty() && said.len() + data.len() < LONGEST {
            if speaks != *opener {
                said.extend(TURN);
                *opener = speaks;
            }
            said.extend(data);
        }
    }
    known.into_iter().filter(|(_, said, _)| !said.is_empty()).map(|((_, port), said, _)| (port, said)).collect()
}

/// Files as they are.
pub fn captures(files: &[File]) -> Vec<Vec<u8>> {
    captured(files).map(|bytes| [&[0, 200], &bytes[..bytes.len().min(LONGEST)]].concat()).collect()
}

/// The first frames of each file.
pub fn packets(files: &[File]) -> Vec<Vec<u8>> {
    let of = |file: &[u8]| {
        let frames = frames(file);
        let link = LINKS.iter().position(|link| frames.first().is_some_and(|(first, _)| first == link))?;
        let mut seed = vec![u8::try_from(link).ok()?];
        for (_, frame) in frames {
            if seed.len() + frame.len() < LONGEST {
                seed.extend(u16::try_from(frame.len()).ok()?.to_be_bytes());
                seed.extend(frame);
            }
        }
        Some(seed)
    };
    captured(files).filter_map(of).collect()
}

/// The segments of each file as orders.
pub fn streams(files: &[File]) -> Vec<Vec<u8>> {
    let of = |file: &[u8]| {
        let mut seed = vec![0, 1];
        for (_, frame) in frames(file) {
            let Some(Carried { protocol: 6, ports: (from, to), data }) = carried(&frame) else { continue };
            let side = if from > to { Side::Opener } else { Side::Server };
            let flow = u8::from(from.min(to) != 3128);
            let order = flow | if side == Side::Opener { 0 } else { 4 };
            let flags = frame.get(14 + 20 + 13).copied().unwrap_or(0);
            match flags & 7 {
                _ if !data.is_empty() => {
                    data.chunks(255).take(6).for_each(|part| seed.extend(segments::order_to_send(flow, side, part)));
                }
                1 => seed.push(order | 4 << 3),
                2 => seed.push(order | if side == Side::Opener { 1 << 3 } else { 2 << 3 }),
                4 => seed.push(order | 5 << 3),
                _ => seed.push(order | 6 << 3),
            }
        }
        seed
    };
    captured(files).map(of).collect()
}

/// Questions and answers.
pub fn dns(files: &[File]) -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for file in captured(files) {
        let mut said: Vec<u8> = vec![0];
        for (_, frame) in frames(file) {
            let Some(Carried { protocol: 17, ports, data }) = carried(&frame) else { continue };
            if (ports.0 == 53 || ports.1 == 53) && said.len() < 1000 {
                if said.len() > 1 {
                    said.extend(TURN);
                }
                said.extend(data);
            }
        }
        if said.len() > 1 {
            seeds.push(said);
        }
    }
    seeds
}

fn spoken(files: &[File], ours: fn(&[u8]) -> bool, first: u8) -> Vec<Vec<u8>> {
    let all = captured(files).flat_map(conversations);
    all.filter(|(_, said)| ours(said)).map(|(_, said)| [&[first], &said[..]].concat()).collect()
}

/// Conversations in TLS, and their first messages.
pub fn tls(files: &[File]) -> Vec<Vec<u8>> {
    let mut seeds = spoken(files, |said| said.first() == Some(&22), 6);
    for at in 0..seeds.len() {
        let said = seeds[at].get(1..).unwrap_or_default().to_vec();
        let server = said.windows(TURN.len()).position(|part| part == TURN);
        let hellos = [(0, Some(9)), (2, server.map(|at| at + TURN.len() + 9))];
        for (first, from) in hellos {
            if let Some(body) = from.and_then(|from| said.get(from..)) {
                seeds.push([&[first], body].concat());
            }
        }
    }
    seeds
}

/// Conversations in HTTP/1.
pub fn http1(files: &[File]) -> Vec<Vec<u8>> {
    let text = |said: &[u8]| said.first().is_some_and(u8::is_ascii_uppercase) && !said.starts_with(b"PRI");
    [spoken(files, text, 4), spoken(files, text, 3), spoken(files, text, 0)].concat()
}

/// Conversations in HTTP/2.
pub fn http2(files: &[File]) -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for (_, said) in captured(files).flat_map(conversations) {
        if let Some(rest) = said.strip_prefix(&b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"[..]) {
            seeds.extend([0, 3].map(|first| [&[first], rest].concat()));
        }
    }
    seeds
}

/// Logs as they are, and the samples of every format.
pub fn logs(files: &[File]) -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> =
        texts(files).map(|bytes| [&[255, 90], &bytes[..bytes.len().min(LONGEST)]].concat()).collect();
    if files.is_empty() {
        for (at, format) in (0..).zip(TABLE) {
            seeds.push([&[at, 30], format.samples.join("\n").as_bytes()].concat());
        }
    }
    seeds
}

/// Format strings of the products, with lines of the cases behind them.
pub fn formats(files: &[File]) -> Vec<Vec<u8>> {
    const FORMATS: [&str; 6] = [
        r#"log_format x '$remote_addr - [$time_local] "$request" $status $upstream_addr $upstream_status';"#,
        r"logformat x %ts.%03tu %6tr %>a %Ss/%03>Hs %<st %rm %ru %[un %Sh/%<a %mt",
        r#"log-format "%ci:%cp [%tr] %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %tsc %{+Q}r""#,
        r#"LogFormat "%h %l %u %t \"%r\" %>s %b \"%{Referer}i\" %D" x"#,
        r#"[%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%" %RESPONSE_CODE% %RESPONSE_FLAGS%"#,
        "#Fields: date time c-ip cs-method cs-uri sc-status s-ip time-taken",
    ];
    let lines = texts(files).next().unwrap_or_default();
    let lines = &lines[..lines.len().min(1500)];
    FORMATS.iter().map(|format| [format.as_bytes(), &[0], lines].concat()).collect()
}

/// Archives as they are.
pub fn har(files: &[File]) -> Vec<Vec<u8>> {
    let archive = |bytes: &&[u8]| bytes.first() == Some(&b'{') && bytes.windows(7).any(|part| part == b"\"entrie");
    texts(files).filter(archive).map(|bytes| [&[0, 200], &bytes[..bytes.len().min(16_000)]].concat()).collect()
}

/// Each file packed, whole and in two members.
pub fn gzip(files: &[File]) -> Vec<Vec<u8>> {
    let pack = |bytes: &[u8]| {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packer.write_all(bytes).and_then(|()| packer.finish()).unwrap_or_default()
    };
    let of = |(_, bytes): &File| {
        let (first, second) = bytes.split_at(bytes.len().min(LONGEST) / 2);
        [vec![0, 100], pack(first), pack(&second[..second.len().min(LONGEST)])].concat()
    };
    files.iter().filter(|(_, bytes)| bytes.len() < 20_000).map(of).collect()
}

/// All files of a case.
pub fn engine(files: &[File]) -> Vec<Vec<u8>> {
    let size: usize = files.iter().map(|(_, bytes)| bytes.len()).sum();
    if files.is_empty() || size > 24_000 {
        return Vec::new();
    }
    let parts: Vec<&[u8]> = files.iter().map(|(_, bytes)| bytes.as_slice()).collect();
    // What happens while they are read depends on how large they are: all ways occur.
    let way = u8::try_from(size % 64).unwrap_or(0);
    vec![[vec![way], parts.join(whole::NEXT)].concat()]
}
