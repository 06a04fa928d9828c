//! Cuts a text into the pieces that are looked at one by one: words, addresses, names, paths, URLs.
//!
//! `build.rs` cuts the engine's own sentences by the same rules, so that their pieces are known again.

/// Letters of the longest scheme that is known as one.
const LONGEST_SCHEME: usize = 12;

/// The pieces of a text as byte ranges, in order. What lies between them is blanks and punctuation.
pub fn pieces(text: &str) -> impl Iterator<Item = (usize, usize)> + '_ {
    let mut at = 0;
    core::iter::from_fn(move || {
        while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
            let from = at;
            let length = if begins_url(rest) || begins_path(rest) { until(rest, ends_url) } else { word(rest) };
            let piece = rest.get(..length).unwrap_or_default().trim_end_matches(['.', ',', ';', ':', '?', '!', ')']);
            at += length.max(rest.chars().next().map_or(1, char::len_utf8));
            if !piece.is_empty() {
                return Some((from, from + piece.len()));
            }
        }
        None
    })
}

/// `scheme://` and something.
fn begins_url(text: &str) -> bool {
    let colon = text.bytes().take(LONGEST_SCHEME + 1).position(|byte| byte == b':');
    colon.and_then(|colon| text.split_at_checked(colon)).is_some_and(|(scheme, rest)| {
        scheme.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && scheme.starts_with(|letter: char| letter.is_ascii_alphabetic())
            && rest.strip_prefix("://").is_some_and(|rest| rest.starts_with(|letter: char| !ends_url(letter)))
    })
}

/// `/` and a letter of a path.
fn begins_path(text: &str) -> bool {
    text.strip_prefix('/').is_some_and(|rest| rest.starts_with(|letter: char| !ends_url(letter) && letter != '/'))
}

/// What no URL holds unescaped, and what texts put around one.
fn ends_url(letter: char) -> bool {
    letter.is_whitespace() || letter.is_control() || "\"'`<>“”‘’…→".contains(letter)
}

/// Whether a letter parts words.
fn parts(letter: char) -> bool {
    ends_url(letter) || "()[]{},;|=&—–−×±·".contains(letter)
}

fn until(text: &str, ends: fn(char) -> bool) -> usize {
    text.find(ends).unwrap_or(text.len())
}

/// A word; behind a slash or question mark it goes on like a URL, so that no value of a query stands alone.
fn word(text: &str) -> usize {
    let plain = until(text, parts);
    match text.get(..plain).and_then(|word| word.find(['/', '?'])) {
        Some(_) => until(text, ends_url),
        None => plain,
    }
}
