//! The words that the engine's own texts are made of; `build.rs` collects them from the source.

use crate::tables::HashSet;

/// One piece a line, in small letters.
static LIST: &str = include_str!(concat!(env!("OUT_DIR"), "/vocabulary.txt"));
/// Words that logs and headers are made of, whether or not the engine says them: months and days, media types, what logs
/// write for nothing, status texts.
static OTHERS: &str = "jan feb mar apr may jun jul aug sep oct nov dec mon tue wed thu fri sat sun text html plain css \
    javascript json xml image png jpeg gif svg font woff2 application octet-stream audio video multipart form-data charset \
    utf-8 none null true false nil unknown info notice warn warning error crit alert emerg debug trace pid tid http https \
    tls ssl tcp udp http/1.0 http/1.1 http/2 http/2.0 h2 h2c gmt utc tlsv1 tlsv1.0 tlsv1.1 tlsv1.2 \
    tlsv1.3 sslv3 hier_direct hier_none default_parent firstup_parent roundrobin_parent mozilla localhost";

/// All of them.
pub fn words() -> HashSet<&'static str> {
    LIST.lines().chain(OTHERS.split_whitespace()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_what_the_engine_says_and_no_samples() {
        let words = words();
        for word in
            ["syn-ack", "gateway", "never", "answered", "ip.addr", "frame.time_epoch", "tcp_miss", "curl", "firewall"]
        {
            assert!(words.contains(word), "{word}");
        }
        for name in ["www.example.com", "jdoe", "10.10.70.50", "192.0.2.1"] {
            assert!(!words.contains(name), "{name}");
        }
    }
}
