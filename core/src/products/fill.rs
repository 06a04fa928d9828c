//! Placeholders in texts and commands, and what may take their place.
//!
//! Names come from captures and logs, so from anybody. What is filled in may end in a shell: only letters that mean
//! nothing there are let through, and nothing that a command would read as an option.

use alloc::format;
use alloc::string::{String, ToString};
use core::fmt::Display;
use core::net::{IpAddr, SocketAddr};

use super::Facts;

/// The placeholders, without their braces, and what stands for them where the fact is unknown or not safe.
///
/// - `host` and `url`: what the client wanted; `site`: that host's first page.
/// - `upstream` and `port`: the address tried last and its port; `target`: both together.
/// - `client`, `gateway`, `dns` (the DNS server), `icmp_from` (who sent the ICMP error): addresses.
/// - `proxy_port`: where the gateway listens; `proxy`: address and port, as clients use them.
/// - `through`, `through_tls`: the option of curl and of openssl that sends a request through the gateway; nothing where
///   it is a reverse proxy, which the host's own name leads to.
/// - `client_is`, `upstream_is`: display filters for the address (`ip.addr == …` or `ipv6.addr == …`).
pub const PLACEHOLDERS: &[(&str, &str)] = &[
    ("host", "<host>"),
    ("url", "<url>"),
    ("upstream", "<server>"),
    ("port", "<port>"),
    ("target", "<server>:<port>"),
    ("site", "<url>"),
    ("proxy", "<gateway>:<proxy-port>"),
    ("through", " --proxy <gateway>:<proxy-port>"),
    ("through_tls", " -proxy <gateway>:<proxy-port>"),
    ("client", "<client>"),
    ("gateway", "<gateway>"),
    ("dns", "<dns-server>"),
    ("icmp_from", "<icmp-sender>"),
    ("proxy_port", "<proxy-port>"),
    ("client_is", "ip.addr == <client>"),
    ("upstream_is", "ip.addr == <server>"),
];

/// Replaces the placeholders of a text by the real names and numbers; other braces stay.
#[must_use]
pub fn fill(text: &str, facts: &Facts) -> String {
    let mut filled = String::with_capacity(text.len() + 32);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let known = after.split_once('}').and_then(|(name, after)| {
            let (_, token) = PLACEHOLDERS.iter().find(|(known, _)| *known == name)?;
            Some((value(name, facts).unwrap_or_else(|| token.to_string()), after))
        });
        match known {
            Some((value, after)) => {
                filled.push_str(&value);
                rest = after;
            }
            None => {
                filled.push('{');
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    filled
}

fn value(name: &str, facts: &Facts) -> Option<String> {
    fn text(fact: Option<impl Display>) -> Option<String> {
        fact.map(|fact| fact.to_string())
    }
    match name {
        "host" => safe(facts.host.as_deref()?, "").map(Into::into),
        "url" => url(facts),
        "site" => site(facts),
        "proxy" => proxy(facts),
        "through" | "through_tls" if facts.reverse => Some(String::new()),
        "through" => Some(format!(" --proxy {}", proxy(facts)?)),
        "through_tls" => Some(format!(" -proxy {}", proxy(facts)?)),
        "upstream" => text(facts.upstream),
        "port" => text(facts.port),
        "target" => Some(SocketAddr::new(facts.upstream?, facts.port?).to_string()),
        "client" => text(facts.client),
        "gateway" => text(facts.gateway),
        "dns" => text(facts.dns),
        "icmp_from" => text(facts.icmp_from),
        "proxy_port" => text(facts.proxy_port),
        "client_is" => facts.client.map(display_filter),
        "upstream_is" => facts.upstream.map(display_filter),
        _ => None,
    }
}

fn display_filter(address: IpAddr) -> String {
    let field = if address.is_ipv6() { "ipv6.addr" } else { "ip.addr" };
    format!("{field} == {address}")
}

/// The text, if it holds only letters, digits, `.:_-` and those of `also`, and cannot be taken for an option.
fn safe<'a>(text: &'a str, also: &str) -> Option<&'a str> {
    let harmless = |letter: char| letter.is_ascii_alphanumeric() || ".:_-".contains(letter) || also.contains(letter);
    (!text.is_empty() && text.len() <= 300 && !text.starts_with('-') && text.chars().all(harmless)).then_some(text)
}

