//! TCP, UDP and ICMP.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use etherparse::{IpNumber, TcpSlice, UdpSlice, ip_number};

use super::{Layer, message, network};
use crate::capture::bytes;
use crate::exchange::Icmp;

/// Names of the flags in the header's fourteenth byte, lowest bit first (RFC 9293 section 3.1).
const FLAGS: [&str; 8] = ["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"];
/// The port of DNS.
const DNS: u16 = 53;

/// What an IP packet carries.
pub fn of(protocol: IpNumber, data: &[u8], layers: &mut Vec<Layer>) {
    match protocol {
        ip_number::TCP => tcp(data, layers),
        ip_number::UDP => udp(data, layers),
        ip_number::ICMP => icmp(data, false, layers),
        ip_number::IPV6_ICMP => icmp(data, true, layers),
        _ => {}
    }
}

fn tcp(data: &[u8], layers: &mut Vec<Layer>) {
    let Some(ports) = bytes::u16(data, 0, true).zip(bytes::u16(data, 2, true)) else { return };
    let mut layer = Layer::new("Transmission Control Protocol");
    layer.add("Source port", "tcp.srcport", format!("{}", ports.0));
    layer.add("Destination port", "tcp.dstport", format!("{}", ports.1));
    if let Some((seq, ack)) = bytes::u32(data, 4, true).zip(bytes::u32(data, 8, true)) {
        layer.add("Sequence number", "tcp.seq_raw", format!("{seq}"));
        layer.add("Acknowledgement number", "tcp.ack_raw", format!("{ack}"));
    }
    if let Some(flags) = data.get(13) {
        let set: Vec<&str> =
            FLAGS.iter().enumerate().filter(|(bit, _)| flags >> bit & 1 != 0).map(|(_, name)| *name).collect();
        layer.add("Flags", "tcp.flags", set.join(", "));
    }
    if let Some(window) = bytes::u16(data, 14, true) {
        layer.add("Window", "tcp.window_size_value", format!("{window}"));
    }
    let Ok(tcp) = TcpSlice::from_slice(data) else {
        layers.push(layer);
        return;
    };
    for (name, value) in options(tcp.options()) {
        layer.add(name, "tcp.options", value);
    }
    if !tcp.payload().is_empty() {
        layer.add("Payload captured", "tcp.len", format!("{} bytes", tcp.payload().len()));
    }
    layers.push(layer);
    message::of(tcp.payload(), ports.0 == DNS || ports.1 == DNS, true, layers);
}

/// The options that matter here: RFC 9293 section 3.2, RFC 7323, RFC 2018.
fn options(mut data: &[u8]) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    while let [kind, rest @ ..] = data {
        match kind {
            0 => break,
            1 => data = rest,
            _ => {
                let Some(length) = rest.first().map(|length| usize::from(*length)).filter(|length| *length >= 2) else {
                    break;
                };
                let body = rest.get(1..length - 1).unwrap_or_default();
                match kind {
                    2 => {
                        found.extend(bytes::u16(body, 0, true).map(|size| ("Maximum segment size", format!("{size}"))))
                    }
                    3 => found.extend(body.first().map(|shift| ("Window scale", format!("shift {shift}")))),
                    4 => found.push(("Selective acknowledgement", "permitted".into())),
                    8 => found.extend(
                        bytes::u32(body, 0, true)
                            .zip(bytes::u32(body, 4, true))
                            .map(|(value, echo)| ("Timestamps", format!("value {value}, echo {echo}"))),
                    ),
                    _ => {}
                }
                let Some(next) = data.get(length..) else { break };
                data = next;
            }
        }
    }
    found
}

fn udp(data: &[u8], layers: &mut Vec<Layer>) {
    let Ok(udp) = UdpSlice::from_slice_lax(data) else { return };
    let mut layer = Layer::new("User Datagram Protocol");
    layer.add("Source port", "udp.srcport", format!("{}", udp.source_port()));
    layer.add("Destination port", "udp.dstport", format!("{}", udp.destination_port()));
    layer.add("Length", "udp.length", format!("{}", udp.length()));
    layers.push(layer);
    if udp.source_port() == DNS || udp.destination_port() == DNS {
        message::of(udp.payload(), true, false, layers);
    }
}

fn icmp(data: &[u8], v6: bool, layers: &mut Vec<Layer>) {
    let (Some(&kind), Some(&code)) = (data.first(), data.get(1)) else { return };
    let mut layer =
        Layer::new(if v6 { "Internet Control Message Protocol v6" } else { "Internet Control Message Protocol" });
    let filters = if v6 { ("icmpv6.type", "icmpv6.code") } else { ("icmp.type", "icmp.code") };
    layer.add("Type", filters.0, format!("{kind}"));
    layer.add("Code", filters.1, format!("{code}"));
    let error = if v6 { matches!(kind, 1..=4) } else { matches!(kind, 3 | 11 | 12) };
    if !error {
        layers.push(layer);
        return;
    }
    let mtu = match (v6, kind, code) {
        (false, 3, 4) => bytes::u16(data, 6, true).map(u32::from),
        (true, 2, _) => bytes::u32(data, 4, true),
        _ => None,
    };
    let from = core::net::IpAddr::V4(core::net::Ipv4Addr::UNSPECIFIED);
    layer.add("Meaning", "", Icmp { from, v6, kind, code, mtu }.meaning());
    if let Some(mtu) = mtu {
        layer.add("MTU of the next hop", if v6 { "icmpv6.mtu" } else { "icmp.mtu" }, format!("{mtu}"));
    }
    // No error is sent about an error (RFC 1122 section 3.2.2): what is quoted in a quote is made up, however deep.
    let quoted = layers.iter().any(|layer| layer.name.starts_with("Internet Control Message Protocol"));
    layers.push(layer);
    if quoted {
        return;
    }
    // What it is about: the packet that it quotes (RFC 792, RFC 4443).
    let before = layers.len();
    network::packet(data.get(8..).unwrap_or_default(), layers);
    for layer in layers.iter_mut().skip(before) {
        layer.name = format!("Quoted: {}", layer.name).into();
    }
}
