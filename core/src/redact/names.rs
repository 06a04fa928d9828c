//! Names that mean nothing, in place of real ones: of the same length and shape, so that they fit where bytes are
//! counted, and the same for the same original, so that what belongs together can still be seen to.

use alloc::string::String;
use alloc::vec::Vec;

use crate::tables::{HashMap, HashSet};

use super::Kind;
use super::key::Key;

/// Names whose pseudonyms are remembered, so that no two share one and all can be listed.
const REMEMBERED: usize = 200_000;
/// Letters of a host name that is replaced label by label; DNS allows 253.
const LONGEST: usize = 255;
/// How often another pseudonym is tried where one is taken.
const TURNS: u32 = 64;
/// Last labels that say what sort of name it is and belong to nobody (RFC 2606, RFC 6762, RFC 8375, ICANN's `internal`, and
/// what private networks use).
const SORTS: &[&str] = &[
    "arpa",
    "local",
    "localdomain",
    "localhost",
    "internal",
    "intranet",
    "lan",
    "home",
    "corp",
    "test",
    "example",
    "invalid",
];
/// Consonants and vowels in turn can be spoken and remembered.
const CONSONANTS: &[u8] = b"bdfghklmnprstvwz";
const VOWELS: &[u8] = b"aeiou";
/// No top-level domain begins with this letter and one of [`SECOND`] (IANA's root zone).
const FIRST: u8 = b'z';
const SECOND: &[u8] = b"bcdghjklpqrvxyz";

/// The table of names of a case.
#[derive(Default)]
pub struct Names {
    told: HashMap<(Kind, String), String>,
    taken: HashSet<(Kind, String)>,
    /// Whole host names, for the list.
    hosts: HashMap<String, String>,
}

impl Names {
    /// The pseudonym of a word.
    pub fn word(&mut self, key: Key, kind: Kind, original: &str) -> String {
        self.below(key, kind, "", original)
    }

    /// The pseudonym of a host name: label by label, so that names of one domain stay in one domain.
    pub fn host(&mut self, key: Key, original: &str) -> String {
        let lower = original.to_ascii_lowercase();
        let told = match self.hosts.get(&lower) {
            Some(told) => told.clone(),
            None => {
                let told = self.labels(key, &lower);
                if self.hosts.len() < REMEMBERED {
                    self.hosts.insert(lower, told.clone());
                }
                told
            }
        };
        // Resolvers mix capitals in (draft-vixie-dnsext-dns0x20), and asks and answers are held against each other.
        let same_case = |(told, original): (char, char)| {
            if original.is_ascii_uppercase() { told.to_ascii_uppercase() } else { told }
        };
        if original.is_ascii() { told.chars().zip(original.chars()).map(same_case).collect() } else { told }
    }

    fn labels(&mut self, key: Key, name: &str) -> String {
        if name.len() > LONGEST {
            return self.below(key, Kind::Host, "", name);
        }
        let mut labels: Vec<String> = Vec::new();
        let mut parent = String::new();
        for (at, label) in name.rsplit('.').enumerate() {
            // `www` says what it is for and not whose it is.
            let sort = name.contains('.') && at == 0 && SORTS.contains(&label);
            let reverse = at == 1 && ["in-addr", "ip6"].contains(&label) && name.ends_with(".arpa");
            let kept = label.is_empty() || sort || reverse || label == "www";
            let told = if kept { label.into() } else { self.below(key, Kind::Host, &parent, label) };
            parent.insert(0, '.');
            parent.insert_str(0, label);
            labels.push(told);
        }
        labels.reverse();
        labels.join(".")
    }

