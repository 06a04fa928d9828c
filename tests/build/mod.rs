//! Builds captures packet by packet: for what a real proxy in the lab cannot be made to show.
//!
//! [`packet`] makes the bytes of one frame, [`talk`] keeps clocks and sequence numbers so that a
//! conversation reads like a script, [`dns`], [`tls`] and [`h2`] make messages, [`mod@file`] writes pcap and pcapng.
//! Nothing here reads captures.

pub mod dns;
pub mod file;
pub mod h2;
pub mod packet;
pub mod talk;
pub mod tls;
