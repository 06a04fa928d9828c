//! `Proxy-Status` (RFC 9209): what each gateway on the way says of its part in a response.
//!
//! A list of structured fields (RFC 8941), the member nearest the origin first; each gateway adds its own at the end.

use alloc::string::String;
use alloc::vec::Vec;

/// Members that are read of one list.
const MEMBERS: usize = 16;
/// Parameters that are read of one member.
const PARAMETERS: usize = 16;

/// What one gateway says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Member {
    /// Which gateway.
    pub name: String,
    /// Its error's type (section 2.3); it made the response itself.
    pub error: Option<String>,
    /// The status that it got from the next hop.
    pub received: Option<u16>,
    /// DNS response code, for `dns_error`: `NXDOMAIN`.
    pub rcode: Option<String>,
    /// The next hop, a name or an address.
    pub next_hop: Option<String>,
    /// Anything more, for people.
    pub details: Option<String>,
}

/// The members of a list; what cannot be read ends it.
#[must_use]
pub fn members(list: &str) -> Vec<Member> {
    let mut rest = Text(list);
    let mut members = Vec::new();
    while members.len() < MEMBERS {
        rest.blanks();
        let Some(name) = rest.item() else { break };
        let mut member = Member { name, ..Member::default() };
        for _ in 0..PARAMETERS {
            rest.blanks();
            if !rest.take(';') {
                break;
            }
            rest.blanks();
            let key = rest.key();
            // A parameter without a value is true.
            let value = if rest.take('=') { rest.item() } else { Some(String::new()) };
            let Some(value) = value else { break };
            match key {
                "error" => member.error = Some(value),
                "received-status" => member.received = value.parse().ok(),
                "rcode" => member.rcode = Some(value),
                "next-hop" => member.next_hop = Some(value),
                "details" => member.details = Some(value),
                _ => {}
            }
        }
        members.push(member);
        rest.blanks();
        if !rest.take(',') {
            break;
        }
    }
    members
}

/// What is left of a list.
struct Text<'a>(&'a str);

impl<'a> Text<'a> {
    fn blanks(&mut self) {
        self.0 = self.0.trim_start_matches([' ', '\t']);
    }

    fn take(&mut self, letter: char) -> bool {
        let rest = self.0.strip_prefix(letter);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    /// The letters up to the first that does not fit.
    fn while_fits(&mut self, fits: impl Fn(char) -> bool) -> &'a str {
        let end = self.0.find(|letter| !fits(letter)).unwrap_or(self.0.len());
        let (taken, rest) = self.0.split_at(end);
        self.0 = rest;
        taken
    }

    fn key(&mut self) -> &'a str {
        self.while_fits(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.' | '*'))
    }

    /// A string in quotes, or anything written without: token, number, `:bytes:`, `?1`.
    fn item(&mut self) -> Option<String> {
        if !self.take('"') {
            let bare = self.while_fits(|letter| !matches!(letter, ' ' | '\t' | ';' | ',' | '"'));
            return (!bare.is_empty()).then(|| bare.into());
        }
        let mut value = String::new();
        let mut letters = self.0.char_indices();
        while let Some((at, letter)) = letters.next() {
            match letter {
                '"' => {
                    self.0 = self.0.get(at + 1..).unwrap_or_default();
                    return Some(value);
                }
                '\\' => value.push(letters.next()?.1),
                _ => value.push(letter),
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_examples_of_the_rfc() {
        let list = r#"revproxy1.example.net, ExampleCDN; received-status=504 ; next-hop="10.0.0.1:80""#;
        let read = members(list);
        assert_eq!(read.len(), 2);
        assert_eq!(read.first().map(|member| member.name.as_str()), Some("revproxy1.example.net"));
        assert_eq!(read.last().and_then(|member| member.received), Some(504));
        assert_eq!(read.last().and_then(|member| member.next_hop.as_deref()), Some("10.0.0.1:80"));
        let list = r#""a, \"b\"; c"; error=dns_error;rcode="NXDOMAIN"; info-code=0;details="x, y", 192.0.2.1;error=tls_alert_received; alert-id=:AA==:"#;
        let read = members(list);
        assert_eq!(read.len(), 2);
        let first = read.first().cloned().unwrap_or_default();
        assert_eq!(first.name, "a, \"b\"; c");
        assert_eq!((first.error.as_deref(), first.rcode.as_deref()), (Some("dns_error"), Some("NXDOMAIN")));
        assert_eq!(read.last().and_then(|member| member.error.as_deref()), Some("tls_alert_received"));
    }

    #[test]
    fn what_cannot_be_read_ends_the_list() {
        for (list, count) in [("", 0), ("a;error=\"open", 1), (";;", 0), ("a,,b", 1), ("a;x=;error=b", 1), ("a b", 1)] {
            assert_eq!(members(list).len(), count, "{list}");
        }
        assert_eq!(members(&"a;b=c,".repeat(1000)).len(), MEMBERS);
    }
}
