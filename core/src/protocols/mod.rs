//! Protocols: bytes → messages. Each file is a pure parser, with a small state machine over it where messages
//! come in pieces.

pub mod dns;
pub mod hpack;
pub mod http1;
pub mod http2;
pub mod proxy_protocol;
pub mod proxy_status;
pub mod tls;
pub mod via;
