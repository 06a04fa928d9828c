//! What a device did, in a sentence.

use alloc::format;
use alloc::string::{String, ToString};
use core::net::IpAddr;

use super::rulings::{Kept, Rulings};
use super::{Action, Protocol};

/// The sentence: `fw1 dropped TCP from 10.0.0.2:4711 to 192.0.2.10:443 (rule outside-in).`
pub fn sentence(rulings: &Rulings, kept: &Kept, title: &str) -> String {
    let device = match rulings.device(kept) {
        "" => title.to_string(),
        name => name.to_string(),
    };
    let protocol = match kept.protocol {
        Protocol::Tcp => "TCP",
        Protocol::Udp => "UDP",
        Protocol::Other => "traffic",
    };
    let from = match kept.from.0 {
        Some(_) => format!(" from {}", end(kept.from)),
        None => String::new(),
    };
    let to = match (kept.to.0, rulings.name(kept)) {
        (Some(_), "") => format!(" to {}", end(kept.to)),
        (Some(_), name) => format!(" to {} ({name})", end(kept.to)),
        (None, name) => format!(" to {name}"),
    };
    let rule = match rulings.rule(kept) {
        "" => String::new(),
        rule => format!(" ({rule})"),
    };
    let what = format!("{protocol}{from}{to}");
    match kept.action {
        Action::Named => format!("{device} knows {} by the name {}.", end(kept.to), rulings.name(kept)),
        Action::Passed => format!("{device} let {what} pass{rule}."),
        Action::Dropped => format!("{device} dropped {what}{rule}."),
        Action::Refused => format!("{device} refused {what}{rule}."),
        Action::Denied => format!("{device} denied {what}{rule}."),
        Action::Reset => format!("{device} blocked {what} by RST{rule}."),
        Action::NoAnswer => format!("{device} let {what} pass, and no answer to the SYN came back to it{rule}."),
        Action::DestinationReset => format!("{device} let {what} pass, and the destination's side reset it{rule}."),
        Action::SourceReset => format!("{device} let {what} pass, and the opener's side reset it{rule}."),
        Action::Idle => format!("{device} let {what} pass and forgot it when nothing more was sent{rule}."),
        Action::Closed => format!("{device} let {what} pass, and both sides closed it{rule}."),
    }
}

fn end((address, port): (Option<IpAddr>, Option<u16>)) -> String {
    match (address, port) {
        (Some(IpAddr::V6(address)), Some(port)) => format!("[{address}]:{port}"),
        (Some(address), Some(port)) => format!("{address}:{port}"),
        (Some(address), None) => address.to_string(),
        (None, _) => "?".to_string(),
    }
}
