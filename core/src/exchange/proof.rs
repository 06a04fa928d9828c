//! What captures of several places prove together.

use alloc::string::String;
use alloc::vec::Vec;

use super::{Flow, Source};

/// What captures on both sides of something on the path prove of a failure.
#[derive(Clone, Debug, PartialEq)]
pub struct Proof {
    /// What happened between them.
    pub what: Between,
    /// One or two sentences, with the names of the captures.
    pub text: String,
    /// The packets that show it, of either capture.
    pub packets: Vec<Sighting>,
}

/// A packet that another capture holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Sighting {
    /// Packet.
    pub source: Source,
    /// It was sent by the one that opened the connection.
    pub by_client: bool,
    /// What it shows.
    pub text: String,
    /// Its connection, as that capture has it.
    pub flow: Flow,
}

/// What happened between two capture places, or beyond the further one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Between {
    /// The SYN went in and did not come out.
    SynDropped,
    /// The SYN passed; nothing came back to the further place either.
    NoAnswerBeyond,
    /// The SYN-ACK came back as far as the further place.
    SynAckDropped,
    /// The SYN-ACK came to a place that had not seen the SYN.
    SynAckElsewhere,
    /// A RST came out that had not gone in.
    ResetMade,
    /// The RST passed both places, from the host whose address it has.
    ResetByHost,
    /// The RST passed both places; who beyond the further one made it is not told.
    ResetFromBeyond,
    /// A FIN came out that had not gone in.
    CloseMade,
    /// Bytes of the request went in and did not come out.
    RequestDropped,
    /// Bytes of the response went in and did not come out.
    ResponseDropped,
    /// A response came out that had not gone in.
    ResponseMade,
    /// The request passed; no byte of a response came back to the further place either.
    SilentBeyond,
    /// The ICMP error did not come from beyond the further place.
    IcmpMade,
    /// It did.
    IcmpFromBeyond,
}

impl Between {
    /// What lies between the two captures did it.
    #[must_use]
    pub fn blames_device(self) -> bool {
        matches!(
            self,
            Self::SynDropped
                | Self::SynAckDropped
                | Self::ResetMade
                | Self::CloseMade
                | Self::RequestDropped
                | Self::ResponseDropped
                | Self::ResponseMade
                | Self::IcmpMade
        )
    }
}