    /// The pseudonym of a label below others, or of a word alone.
    fn below(&mut self, key: Key, kind: Kind, parent: &str, original: &str) -> String {
        let scoped = |name: &str| [name, "\0", parent].concat();
        let known = (kind, scoped(original));
        if let Some(told) = self.told.get(&known) {
            return told.clone();
        }
        let top = kind == Kind::Host && parent.is_empty();
        let mut told = String::new();
        for turn in 0..TURNS {
            told = shaped(original, top, |at| {
                key.hash(kind as u8 + 16, turn, &[parent.as_bytes(), original.as_bytes(), &at.to_le_bytes()])
            });
            if told != original && !self.taken.contains(&(kind, scoped(&told))) {
                break;
            }
        }
        if self.told.len() < REMEMBERED {
            self.taken.insert((kind, scoped(&told)));
            self.told.insert(known, told.clone());
        }
        told
    }

    /// Everything of a kind that was replaced so far.
    pub fn all(&self, kind: Kind) -> Vec<(&str, &str)> {
        if kind == Kind::Host {
            return self.hosts.iter().map(|(original, told)| (original.as_str(), told.as_str())).collect();
        }
        let of = self.told.iter().filter(|((of, _), _)| *of == kind);
        of.map(|((_, original), told)| (original.split('\0').next().unwrap_or_default(), told.as_str())).collect()
    }
}

/// Letters for letters and digits for digits; other signs stay. `top`: as a top-level domain that does not exist.
fn shaped(original: &str, top: bool, random: impl Fn(u32) -> u64) -> String {
    let mut told = String::with_capacity(original.len());
    let mut block = 0;
    let mut bits = 0_u64;
    let mut escape = 0_u8;
    for (at, letter) in original.chars().enumerate() {
        for _ in 0..if letter.is_ascii() { 1 } else { letter.len_utf8() } {
            if block % 8 == 0 {
                bits = random(block);
            }
            block += 1;
            let dice = (bits & 0xFF) as usize;
            bits >>= 8;
            let of = |letters: &[u8]| char::from(letters.get(dice % letters.len().max(1)).copied().unwrap_or(b'x'));
            let drawn = match letter {
                // The two digits of a percent escape stay digits.
                '0'..='9' | 'a'..='f' | 'A'..='F' if escape > 0 => of(b"2345"),
                '0'..='9' => of(b"0123456789"),
                'a'..='z' if top && at == 0 => char::from(FIRST),
                'a'..='z' if top && at == 1 => of(SECOND),
                'A'..='Z' => of(if at % 2 == 0 { CONSONANTS } else { VOWELS }).to_ascii_uppercase(),
                '\0'..='\x7F' if !letter.is_ascii_alphabetic() => letter,
                _ => of(if told.len().is_multiple_of(2) { CONSONANTS } else { VOWELS }),
            };
            told.push(drawn);
        }
        escape = if letter == '%' { 2 } else { escape.saturating_sub(1) };
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; 16] = [9; 16];

    #[test]
    fn names_of_one_domain_stay_in_one_domain() {
        let mut names = Names::default();
        let mut of = |name: &str| names.host(Key::new(KEY), name);
        let (one, other, alone) = (of("Shop.example.com"), of("api.example.com"), of("shop.example.net"));
        assert_eq!(one.split_once('.').map(|(_, domain)| domain), other.split_once('.').map(|(_, domain)| domain));
        assert_ne!(one.to_lowercase(), alone);
        assert_eq!(one.len(), "Shop.example.com".len());
        assert!(one.starts_with(|letter: char| letter.is_ascii_uppercase()));
        assert_eq!(of("shop.example.com"), one.to_lowercase());
        assert!(of("www.example.com").starts_with("www."));
        assert!(of("printer.local").ends_with(".local"));
    }

    #[test]
    fn words_keep_their_shape_and_stay_apart() {
        let mut names = Names::default();
        let mut of = |name: &str| names.word(Key::new(KEY), Kind::Word, name);
        let told = of("Report-2026_%C3%A4.pdf");
        assert_eq!((told.len(), told.matches('%').count(), told.contains('-')), (22, 2, true));
        assert!(!told.contains("Report") && !told.contains("2026"));
        let all: HashSet<String> = ('a'..='z').take(10).map(|letter| of(&String::from(letter))).collect();
        assert_eq!(all.len(), 10);
        assert_eq!(of("ä"), of("ä"));
        assert_eq!(of("ä").len(), 2);
    }
}
