//! Texts: each piece is told by its form, and what is neither known nor harmless is replaced.

use alloc::format;
use alloc::string::{String, ToString};
use core::net::{IpAddr, Ipv4Addr};

use super::pieces::pieces;
use super::{Kind, Redactor};

/// As many digits in a row name an account, a card or a person more often than they count something.
const LONG_NUMBER: usize = 9;
/// Endings of file names that say what kind of file it is.
const ENDINGS: &[&str] =
    &["pcap", "pcapng", "cap", "log", "txt", "har", "json", "html", "htm", "csv", "gz", "s", "1", "2", "3"];
/// Colons of a piece whose parts are told one by one; one with more is a word as a whole.
const COLONS: usize = 64;
/// What logs and captures are called everywhere.
const USUAL: &[&str] =
    &["access", "accesslog", "aclog", "cache", "capture", "error", "gateway", "page", "pasted", "browser"];

impl Redactor {
    /// A text with all that is not the engine's own replaced.
    pub fn text(&mut self, text: &str) -> String {
        let mut told = String::with_capacity(text.len());
        let mut at = 0;
        for (from, to) in pieces(text) {
            told.push_str(text.get(at..from).unwrap_or_default());
            told.push_str(&self.piece(text.get(from..to).unwrap_or_default()));
            at = to;
        }
        told.push_str(text.get(at..).unwrap_or_default());
        told
    }

    fn piece(&mut self, piece: &str) -> String {
        let lower = piece.to_lowercase();
        if let Some(kind) = self.known.get(lower.as_str()) {
            return match kind {
                Kind::Host => self.host(piece),
                Kind::File => self.file(piece),
                kind => self.word(*kind, piece),
            };
        }
        // What curl's --connect-to takes: two empty fields, and no IPv4 address inside of an IPv6 one.
        if let Some(rest) =
            piece.strip_prefix("::").filter(|rest| rest.contains('.') && !rest.starts_with(['f', 'F', ':']))
        {
            return format!("::{}", self.piece(rest));
        }
        if let Ok(address) = piece.parse::<IpAddr>() {
            return self.ip(address).to_string();
        }
        // Before numbers: its digits may be no letters.
        if let Some(address) = hardware(piece) {
            return super::card(self.hardware(address));
        }
        if !holds_address(piece) && (self.own(&lower) || harmless_number(piece)) {
            return piece.to_string();
        }
        self.unknown(piece)
    }

    /// Whether the engine could have written it; in small letters.
    pub(super) fn own(&self, lower: &str) -> bool {
        // HAProxy's states end with hyphens.
        let state = lower.strip_suffix("--").is_some_and(|state| state.len() == 2);
        state
            || self.words.contains(lower)
            || self.words.contains(format!("{lower}/").as_str())
            || lower.strip_prefix("utc").is_some_and(harmless_number)
            || lower.strip_prefix("errno=").is_some_and(harmless_number)
    }

    /// The name of a file without its ending, which says its kind. Names that logs and captures usually have stay.
    pub(super) fn file(&mut self, name: &str) -> String {
        match name.rsplit_once('.') {
            Some((rest, ending)) if ENDINGS.contains(&ending.to_lowercase().as_str()) => {
                format!("{}.{ending}", self.file(rest))
            }
            _ if USUAL.contains(&name) => name.to_string(),
            _ => self.word(Kind::File, name),
        }
    }

    /// By its form.
    fn unknown(&mut self, piece: &str) -> String {
        if let Some((scheme, rest)) = piece.split_once("://") {
            return format!("{scheme}://{}", self.authority_and_path(rest));
        }
        if piece.starts_with('/') {
            return self.path(piece);
        }
        if let Some((domain, user)) = piece.split_once('\\') {
            return format!("{}\\{}", self.word(Kind::User, domain), self.word(Kind::User, user));
        }
        if let Some((user, host)) = piece.rsplit_once('@') {
            return format!("{}@{}", self.word(Kind::User, user), self.piece(host));
        }
        // `TCP_MISS/503`, `www.example.com/TLSv1.3`, `host:443`, `2001:db8::1:80`: each part by itself.
        if let Some((left, right)) = piece.rsplit_once(':')
            && let Ok(address) = left.parse::<IpAddr>()
        {
            return format!("{}:{}", self.ip(address), self.piece(right));
        }
        if let Some(at) = piece.find(['/', '?']) {
            let (left, right) = piece.split_at(at);
            let harmless = right.strip_prefix('/').filter(|right| self.all_harmless(right));
            return match (harmless, right.strip_prefix('/')) {
                (Some(right), _) => format!("{}/{right}", self.piece(left)),
                // `HIER_DIRECT/192.0.2.10`, `DIRECT/www.example.com`
                (None, Some(right)) if !right.contains(['/', '?', '=']) && self.own(&left.to_lowercase()) => {
                    format!("{left}/{}", self.piece(right))
                }
                _ => format!("{}{}", self.piece(left), self.path(right)),
            };
        }
        if let Some((left, right)) = piece.split_once(':')
            && right.bytes().filter(|byte| *byte == b':').count() < COLONS
        {
            return format!("{}:{}", self.piece(left), self.piece(right));
        }
        if is_name(piece) { self.host(piece) } else { self.word(Kind::Word, piece) }
    }

