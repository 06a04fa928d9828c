//! Lines that a container runtime or a shipper wrapped in JSON: Docker's `{"log":"…\n","stream":"stdout","time":"…"}`,
//! the `message` of Filebeat, Fluent Bit and journald. What is inside is a line like any other.
//!
//! Non-goals: objects that say themselves how a request ended (see `json_lines`), lines that Docker cut at 16 KiB.

use alloc::string::String;

use super::{LogFormat, Vote, json, json_lines, traefik_error};
use crate::time::Timestamp;

/// Formats of objects that say themselves what happened.
const OBJECTS: &[&LogFormat] = &[&json_lines::FORMAT, &traefik_error::FORMAT];

/// What was wrapped, and when the transport had it.
pub struct Wrapped<'a> {
    /// The line.
    pub line: &'a str,
    /// When the transport had it.
    pub received: Option<Timestamp>,
}

/// Takes the wrapping off; `None` where there is none. The buffer holds the line where it had escapes. `format`: of the
/// file, as far as it is known.
pub fn open<'a>(line: &'a str, format: Option<&LogFormat>, buffer: &'a mut String) -> Option<Wrapped<'a>> {
    if !line.starts_with('{') {
        return None;
    }
    // Docker's own layout, which nothing else writes.
    let docker = line.starts_with("{\"log\":\"");
    let of_objects = || match format {
        Some(format) if OBJECTS.iter().any(|of| core::ptr::eq(*of, format)) => true,
        _ => OBJECTS.iter().any(|format| (format.recognise)(line) != Vote::No),
    };
    if !docker && of_objects() {
        return None;
    }
    let (mut inside, mut time) = (None, "");
    json::scan(line, &mut |around, name, value| match (around, name) {
        ("", "log" | "message" | "MESSAGE") => inside = inside.or(Some(value)),
        ("", "time" | "@timestamp" | "timestamp") => time = value,
        _ => {}
    });
    let inside = inside.filter(|inside| inside.contains(' '))?;
    let line = match inside.contains('\\') {
        false => inside,
        true => {
            buffer.clear();
            json::unescape(inside, buffer);
            buffer.as_str()
        }
    };
    Some(Wrapped { line: line.trim_end_matches(['\n', '\r']), received: Timestamp::parse_rfc3339(time) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_docker_and_shippers_put_around_a_line() {
        let inside = |text: &str| {
            let mut buffer = String::new();
            open(text, None, &mut buffer).map(|wrapped| (String::from(wrapped.line), wrapped.received.is_some()))
        };
        let line = r#"10.0.0.1 - - "GET /ü HTTP/1.1" \x16"#;
        let docker = r#"{"log":"10.0.0.1 - - \"GET /\u00fc HTTP/1.1\" \\x16\r\n","stream":"stdout","time":"2026-03-10T08:00:01Z"}"#;
        assert_eq!(inside(docker), Some((line.into(), true)));
        assert_eq!(inside(r#"{"@timestamp":"x","message":"a b"}"#), Some(("a b".into(), false)));
        for none in ["a b", r#"{"log":{"version":"1.2"}}"#, r#"{"message":"started"}"#, r#"{"status":502}"#] {
            assert_eq!(inside(none), None, "{none}");
        }
    }
}
