use super::*;
use crate::time::Timestamp;

/// Ethernet, VLAN 7, IPv4, TCP with a request.
const REQUEST: &[u8] = b"\x02\0\0\0\0\x02\x02\0\0\0\0\x01\x81\0\0\x07\x08\0\
    E\0\0\x5f\x12\x34\x40\0\x40\x06\0\0\x0a\x14\0\x32\x0a\x14\0\x02\
    \xc3\xbb\x1f\x90\0\0\0\x64\0\0\0\xc8\x50\x18\x02\0\0\0\0\0\
    GET http://www.example.com/ HTTP/1.1\r\nHost: www.example.com";

fn details(data: &[u8]) -> Details {
    let original = data.len() as u32;
    let time = Timestamp::from_parts(1_773_129_600, 0);
    of(&Seen { number: 4, time, offset: 0, data, original, link: 1, section: 0, interface: 0 })
}

fn value<'a>(details: &'a Details, filter: &str) -> Option<&'a str> {
    let mut fields = details.layers.iter().flat_map(|layer| &layer.fields);
    fields.find(|field| field.filter == filter).map(|field| field.value.as_str())
}

#[test]
fn names_each_layer_and_field_as_wireshark_does() {
    let found = details(REQUEST);
    let names: Vec<&str> = found.layers.iter().map(|layer| layer.name.as_ref()).collect();
    assert_eq!(
        names,
        [
            "Frame",
            "Ethernet II",
            "Internet Protocol Version 4",
            "Transmission Control Protocol",
            "Hypertext Transfer Protocol"
        ]
    );
    assert_eq!(value(&found, "vlan.id"), Some("7"));
    assert_eq!(value(&found, "eth.src"), Some("02:00:00:00:00:01"));
    assert_eq!(value(&found, "ip.ttl"), Some("64"));
    assert_eq!(value(&found, "ip.flags"), Some("don't fragment"));
    assert_eq!(value(&found, "tcp.dstport"), Some("8080"));
    assert_eq!(value(&found, "tcp.flags"), Some("PSH, ACK"));
    assert_eq!(value(&found, "http.request.line"), Some("GET http://www.example.com/ HTTP/1.1"));
    assert_eq!(found.bytes, REQUEST);
}

#[test]
fn shows_what_an_icmp_error_quotes() {
    let mut packet = Vec::from(&b"\x02\0\0\0\0\x02\x02\0\0\0\0\x01\x08\0E\0\0\x38\0\0\0\0\x40\x01\0\0\xc0\0\x02\x01\x0a\x14\0\x02\x03\x0a\0\0\0\0\0\0"[..]);
    packet
        .extend_from_slice(b"E\0\0\x3c\x12\x34\x40\0\x3f\x06\0\0\x0a\x14\0\x02\xc0\0\x02\x0a\xc3\xbb\0\x50\0\0\0\x64");
    let found = details(&packet);
    assert_eq!(value(&found, "icmp.code"), Some("10"));
    let quoted = found.layers.last().expect("there are layers");
    assert_eq!(quoted.name, "Quoted: Transmission Control Protocol");
    assert_eq!(quoted.fields[1].value, "80");
}

#[test]
fn shows_what_is_left_of_a_packet_cut_anywhere() {
    for length in 0..REQUEST.len() {
        assert_eq!(details(&REQUEST[..length]).bytes.len(), length);
    }
}

#[test]
fn errors_that_quote_each_other_are_shown_up_to_the_second() {
    let mut packet = Vec::new();
    for _ in 0..2_000 {
        let length = (28 + packet.len() as u16).to_be_bytes();
        let head =
            [&[0x45, 0], &length[..], &[0, 0, 0, 0, 64, 1, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 3, 1, 0, 0, 0, 0, 0, 0]];
        packet.splice(0..0, head.concat());
    }
    let found = details(&[&[2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0], &packet[..]].concat());
    let names: Vec<&str> = found.layers.iter().skip(2).map(|layer| layer.name.as_ref()).collect();
    assert_eq!(
        names,
        [
            "Internet Protocol Version 4",
            "Internet Control Message Protocol",
            "Quoted: Internet Protocol Version 4",
            "Quoted: Internet Control Message Protocol"
        ]
    );
}