    /// Parts between slashes and colons that the engine could have written.
    fn all_harmless(&self, text: &str) -> bool {
        let own = |part: &str| self.own(&part.to_lowercase()) || harmless_number(part);
        !holds_address(text) && text.split(['/', ':']).all(own)
    }

    /// `user@host:port/path?query`
    fn authority_and_path(&mut self, text: &str) -> String {
        let (authority, path) = text.split_at(text.find(['/', '?', '#']).unwrap_or(text.len()));
        format!("{}{}", self.authority(authority), self.path(path))
    }

    /// `user:password@host:port`
    pub(super) fn authority(&mut self, text: &str) -> String {
        if let Some((user, host)) = text.rsplit_once('@') {
            return format!("{}@{}", self.word(Kind::User, user), self.authority(host));
        }
        if let Ok(address) = text.parse::<core::net::SocketAddr>() {
            return self.socket(address).to_string();
        }
        if let Some(six) = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
            return format!("[{}]", self.host(six));
        }
        match text.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) && port.len() <= 5 => {
                format!("{}:{port}", self.host_or_word(host))
            }
            _ => self.host_or_word(text),
        }
    }

    fn host_or_word(&mut self, text: &str) -> String {
        // What the advice says where a name is not known.
        let placeholder = matches!(text, "" | "-" | "<host>" | "<server>" | "<gateway>");
        if placeholder { text.to_string() } else { self.host(text) }
    }

    /// Segments, names and values one by one; as long as the original.
    pub fn path(&mut self, text: &str) -> String {
        let mut told = String::with_capacity(text.len());
        for part in text.split_inclusive(['/', '?', '&', ';', '=', '#', ':', '@', ',', '+']) {
            let name = part.trim_end_matches(['/', '?', '&', ';', '=', '#', ':', '@', ',', '+']);
            if !name.is_empty() {
                told.push_str(&self.word(Kind::Path, name));
            }
            told.push_str(part.get(name.len()..).unwrap_or_default());
        }
        told
    }

    /// A request target: a URL, a path, `host:port`, `*`.
    pub(super) fn target(&mut self, text: &str) -> String {
        match text.split_once("://") {
            _ if text.starts_with('/') || text == "*" => self.path(text),
            Some((scheme, rest)) if scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
                format!("{scheme}://{}", self.authority_and_path(rest))
            }
            _ => self.authority_and_path(text),
        }
    }
}

/// Whether an IPv4 address is in it, as in `192.0.2.10:80` or `192.0.2.0/24`.
fn holds_address(piece: &str) -> bool {
    let mut runs = piece.split(|letter: char| !letter.is_ascii_digit() && letter != '.');
    runs.any(|run| run.trim_matches('.').parse::<Ipv4Addr>().is_ok())
}

/// Digits and signs, with a unit: times, sizes, statuses, ports.
fn harmless_number(piece: &str) -> bool {
    let longest = piece.split(|letter: char| !letter.is_ascii_digit()).map(str::len).max().unwrap_or(0);
    // Seconds or milliseconds since 1970.
    let epoch = matches!(longest, 10 | 13) && piece.trim_start_matches(['[', '*']).starts_with('1');
    let hexadecimal = piece
        .strip_prefix("0x")
        .is_some_and(|rest| (1..=8).contains(&rest.len()) && rest.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let fraction = piece.contains('.');
    if hexadecimal {
        return true;
    }
    if longest >= LONG_NUMBER && !epoch && !fraction {
        return false;
    }
    let letters: String = piece.chars().filter(|letter| letter.is_alphabetic()).collect();
    let unit =
        matches!(letters.as_str(), "" | "ms" | "s" | "B" | "kB" | "MB" | "GB" | "h" | "min" | "d" | "KiB" | "MiB");
    let time = matches!(letters.as_str(), "T" | "TZ" | "Z") && longest <= 9 && piece.contains(':');
    let single = piece.len() == 1 && piece.is_ascii();
    unit || time || single
}

/// Letters, digits and hyphens with dots between.
fn is_name(piece: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.chars().all(|letter| letter.is_alphanumeric() || "-_*".contains(letter))
    };
    piece.contains('.') && piece.split('.').all(label)
}

