//! The field's terms, explained where they stand: in the engine's sentences, and in a list.

use gateway_triage_core::sorting::Sorting as _;
use leptos::prelude::*;

/// Term and meaning; a longer one before one that it begins with.
pub static TERMS: &[(&str, &str)] = &[
    ("ALPN", "TLS extension by which both sides agree on HTTP/1.1 or HTTP/2 (RFC 7301)."),
    ("ClientHello", "First message of a TLS handshake: what the client offers (RFC 8446)."),
    ("ServerHello", "The server's answer to the ClientHello: what it chose (RFC 8446)."),
    ("CONNECT", "HTTP request to a proxy for a tunnel to a host and port, as browsers use it for HTTPS (RFC 9110)."),
    ("EDNS", "Extension of DNS, among others for answers larger than 512 bytes over UDP (RFC 6891)."),
    ("ECH", "Encrypted ClientHello: hides the server name from those on the path."),
    ("FIN", "TCP flag: this side has sent all it had (RFC 9293)."),
    ("GOAWAY", "HTTP/2 frame that ends a connection, with the reason (RFC 9113)."),
    ("HAR", "HTTP archive: what a browser saw, exported from its developer tools."),
    ("ICAP", "Protocol by which a gateway has content scanned by another server (RFC 3507)."),
    ("ICMP", "Messages of hosts and routers about packets that they could not deliver (RFC 792, RFC 4443)."),
    ("L4TM", "L4 Traffic Monitor of the Cisco Secure Web Appliance: watches all ports and can block."),
    ("MSS", "Largest piece of data that a side of a TCP connection takes in one packet (RFC 9293)."),
    ("MTU", "Largest packet that a link carries."),
    ("NXDOMAIN", "DNS answer: the name does not exist (RFC 1035)."),
    ("PMTU", "Largest packet that the whole path carries."),
    ("RST_STREAM", "HTTP/2 frame that ends one stream, with the reason (RFC 9113)."),
    ("RST", "TCP flag: the connection is refused or broken off at once (RFC 9293)."),
    ("SERVFAIL", "DNS answer: the server could not find out (RFC 1035)."),
    ("SNI", "Server name that the client tells in its ClientHello (RFC 6066)."),
    ("SYN-ACK", "Second packet of a TCP connection: the server accepts (RFC 9293)."),
    ("SYN", "First packet of a TCP connection (RFC 9293)."),
    ("TIME-WAIT", "State of a closed TCP connection: for a while its ports cannot be used again (RFC 9293)."),
    ("TTL", "Time to live: how many routers a packet may still pass. Each takes one off."),
    ("WCCP", "Cisco's protocol by which a router redirects clients to a web cache or gateway."),
    ("keep-alive", "A connection that stays open for further requests."),
    ("upstream", "On the side of the servers, as seen from the gateway."),
    ("zero window", "The receiver tells the sender to stop: its buffer is full (RFC 9293)."),
];

/// A sentence with its terms explained, each at its first place.
pub fn explained(text: &str) -> impl IntoView + use<> {
    let parts = split(text).into_iter().map(|part| match part {
        Part::Text(text) => text.to_owned().into_any(),
        Part::Term(term, meaning) => view! { <abbr title=meaning>{term}</abbr> }.into_any(),
    });
    parts.collect_view()
}

#[derive(Debug, PartialEq)]
enum Part<'a> {
    Text(&'a str),
    Term(&'static str, &'static str),
}

fn split(text: &str) -> Vec<Part<'_>> {
    // Where each term stands first.
    let mut places: Vec<(usize, &(&str, &str))> = Vec::new();
    for term in TERMS {
        let word = |at: &usize| {
            let before = text[..*at].chars().next_back();
            let after = text[*at + term.0.len()..].chars().next();
            let part =
                |next: Option<char>| next.is_some_and(|next| next.is_alphanumeric() || matches!(next, '_' | '-' | '.'));
            let follows = after.filter(|next| *next != '.');
            !part(before) && !part(follows)
        };
        if let Some(at) = text.match_indices(term.0).map(|(at, _)| at).find(word)
            && places.iter().all(|(other, found)| at >= other + found.0.len() || at + term.0.len() <= *other)
        {
            places.push((at, term));
        }
    }
    places.order_by_key(|(at, _)| *at);
    let mut parts = Vec::new();
    let mut from = 0;
    for (at, (term, meaning)) in places {
        parts.push(Part::Text(&text[from..at]));
        parts.push(Part::Term(term, meaning));
        from = at + term.len();
    }
    parts.push(Part::Text(&text[from..]));
    parts.retain(|part| *part != Part::Text(""));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(text: &str) -> Vec<&str> {
        let parts = split(text).into_iter();
        parts.filter_map(|part| if let Part::Term(term, _) = part { Some(term) } else { None }).collect()
    }

    #[test]
    fn terms_are_whole_words_and_explained_once() {
        assert_eq!(terms("No SYN-ACK came for the SYN; the SYN was lost."), ["SYN-ACK", "SYN"]);
        assert_eq!(terms("RST_STREAM, then RST."), ["RST_STREAM", "RST"]);
        assert!(terms("www.HAR.example, FINANCE, x-SYN").is_empty());
    }

    #[test]
    fn nothing_of_the_sentence_is_lost() {
        let text = "a RST — then “SYN” again";
        let whole: String = split(text)
            .into_iter()
            .map(|part| match part {
                Part::Text(text) => text,
                Part::Term(term, _) => term,
            })
            .collect();
        assert_eq!(whole, text);
    }

    #[test]
    fn longer_terms_come_before_those_they_begin_with() {
        for (at, (term, _)) in TERMS.iter().enumerate() {
            assert!(TERMS[..at].iter().all(|(before, _)| !term.starts_with(before)), "{term}");
        }
    }
}
