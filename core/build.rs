//! Collects the words of the engine's own sentences from its source, for redaction (`src/redact/vocabulary.rs`): a word
//! that is none of them came from a file.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{env, fs};

#[path = "src/redact/pieces.rs"]
mod pieces;

fn main() {
    println!("cargo::rerun-if-changed=src");
    println!("cargo::rerun-if-changed=build.rs");
    let mut words = BTreeSet::new();
    read(Path::new("src"), &mut words);
    let mut list = String::new();
    for word in words {
        list.push_str(&word);
        list.push('\n');
    }
    let to = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join("vocabulary.txt");
    fs::write(to, list).expect("the build folder can be written to");
}

fn read(folder: &Path, words: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("the source can be read").flatten() {
        let path = entry.path();
        let name = entry.file_name();
        if path.is_dir() && name != "tests" {
            read(&path, words);
        } else if path.extension().is_some_and(|kind| kind == "rs") && name != "tests.rs" && name != "articles.rs" {
            let source = fs::read_to_string(&path).expect("the source is text");
            literals(without_tests(&source), &mut |text| {
                let words_of = pieces::pieces(text).map(|(from, to)| text[from..to].to_lowercase());
                words.extend(words_of.filter(|word| !word.contains("example.")));
            });
        }
    }
}

/// What tests and samples say are names and lines of files, not words of the engine's.
fn without_tests(source: &str) -> &str {
    let module = |rest: &str| rest.lines().nth(1).is_some_and(|line| line.contains("mod ") && line.ends_with('{'));
    let found = source.match_indices("#[cfg(test)]").find(|(at, _)| module(&source[*at..]));
    found.map_or(source, |(at, _)| &source[..at])
}

/// Hands out the string literals of Rust source, without those of a list `samples: &[…]`.
fn literals(source: &str, found: &mut dyn FnMut(&str)) {
    let bytes = source.as_bytes();
    let mut at = 0;
    let mut skipped_until: Option<usize> = None;
    let mut depth = 0_usize;
    while at < bytes.len() {
        let rest = &source[at..];
        if rest.starts_with("//") {
            at += rest.find('\n').unwrap_or(rest.len());
        } else if let Some(lead) = raw(rest) {
            let close = format!("\"{}", "#".repeat(lead - 2));
            let body = &rest[lead..];
            let length = body.find(&close).unwrap_or(body.len());
            if skipped_until.is_none() {
                found(&body[..length]);
            }
            at += lead + length + close.len();
        } else if rest.starts_with('"') {
            let (text, length) = quoted(rest);
            if skipped_until.is_none() {
                found(&text);
            }
            at += length;
        } else if let Some(letter) = rest.strip_prefix('\'') {
            // A letter in quotes, or a lifetime.
            let escaped = letter.starts_with('\\').then(|| letter[2..].find('\'').map_or(1, |end| end + 4));
            let plain = letter.chars().next().filter(|one| letter[one.len_utf8()..].starts_with('\''));
            at += escaped.or(plain.map(|one| one.len_utf8() + 2)).unwrap_or(1);
        } else {
            match bytes[at] {
                b'[' => {
                    if skipped_until.is_none() && source[..at].ends_with("samples: &") {
                        skipped_until = Some(depth);
                    }
                    depth += 1;
                }
                b']' => {
                    depth = depth.saturating_sub(1);
                    if skipped_until == Some(depth) {
                        skipped_until = None;
                    }
                }
                _ => {}
            }
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
}

/// The length of `r#"`, where that begins here.
fn raw(text: &str) -> Option<usize> {
    let rest = text.strip_prefix('r')?;
    let hashes = rest.bytes().take_while(|byte| *byte == b'#').count();
    rest[hashes..].starts_with('"').then_some(hashes + 2)
}

/// The text of an ordinary literal, and its length in the source.
fn quoted(text: &str) -> (String, usize) {
    let mut told = String::new();
    let mut letters = text.char_indices().skip(1).peekable();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return (told, at + 1),
            '\\' => match letters.next() {
                Some((_, 'n' | 't' | 'r' | '0')) => told.push(' '),
                Some((_, '\n')) => while letters.next_if(|(_, letter)| letter.is_whitespace()).is_some() {},
                Some((_, other)) => told.push(other),
                None => {}
            },
            other => told.push(other),
        }
    }
    (told, text.len())
}
