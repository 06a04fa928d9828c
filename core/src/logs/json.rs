//! One line of JSON, borrowed: an object's names and values, and those of the objects inside it, no deeper. Strings stay
//! as they are written, escapes and all; lists are passed over.

/// Objects are read so deep; what lies deeper is passed over.
const DEPTH: u32 = 2;

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
                let length = rest.iter().position(|b| matches!(b, b',' | b'}' | b']' | b' ' | b'\t'))?;
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
    at + rest.iter().position(|b| !matches!(b, b' ' | b'\t')).unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;
    use alloc::vec::Vec;

    fn all(line: &str) -> (bool, Vec<String>) {
        let mut out = Vec::new();
        let whole = scan(line, &mut |around, name, value| out.push(alloc::format!("{around}.{name}={value}")));
        (whole, out)
    }

    #[test]
    fn names_and_values_two_deep() {
        let line = r#" {"a":1, "b" : "x\"y\\","c":[{"d":502},"]"],"e":{"f":-1.5,"g":{"h":504},"i":null},"j":true}"#;
        let (whole, found) = all(line);
        assert!(whole);
        assert_eq!(found, [".a=1", ".b=x\\\"y\\\\", "e.f=-1.5", "e.i=null", ".j=true"]);
        for end in (0..line.len()).filter(|end| line.is_char_boundary(*end)) {
            assert!(!all(&line[..end]).0, "{end}");
        }
    }

    #[test]
    fn depth_costs_no_stack() {
        let deep = r#"{"":"#.repeat(200_000);
        assert!(!all(&deep).0);
        assert!(!all(&alloc::format!("{{\"a\":{}", "[".repeat(200_000))).0);
    }
}
