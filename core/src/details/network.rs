//! Link layers, tunnels and IP.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use etherparse::{LaxIpSlice, ip_number};

use super::{Layer, transport};
use crate::again::Seen;
use crate::capture::{bytes, link, tunnel};

/// Tunnels in tunnels that are followed.
const TUNNELS: usize = 5;
/// VLAN tags shown of one frame.
const TAGS: usize = 4;

/// The link layer, where it says more than that it is there.
pub fn link_layer(seen: &Seen<'_>, found: &link::Link<'_>) -> Option<Layer> {
    let mut layer = Layer::new(match seen.link {
        link::kind::ETHERNET => "Ethernet II",
        link::kind::SLL => "Linux cooked capture v1",
        link::kind::SLL2 => "Linux cooked capture v2",
        link::kind::NULL | link::kind::LOOP => "Null/Loopback",
        link::kind::PPP | link::kind::PPP_SERIAL => "Point-to-Point Protocol",
        link::kind::NFLOG => "Linux netfilter log",
        _ => return None,
    });
    let filters = if seen.link == link::kind::ETHERNET { ("eth.src", "eth.dst") } else { ("sll.src.eth", "") };
    if found.source != 0 {
        layer.add("Source", filters.0, hardware(found.source));
    }
    if found.target != 0 {
        layer.add("Destination", filters.1, hardware(found.target));
    }
    if let Some(outgoing) = found.outgoing {
        let way = if outgoing { "sent by the capturing host" } else { "received by the capturing host" };
        layer.add("Direction", "sll.pkttype", way);
    }
    if seen.link == link::kind::ETHERNET {
        for tag in 0..TAGS {
            let at = 12 + tag * 4;
            let Some(0x8100 | 0x88A8) = bytes::u16(seen.data, at, true) else { break };
            let Some(id) = bytes::u16(seen.data, at + 2, true) else { break };
            layer.add("VLAN", "vlan.id", format!("{}", id & 0xFFF));
        }
    }
    Some(layer)
}

fn hardware(address: u64) -> String {
    let [_, _, a, b, c, d, e, f] = address.to_be_bytes();
    format!("{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{f:02x}")
}

/// From an IP header on, through tunnels.
pub fn packet(mut network: &[u8], layers: &mut Vec<Layer>) {
    for _ in 0..TUNNELS {
        let Ok((ip, _)) = LaxIpSlice::from_slice(network) else { return };
        layers.push(header(&ip));
        let payload = ip.payload();
        if payload.fragmented {
            return;
        }
        let Some(inner) = tunnel::inside(payload.ip_number, payload.payload) else {
            return transport::of(payload.ip_number, payload.payload, layers);
        };
        if payload.ip_number == ip_number::GRE {
            layers.push(Layer::new("Generic Routing Encapsulation"));
        } else if payload.ip_number == ip_number::UDP {
            transport::of(payload.ip_number, payload.payload, layers);
        }
        network = inner;
    }
}

fn header(ip: &LaxIpSlice<'_>) -> Layer {
    match ip {
        LaxIpSlice::Ipv4(ip) => {
            let header = ip.header();
            let mut layer = Layer::new("Internet Protocol Version 4");
            layer.add("Source", "ip.src", format!("{}", header.source_addr()));
            layer.add("Destination", "ip.dst", format!("{}", header.destination_addr()));
            layer.add("Time to live", "ip.ttl", format!("{}", header.ttl()));
            layer.add("Identification", "ip.id", format!("{:#06x}", header.identification()));
            let fragment = match (header.dont_fragment(), header.more_fragments()) {
                (true, _) => "don't fragment",
                (_, true) => "more fragments",
                _ => "none",
            };
            layer.add("Flags", "ip.flags", fragment);
            if header.fragments_offset().value() > 0 {
                layer.add(
                    "Fragment offset",
                    "ip.frag_offset",
                    format!("{}", u32::from(header.fragments_offset().value()) * 8),
                );
            }
            layer.add("Total length", "ip.len", format!("{}", header.total_len()));
            layer
        }
        LaxIpSlice::Ipv6(ip) => {
            let header = ip.header();
            let mut layer = Layer::new("Internet Protocol Version 6");
            layer.add("Source", "ipv6.src", format!("{}", header.source_addr()));
            layer.add("Destination", "ipv6.dst", format!("{}", header.destination_addr()));
            layer.add("Hop limit", "ipv6.hlim", format!("{}", header.hop_limit()));
            layer.add("Payload length", "ipv6.plen", format!("{}", header.payload_length()));
            layer
        }
    }
}
