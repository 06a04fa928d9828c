//! One object of JSON, borrowed: an object's names and values, and those of the objects inside it, no deeper. Strings stay
//! as they are written, escapes and all; lists are passed over.

use alloc::string::String;

/// Objects are read so deep; what lies deeper is passed over.
const DEPTH: u32 = 4;

/// Hands every `(name of the object around it, name, value)` over; false where the line is no whole object.
pub fn scan<'a>(line: &'a str, visit: &mut dyn FnMut(&'a str, &'a str, &'a str)) -> bool {
    let at = blanks(line, 0);
    line.as_bytes().get(at) == Some(&b'{') && object(line, at + 1, "", DEPTH, visit).is_some()
}

fn object<'a>(
    text: &'a str,
    mut at: usize,
    around: &'a str,
    depth: u32,
    visit: &mut dyn FnMut(&'a str, &'a str, &'a str),
) -> Option<usize> {
    let bytes = text.as_bytes();
    loop {
        at = blanks(text, at);
        match bytes.get(at)? {
            b'}' => return Some(at + 1),
            b',' => {
                at += 1;
                continue;
            }
            b'"' => {}
            _ => return None,
        }
        let (name, after) = string(text, at)?;
        at = blanks(text, after);
        if bytes.get(at) != Some(&b':') {
            return None;
        }
        at = blanks(text, at + 1);
        at = match bytes.get(at)? {
            b'"' => {
                let (value, after) = string(text, at)?;
                visit(around, name, value);
                after
            }
            b'{' if depth > 1 => object(text, at + 1, name, depth - 1, visit)?,
            b'{' | b'[' => skip(text, at)?,
            _ => {
                let rest = bytes.get(at..)?;
                let length =
                    rest.iter().position(|b| matches!(b, b',' | b'}' | b']' | b' ' | b'\t' | b'\n' | b'\r'))?;
                let value = text.get(at..at + length).filter(|value| !value.is_empty())?;
                visit(around, name, value);
                at + length
            }
        };
    }
}

/// The text in quotes that begin at this byte, and the byte after them.
fn string(text: &str, at: usize) -> Option<(&str, usize)> {
    let bytes = text.as_bytes();
    let from = at + 1;
    let mut end = from;
    loop {
        end += memchr::memchr2(b'"', b'\\', bytes.get(end..)?)?;
        if bytes.get(end) == Some(&b'"') {
            return Some((text.get(from..end)?, end + 1));
        }
        end += 2;
    }
}

/// The byte after the list or object that begins at this one.
fn skip(text: &str, mut at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut open = 0_usize;
    loop {
        match bytes.get(at)? {
            b'"' => at = string(text, at)?.1,
            b'{' | b'[' => {
                open += 1;
                at += 1;
            }
            b'}' | b']' => {
                open -= 1;
                at += 1;
                if open == 0 {
                    return Some(at);
                }
            }
            _ => at += 1,
        }
    }
}

fn blanks(text: &str, at: usize) -> usize {
    let rest = text.as_bytes().get(at..).unwrap_or_default();
    at + rest.iter().position(|b| !matches!(b, b' ' | b'\t' | b'\n' | b'\r')).unwrap_or(rest.len())
}

/// Appends a string as it was before it was written in JSON; an escape that is none stays (RFC 8259 section 7).
pub fn unescape(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        out.push_str(rest.get(..at).unwrap_or_default());
        let after = rest.get(at + 1..).unwrap_or_default();
        let hex = || after.get(1..5).and_then(|hex| u32::from_str_radix(hex, 16).ok());
        let (letter, length) = match after.as_bytes().first() {
            Some(b'n') => ('\n', 1),
            Some(b'r') => ('\r', 1),
            Some(b't') => ('\t', 1),
            Some(b'b') => ('\u{8}', 1),
            Some(b'f') => ('\u{c}', 1),
            Some(letter @ (b'"' | b'\\' | b'/')) => (char::from(*letter), 1),
            Some(b'u') => match hex() {
                // Half of a pair has no character of its own.
                Some(number) => (char::from_u32(number).unwrap_or('\u{fffd}'), 5),
                None => ('\u{fffd}', 1),
            },
            _ => ('\\', 0),
        };
        out.push(letter);
        rest = after.get(length..).unwrap_or_default();
    }
    out.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn all(line: &str) -> (bool, Vec<String>) {
        let mut out = Vec::new();
        let whole = scan(line, &mut |around, name, value| out.push(alloc::format!("{around}.{name}={value}")));
        (whole, out)
    }

    #[test]
    fn names_and_values() {
        let line = r#" {"a":1, "b" : "x\"y\\","c":[{"d":502},"]"],"e":{"f":-1.5,"g":{"h":504},"i":null},"j":true}"#;
        let (whole, found) = all(line);
        assert!(whole);
        assert_eq!(found, [".a=1", ".b=x\\\"y\\\\", "e.f=-1.5", "g.h=504", "e.i=null", ".j=true"]);
        for end in (0..line.len()).filter(|end| line.is_char_boundary(*end)) {
            assert!(!all(&line[..end]).0, "{end}");
        }
    }

    #[test]
    fn escapes() {
        let of = |text| {
            let mut out = String::new();
            unescape(text, &mut out);
            out
        };
        assert_eq!(of(r#"a\"b\\\/\n\t\u00e9\ud83d\ude00 c"#), "a\"b\\/\n\t\u{e9}\u{fffd}\u{fffd} c");
        assert_eq!(
            (of("\\"), of("\\u12"), of("\\u12é"), of("\\x")),
            ("\\".into(), "\u{fffd}12".into(), "\u{fffd}12é".into(), "\\x".into())
        );
    }

    #[test]
    fn depth_costs_no_stack() {
        let deep = r#"{"":"#.repeat(200_000);
        assert!(!all(&deep).0);
        assert!(!all(&alloc::format!("{{\"a\":{}", "[".repeat(200_000))).0);
    }
}