/// The URL if it is safe as it stands, else the same site's first page.
fn url(facts: &Facts) -> Option<String> {
    let whole = facts.url.as_deref().filter(|url| {
        let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
        rest.is_some_and(|rest| safe(rest, "/").is_some())
    });
    whole.map(Into::into).or_else(|| site(facts))
}

/// The gateway as clients address it.
fn proxy(facts: &Facts) -> Option<String> {
    let gateway = facts.gateway?;
    Some(match facts.proxy_port {
        Some(port) => SocketAddr::new(gateway, port).to_string(),
        None if gateway.is_ipv6() => format!("[{gateway}]:<proxy-port>"),
        None => format!("{gateway}:<proxy-port>"),
    })
}

fn site(facts: &Facts) -> Option<String> {
    let host = safe(facts.host.as_deref()?, "")?;
    let host = if host.parse::<core::net::Ipv6Addr>().is_ok() { format!("[{host}]") } else { host.into() };
    Some(match facts.port {
        None | Some(80) => format!("http://{host}/"),
        Some(443) => format!("https://{host}/"),
        Some(port) => format!("http://{host}:{port}/"),
    })
}

/// Words in braces that [`fill`] would leave, but for those that curl's `-w` knows.
#[cfg(test)]
pub(crate) fn unknown_placeholders(text: &str) -> alloc::vec::Vec<&str> {
    let opened = text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0));
    opened
        .filter(|word| word.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_'))
        .filter(|word| !PLACEHOLDERS.iter().any(|(known, _)| known == word))
        .filter(|word| !["time_starttransfer", "http_code"].contains(word))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts {
        Facts {
            host: Some("www.example.com".into()),
            upstream: Some([198, 51, 100, 80].into()),
            port: Some(8080),
            client: "2001:db8::1".parse().ok(),
            ..Facts::default()
        }
    }

    #[test]
    fn fills_what_is_known_and_shows_what_is_not() {
        let facts = facts();
        assert_eq!(fill("dig @{dns} {host} A", &facts), "dig @<dns-server> www.example.com A");
        assert_eq!(fill("nc {target}; {client_is}", &facts), "nc 198.51.100.80:8080; ipv6.addr == 2001:db8::1");
        assert_eq!(fill("curl {url}", &facts), "curl http://www.example.com:8080/");
        assert_eq!(fill("-w '%{time_starttransfer}' {", &facts), "-w '%{time_starttransfer}' {");
        let reverse = Facts { reverse: true, ..facts.clone() };
        assert_eq!(fill("curl -v{through} {url}", &reverse), "curl -v http://www.example.com:8080/");
        assert_eq!(fill("curl -v{through}", &facts), "curl -v --proxy <gateway>:<proxy-port>");
        let v6 = Facts { upstream: "2001:db8::2".parse().ok(), ..facts };
        assert_eq!(fill("{target} {upstream_is}", &v6), "[2001:db8::2]:8080 ipv6.addr == 2001:db8::2");
    }

    #[test]
    fn hostile_names_never_reach_a_command() {
        for host in [
            "$(reboot)",
            "a;b",
            "a b",
            "`id`",
            "a|b",
            "-oProxyCommand=x",
            "a'b",
            "a\nb",
            "{port}",
            "ä",
            "<b>",
            "",
            "a&b",
        ] {
            let facts = Facts { host: Some(host.into()), url: Some(host.into()), ..Facts::default() };
            assert_eq!(fill("dig {host}; curl {url}", &facts), "dig <host>; curl <url>", "{host}");
        }
        let url = |url: &str| Facts { url: Some(url.into()), ..facts() };
        assert_eq!(fill("{url}", &url("http://www.example.com/a/b.pdf")), "http://www.example.com/a/b.pdf");
        assert_eq!(fill("{url}", &url("http://www.example.com/?q=$(id)")), "http://www.example.com:8080/");
        assert_eq!(fill("{url}", &url("file:///etc/passwd")), "http://www.example.com:8080/");
    }
}
