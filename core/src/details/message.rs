//! What TCP and UDP carry: DNS, TLS and HTTP/1.x, as far as it begins in this packet.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::Layer;
use crate::protocols::tls::{self, Content};
use crate::protocols::{dns, tls::hello};

/// Lines of a head, and TLS records, that are shown.
const ROWS: usize = 60;
/// Bytes of a handshake message's header.
const HANDSHAKE: usize = 4;

/// The message that these bytes begin. Over TCP a DNS message has its length in front (RFC 1035 section 4.2.2).
pub fn of(data: &[u8], dns: bool, stream: bool, layers: &mut Vec<Layer>) {
    if dns {
        let message = if stream { data.get(2..).unwrap_or_default() } else { data };
        layers.extend(dns_layer(message));
    } else if data.first_chunk().is_some_and(|head| tls::header(*head).is_some()) {
        layers.push(tls_layer(data));
    } else {
        layers.extend(http_layer(data));
    }
}

fn dns_layer(data: &[u8]) -> Option<Layer> {
    let message = dns::message(data)?;
    let mut layer = Layer::new("Domain Name System");
    layer.add("Transaction ID", "dns.id", format!("{:#06x}", message.id));
    layer.add("Message", "dns.flags.response", if message.response { "response" } else { "query" });
    layer.add("Name", "dns.qry.name", message.name);
    layer.add("Type", "dns.qry.type", dns::kind_name(message.kind));
    if message.response {
        layer.add(
            "Response code",
            "dns.flags.rcode",
            format!("{} ({})", dns::rcode_name(message.rcode), message.rcode),
        );
        for address in &message.addresses {
            layer.add("Address", if address.is_ipv4() { "dns.a" } else { "dns.aaaa" }, address.to_string());
        }
    }
    if message.truncated {
        layer.add("Truncated", "dns.flags.truncated", "yes: ask again over TCP");
    }
    Some(layer)
}

fn tls_layer(mut data: &[u8]) -> Layer {
    let mut layer = Layer::new("Transport Layer Security");
    while let Some((content, length)) = data.first_chunk().and_then(|head| tls::header(*head)) {
        if layer.fields.len() >= ROWS {
            break;
        }
        let rest = data.get(tls::HEADER..).unwrap_or_default();
        let body = rest.get(..length).unwrap_or(rest);
        let part = if body.len() < length { ", continued in other packets" } else { "" };
        let kind = match content {
            Content::ChangeCipher => "ChangeCipherSpec",
            Content::Alert => "alert",
            Content::Handshake => "handshake",
            Content::Data => "application data (encrypted)",
        };
        layer.add("Record", "tls.record.content_type", format!("{kind}, {length} bytes{part}"));
        match content {
            Content::Alert => alert(body, &mut layer),
            Content::Handshake => handshake(body, &mut layer),
            _ => {}
        }
        data = rest.get(length..).unwrap_or_default();
    }
    layer
}

fn alert(body: &[u8], layer: &mut Layer) {
    let [level, number] = body else {
        return layer.add("Alert", "tls.alert_message", "encrypted");
    };
    let level = if *level == 1 { "warning" } else { "fatal" };
    let name = format!("{level}, {} ({number}): {}", tls::alert_name(*number), tls::alert_meaning(*number));
    layer.add("Alert", "tls.alert_message.desc", name);
}

fn handshake(body: &[u8], layer: &mut Layer) {
    match body.first() {
        Some(1) => {
            layer.add("Handshake message", "tls.handshake.type", "ClientHello (1)");
            let Some(found) = hello::client(body.get(HANDSHAKE..).unwrap_or_default()) else { return };
            if let Some(name) = found.server_name {
                layer.add("Server name", "tls.handshake.extensions_server_name", name);
            }
            layer.add(
                "Versions offered",
                "tls.handshake.extensions.supported_version",
                names(&found.versions, |version| tls::version_name(version).to_string()),
            );
            let cipher = |suite| tls::cipher_name(suite).map_or_else(|| format!("{suite:#06x}"), ToString::to_string);
            layer.add("Cipher suites", "tls.handshake.ciphersuite", names(&found.ciphers, cipher));
            layer.add(
                "Groups",
                "tls.handshake.extensions_supported_group",
                names(&found.groups, |group| {
                    tls::group_name(group).map_or_else(|| format!("{group:#06x}"), ToString::to_string)
                }),
            );
            if !found.alpn.is_empty() {
                layer.add("Application protocols", "tls.handshake.extensions_alpn_str", found.alpn.join(", "));
            }
        }
        Some(2) => {
            layer.add("Handshake message", "tls.handshake.type", "ServerHello (2)");
            let Some(found) = hello::server(body.get(HANDSHAKE..).unwrap_or_default()) else { return };
            layer.add("Version", "tls.handshake.version", tls::version_name(found.version));
            let cipher =
                tls::cipher_name(found.cipher).map_or_else(|| format!("{:#06x}", found.cipher), ToString::to_string);
            layer.add("Cipher suite", "tls.handshake.ciphersuite", cipher);
        }
        Some(kind) => {
            let name = match kind {
                4 => "NewSessionTicket",
                11 => "Certificate",
                12 => "ServerKeyExchange",
                13 => "CertificateRequest",
                14 => "ServerHelloDone",
                16 => "ClientKeyExchange",
                _ => return layer.add("Handshake message", "", "encrypted or of another kind"),
            };
            layer.add("Handshake message", "tls.handshake.type", format!("{name} ({kind})"));
        }
        None => {}
    }
}

fn names(list: &[u16], name: impl Fn(u16) -> String) -> String {
    list.iter().map(|value| name(*value)).collect::<Vec<_>>().join(", ")
}

/// The head of a request or response, line by line, as far as it is in this packet.
fn http_layer(data: &[u8]) -> Option<Layer> {
    let first = data.split(|byte| *byte == b'\n').next()?;
    let first = core::str::from_utf8(first).ok()?.trim_end();
    let response = first.starts_with("HTTP/");
    if !response && !first.contains(" HTTP/") {
        return None;
    }
    let mut layer = Layer::new("Hypertext Transfer Protocol");
    let filter = if response { "http.response.line" } else { "http.request.line" };
    layer.add(if response { "Status line" } else { "Request line" }, filter, first);
    for line in data.split(|byte| *byte == b'\n').skip(1).take(ROWS) {
        let line = String::from_utf8_lossy(line);
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        layer.named(name.to_string().into(), "", value.trim_start().to_string());
    }
    Some(layer)
}
