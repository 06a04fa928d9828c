//! Captures: bytes → frames → packets → connections and lookups.

pub(crate) mod bytes;
pub(crate) mod clock;
pub(crate) mod connection;
pub(crate) mod connections;
pub(crate) mod conversation;
#[cfg(feature = "std")]
pub(crate) mod file;
pub(crate) mod filter;
pub(crate) mod fragments;
pub(crate) mod handshake;
#[cfg(feature = "std")]
mod interface;
#[cfg(test)]
mod limits;
pub(crate) mod link;
pub(crate) mod lookups;
pub(crate) mod marks;
pub(crate) mod met;
pub(crate) mod packet;
pub(crate) mod point;
mod records;
#[cfg(feature = "std")]
mod recover;
pub(crate) mod seam;
mod segments;
pub(crate) mod transaction;
pub(crate) mod tunnel;
pub(crate) mod views;

use crate::time::Timestamp;

/// One captured frame, borrowed from the file's bytes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Frame<'a> {
    /// When it was captured; zero where the file does not say.
    pub time: Timestamp,
    /// From 1, as Wireshark numbers it.
    pub number: u64,
    /// Byte offset of `data` in the (decompressed) file.
    pub offset: u64,
    /// Captured bytes.
    pub data: &'a [u8],
    /// Bytes on the wire.
    pub original: u32,
    /// Link-layer type.
    pub link: u16,
    /// Sent (true) or received by the capturing host, where the file says.
    pub outgoing: Option<bool>,
    /// Which interface of its section, from 0.
    pub interface: u32,
    /// Which section of the file, from 1; 0 where files have none.
    pub section: u32,
    /// Packets that the capturing host missed just before it.
    pub missed: u32,
    /// The same number for each copy of a packet, where the file gives one.
    pub packet_id: Option<u64>,
}

impl Frame<'_> {
    /// The same frame without its bytes.
    fn empty(&self) -> Frame<'static> {
        let Self { time, number, offset, original, link, outgoing, interface, section, missed, packet_id, .. } = *self;
        Frame { time, number, offset, data: &[], original, link, outgoing, interface, section, missed, packet_id }
    }
}

/// A frame that waits.
pub(crate) struct Kept {
    frame: Frame<'static>,
    data: alloc::boxed::Box<[u8]>,
}

impl Kept {
    /// Keeps a frame.
    pub fn of(frame: &Frame<'_>) -> Self {
        Self { frame: frame.empty(), data: frame.data.into() }
    }

    /// The frame.
    pub fn frame(&self) -> Frame<'_> {
        Frame { data: &self.data, ..self.frame }
    }
}
