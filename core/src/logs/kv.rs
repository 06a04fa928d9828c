//! `key=value` pairs of one line, borrowed. A value ends before the next key, so that it may hold blanks without quotes;
//! quotes are taken off where they stand around all of it.

/// The longest key.
const KEY: usize = 64;

/// The pairs of a line, in order; what stands before the first key is passed over.
#[derive(Clone, Debug)]
pub struct Pairs<'a> {
    text: &'a str,
    /// The next key, and where its value begins.
    next: Option<(&'a str, usize)>,
    /// Only this separates pairs: `\t`; else any blank.
    separator: Option<u8>,
}

impl<'a> Pairs<'a> {
    /// Pairs that blanks separate.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        Self { text, next: key(text, 0, None).map(|(_, key, value)| (key, value)), separator: None }
    }

    /// Pairs that this byte separates.
    #[must_use]
    pub fn separated(text: &'a str, separator: u8) -> Self {
        let separator = Some(separator);
        Self { text, next: key(text, 0, separator).map(|(_, key, value)| (key, value)), separator }
    }
}

impl<'a> Iterator for Pairs<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let (name, from) = self.next.take()?;
        let rest = self.text.get(from..)?;
        if rest.starts_with('"') {
            let bytes = rest.as_bytes();
            let ends = |at: &usize| matches!(bytes.get(at + 1), None | Some(b' ' | b'\t' | b','));
            let end = memchr::memchr_iter(b'"', bytes).skip(1).find(ends);
            let value = rest.get(1..end.unwrap_or(rest.len()))?;
            let after = from + end.map_or(rest.len(), |end| end + 1);
            self.next = key(self.text, after, self.separator).map(|(_, key, value)| (key, value));
            return Some((name, value));
        }
        match key(self.text, from, self.separator) {
            Some((begin, key, value)) => {
                self.next = Some((key, value));
                Some((name, self.text.get(from..begin)?.trim()))
            }
            None => Some((name, rest.trim())),
        }
    }
}

/// The next key from this byte on: where it begins, its name, and where its value begins.
fn key(text: &str, from: usize, separator: Option<u8>) -> Option<(usize, &str, usize)> {
    let bytes = text.as_bytes();
    let separates = |byte: u8| separator.map_or(matches!(byte, b' ' | b'\t' | b','), |only| byte == only);
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'(' | b')');
    memchr::memchr_iter(b'=', bytes.get(from..)?).map(|at| from + at).find_map(|at| {
        let before = bytes.get(from..at)?;
        let length = before.iter().rev().take(KEY).take_while(|byte| letter(**byte)).count();
        let begin = at - length;
        let first = bytes.get(begin).is_some_and(u8::is_ascii_alphabetic);
        // A text may begin with a key; else something separates it from what is before.
        let apart = begin == 0 || bytes.get(begin - 1).is_some_and(|byte| separates(*byte));
        (length > 0 && first && apart).then(|| Some((begin, text.get(begin..at)?, at + 1)))?
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn values_with_blanks_quotes_and_equals_signs() {
        let all: Vec<_> = Pairs::new(
            r#"some text a=1 b="x y"z = z" c= d=Mozilla/5.0 (X; y) path=/a?b=c&d=e ou=LDAP://x OU\=Users,DC=com/T E=last one "#,
        )
        .collect();
        assert_eq!(
            all,
            [
                ("a", "1"),
                ("b", "x y\"z = z"),
                ("c", ""),
                ("d", "Mozilla/5.0 (X; y)"),
                ("path", "/a?b=c&d=e"),
                ("ou", "LDAP://x OU\\=Users,"),
                ("DC", "com/T"),
                ("E", "last one")
            ]
        );
        let tabs: Vec<_> = Pairs::separated("2020 x=y\ta=b c=d\te=\"f\"\tg", b'\t').collect();
        assert_eq!(tabs, [("a", "b c=d"), ("e", "f")]);
        for text in ["", "=", "a", " =x", "é=1", "a=\"", "a=\"x", "=====", "a=é b=", "1=2"] {
            let _ = Pairs::new(text).count();
        }
        assert_eq!(Pairs::new("a=\"cut off").last(), Some(("a", "cut off")));
    }
}
