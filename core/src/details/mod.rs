//! One packet, decoded layer by layer for people to read: what each field is called, its name in Wireshark's display
//! filters, and its value. As far as the product knows the layer; the bytes themselves are shown beside it.

mod message;
mod network;
mod transport;

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::again::Seen;
use crate::capture::link;
use crate::visible;

/// Bytes of a packet that are shown.
const BYTES: usize = 1_024;
/// Characters of one value.
const VALUE: usize = 400;

/// One packet.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Details {
    /// Outermost first.
    pub layers: Vec<Layer>,
    /// Its first bytes, at most 1,024.
    pub bytes: Vec<u8>,
}

/// One layer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Layer {
    /// As Wireshark calls it: `Transmission Control Protocol`.
    pub name: Cow<'static, str>,
    /// In the order of the packet.
    pub fields: Vec<Field>,
}

/// One field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// What it is called.
    pub name: Cow<'static, str>,
    /// Its name in Wireshark's display filters; empty where it has none.
    pub filter: Cow<'static, str>,
    /// Its value in words.
    pub value: String,
}

impl Layer {
    fn new(name: &'static str) -> Self {
        Self { name: Cow::Borrowed(name), fields: Vec::new() }
    }

    fn add(&mut self, name: &'static str, filter: &'static str, value: impl Into<String>) {
        self.named(Cow::Borrowed(name), filter, value.into());
    }

    fn named(&mut self, name: Cow<'static, str>, filter: &'static str, mut value: String) {
        let name = match name {
            Cow::Owned(mut name) => {
                visible::make(&mut name);
                Cow::Owned(name)
            }
            ours => ours,
        };
        visible::make(&mut value);
        if let Some((at, _)) = value.char_indices().nth(VALUE) {
            value.truncate(at);
            value.push('…');
        }
        self.fields.push(Field { name, filter: Cow::Borrowed(filter), value });
    }
}

/// Decodes a packet.
#[must_use]
pub fn of(seen: &Seen<'_>) -> Details {
    let mut frame = Layer::new("Frame");
    frame.add("Number", "frame.number", format!("{}", seen.number));
    frame.add("Time", "frame.time_epoch", seen.time.to_string());
    frame.add("Bytes on the wire", "frame.len", format!("{}", seen.original));
    if (seen.data.len() as u64) < u64::from(seen.original) {
        frame.add("Bytes captured", "frame.cap_len", format!("{}", seen.data.len()));
    }
    if seen.interface > 0 {
        frame.add("Interface", "frame.interface_id", format!("{}", seen.interface));
    }
    let mut layers = Vec::from([frame]);
    if let Some(link) = link::strip(seen.link, seen.data) {
        layers.extend(network::link_layer(seen, &link));
        network::packet(link.network, &mut layers);
    }
    let bytes = seen.data.get(..BYTES).unwrap_or(seen.data).to_vec();
    Details { layers, bytes }
}

#[cfg(test)]
mod tests;
