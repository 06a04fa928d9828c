//! What the log of a device on the path says of a connection.

use alloc::string::String;

/// One line of a device's log that tells of an exchange's connection.
#[derive(Clone, Debug, PartialEq)]
pub struct DeviceWord {
    /// What the device did, as a sentence.
    pub text: String,
    /// The format of its log, as in `inputs[].format`.
    pub log: &'static str,
    /// How it bears on the failure.
    pub bearing: Bearing,
    /// Addresses and ports of both ends are the captured connection's: it can be no other.
    pub exact: bool,
}

/// How a device's word bears on a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bearing {
    /// A part of the gateway itself blocked it.
    OwnBlock,
    /// A device on the path blocked it.
    Block,
    /// It let it pass, and what ended it came from beyond.
    Beyond,
    /// It let it pass.
    Pass,
}

impl Bearing {
    /// The device itself is the cause.
    #[must_use]
    pub fn blames(self) -> bool {
        matches!(self, Self::OwnBlock | Self::Block)
    }
}