/// `00:50:56:01:02:03`, `00-50-56-01-02-03`
fn hardware(piece: &str) -> Option<[u8; 6]> {
    let sign = if piece.contains('-') { '-' } else { ':' };
    let mut address = [0; 6];
    let mut parts = piece.split(sign);
    for byte in &mut address {
        let part = parts.next().filter(|part| part.len() == 2)?;
        *byte = u8::from_str_radix(part, 16).ok()?;
    }
    parts.next().is_none().then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        Redactor::new([2; 16]).text(text)
    }

    #[test]
    fn the_engines_own_words_stay() {
        for text in [
            "The gateway's SYN got no SYN-ACK: 3 tries in 3.0 s.",
            "frame.time_epoch>=1773129600.001030000 && tcp.port==3128",
            "2026-03-10T08:00:07.390Z TCP_MISS/503 0x400d 99%",
            "Via, X-Squid-Error: ERR_CONNECT_FAIL/errno=111, HIER_NONE/-",
            "the captures show that it is UTC+2 (±433 ms)",
            "127.0.0.1 and ::1",
        ] {
            assert_eq!(told(text), text);
        }
    }

    #[test]
    fn whatever_else_a_text_holds_does_not() {
        for (text, secrets) in [
            (
                "curl -v --proxy 10.1.2.3:3128 http://intra.corp.example:8080/a/b?user=jdoe#x",
                &["10.1.2.3", "intra", "jdoe"][..],
            ),
            ("--connect-to ::192.0.2.10:80", &["192.0.2.10"]),
            ("[2001:db8::17]:443, 2001:db8::17", &["2001:db8"]),
            ("cs-username=\"ACME\\\\john.smith\" mail john.smith@acme.test", &["ACME", "acme", "john", "smith"]),
            ("00:50:56:01:02:03 00-50-56-01-02-03", &["00:50:56", "00-50-56"]),
            ("session 4111111111111111 of account 123456789", &["4111", "123456789"]),
            ("/srv/www/kundenportal/index.php", &["kundenportal"]),
            ("outbound|80||shop.prod.svc.cluster.local", &["shop", "prod"]),
            ("DIRECT/www.acme.test", &["acme"]),
            ("a=Müller", &["Müller"]),
        ] {
            let told = told(text);
            for secret in secrets {
                assert!(!told.contains(secret), "{secret} is left: {told}");
            }
        }
    }

    #[test]
    fn a_piece_of_very_many_parts_is_replaced_as_a_whole() {
        for piece in ["word:".repeat(20_000), ":".repeat(20_000) + "a.b", "word.".repeat(20_000) + "example"] {
            let told = told(&piece);
            assert!(told.len() == piece.len() && !told.contains("word"));
        }
    }

    #[test]
    fn structure_stays() {
        let mut redactor = Redactor::new([2; 16]);
        let told = redactor.text("GET http://shop.example.com:8080/cart?id=17 for shop.example.com from 192.0.2.7");
        let host = redactor.host("shop.example.com");
        assert!(told.starts_with(&format!("GET http://{host}:8080/")), "{told}");
        assert!(told.contains(&format!(" for {host} from ")), "{told}");
        assert!(told.ends_with(&redactor.ip([192, 0, 2, 7].into()).to_string()), "{told}");
        assert_eq!(redactor.target("/cart?id=17").len(), "/cart?id=17".len());
    }

    #[test]
    fn a_name_that_a_field_tells_is_one_although_the_engine_has_the_word() {
        let mut redactor = Redactor::new([2; 16]);
        assert_eq!(redactor.text("proxy answered 502"), "proxy answered 502");
        redactor.known.insert("proxy".into(), Kind::Host);
        assert!(!redactor.text("proxy answered 502").contains("proxy"));
    }
}
