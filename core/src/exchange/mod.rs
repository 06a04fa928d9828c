//! The meeting point: captures and logs fill exchanges and attempts, categories read only those.
//!
//! An **exchange** is one request by a client to the gateway and what the gateway answered. An **attempt** is one
//! try by the gateway to obtain it upstream, in phases. `NotSeen` keeps the silence of a log, or of a capture of
//! one side, from reading as success.

mod attempt;
mod claim;
mod device;
mod event;
mod failures;
mod proof;
mod root;
mod secure;

use alloc::string::String;
use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};

use crate::fingerprints::Marks;
use crate::sparing::{Nothing, Seldom};
use crate::time::{Span, Timestamp};

pub use attempt::{Attempt, Left, Phase};
pub use claim::Claim;
pub use device::{Bearing, DeviceWord};
pub use event::{Event, FILES, Flow, Source, What};
pub use failures::{
    ConnectFailure, Flaw, Icmp, ReceiveFailure, ResolveFailure, SecureFailure, SendFailure, WaitFailure,
};
pub use proof::{Between, Proof, Sighting};
pub use root::{Names, Root};
pub use secure::{Problem, Tls, day};

/// One request and its answer.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// Who asked; `None` where the client's side was not captured.
    pub client: Option<IpAddr>,
    /// The gateway's address: as the client reached it, else as it went out.
    pub gateway: Option<IpAddr>,
    /// When the gateway received the request, else when its first attempt began.
    pub begun: Timestamp,
    /// Host name or address wanted, lower case, without port.
    pub host: Option<String>,
    /// Port wanted.
    pub port: Option<u16>,
    /// Request method.
    pub method: Option<String>,
    /// Target as the client wrote it.
    pub target: Option<String>,
    /// What the client received.
    pub answer: Answer,
    /// Tries upstream, in time order; failed name resolution is one.
    pub attempts: Vec<Attempt>,
    /// What the gateway's log says of the failure.
    pub claim: Option<Claim>,
    /// The TLS handshake between client and gateway, where the gateway is its server: it decrypts, or serves https
    /// itself.
    pub client_secure: Phase<SecureFailure>,
    /// Client side of the story; the attempts hold theirs.
    pub events: Vec<Event>,
    /// These inputs show how the gateway goes out: where no attempt was seen, none was made.
    pub outward: bool,
    /// What these inputs could not have shown, as sentences.
    pub doubts: Vec<String>,
    /// What beside the attempts bears on the failure.
    pub signs: Seldom<Signs>,
    /// Where the request went, by the names of the gateway's log.
    pub names: Names,
}

/// What beside the attempts bears on a failure.
#[derive(Clone, Debug, Default)]
pub struct Signs {
    /// The names in the request's `Via`, as the gateway received it.
    pub via: Vec<String>,
    /// The request carried `Via`, `Forwarded` or `X-Forwarded-For`: a gateway sent it.
    pub forwarded: bool,
    /// What the gateway's own answer says of the failure (`Proxy-Status`, `X-Squid-Error`).
    pub word: Option<Claim>,
    /// These captures began after the request: what it asked for, and what the gateway had tried by then, is not seen.
    pub late: bool,
    /// What the gateway answered was not captured, or cut off: its attempts alone tell of it.
    pub unread: bool,
    /// The head of its answer was captured in part: a reason that it gives may be missing.
    pub head_cut: bool,
    /// Marks of whoever made the answer, of its head and its page.
    pub marks: Marks,
    /// What these say at this gateway, or what a browser says of an answer that did not come.
    pub told: Option<Claim>,
    /// How the request came back to the gateway, as a sentence.
    pub looped: Option<String>,
    /// The first packets of the requests that it was when it came back.
    pub rounds: Vec<Source>,
    /// The client's window was closed for long when the gateway ended its answer: where it closed.
    pub client_full: Option<Source>,
    /// The service that the gateway needs first and that failed.
    pub service: Option<Service>,
    /// How the engineer's own test of the same site differs, as sentences.
    pub compared: Vec<String>,
    /// Packets of that test.
    pub test: Vec<Event>,
    /// What a capture of another place proves of the client's side.
    pub proof: Option<Proof>,
    /// What the logs of devices on the path say, the gateway's own monitor among them.
    pub devices: Vec<DeviceWord>,
    /// It is no request, but a line that only adds to one that began so long after it at most.
    pub aside: Option<Span>,
    /// What went before in the gateway's log, and explains the failure.
    pub root: Option<Root>,
}

impl Nothing for Signs {
    fn nothing() -> &'static Self {
        static NOTHING: Signs = Signs {
            via: Vec::new(),
            forwarded: false,
            word: None,
            late: false,
            unread: false,
            head_cut: false,
            marks: Marks { list: Vec::new() },
            told: None,
            looped: None,
            rounds: Vec::new(),
            client_full: None,
            service: None,
            compared: Vec::new(),
            test: Vec::new(),
            proof: None,
            devices: Vec::new(),
            aside: None,
            root: None,
        };
        &NOTHING
    }
}

/// A service that failed before the gateway went to the origin: scanner, directory, reputation.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    /// What it is: `ICAP scanner`, or a host's name.
    pub name: String,
    /// Where.
    pub address: SocketAddr,
    /// What went wrong, as the end of a sentence: `did not answer the SYN`.
    pub failure: String,
}

/// What the client received.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// The client's side was not seen, or is encrypted.
    NotSeen,
    /// No byte until the capture ended.
    Pending,
    /// A whole response.
    Whole(Status),
    /// The response broke off: by FIN or RST of the gateway.
    Cut(Option<Status>),
    /// The gateway closed or reset the connection without a byte.
    Closed,
    /// Bytes that are no HTTP response.
    NotHttp,
    /// The client closed or reset before the whole answer was there; what of it had come by then.
    ClientLeft(Option<Status>),
}

impl Answer {
    /// Its status, where one was seen.
    #[must_use]
    pub fn status(&self) -> Option<&Status> {
        match self {
            Self::Whole(status) | Self::Cut(Some(status)) => Some(status),
            _ => None,
        }
    }
}

/// A status line.
#[derive(Clone, Debug, PartialEq)]
pub struct Status {
    /// The code, the last one if several.
    pub code: u16,
    /// The first code if a second one followed in the same stream.
    pub first: Option<u16>,
    /// The second code may be text of the first one's body: it came at once, and the body has no framing.
    pub unsure: bool,
    /// When it arrived.
    pub time: Timestamp,
    /// The answer names the gateway, its error page or its own error as its maker (`X-Squid-Error`, `Proxy-Status`).
    pub own_word: Option<String>,
}
