//! A page or an answer that somebody pasted: HTML, the text as it was shown, or what `curl -i` and `curl -v` print.

use alloc::string::String;

use super::{Marks, PAGE, Says};
use crate::logs::http_date;
use crate::protocols::http1;
use crate::time::Timestamp;

/// What such a text says.
#[derive(Clone, Debug, Default)]
pub struct Pasted {
    /// Its marks.
    pub marks: Marks,
    /// The status, where the head is there, or a page of Cloudflare's names it.
    pub status: Option<u16>,
    /// `Proxy-Status`, as one list.
    pub proxy_status: Option<String>,
    /// `X-Squid-Error`.
    pub squid: Option<String>,
    /// The URL that the page names.
    pub url: Option<String>,
    /// When it was made, by its own word.
    pub time: Option<Timestamp>,
}

/// Whether a text that is no log is a page that somebody's gateway made, or an answer with its head.
#[must_use]
pub fn is_page(text: &[u8]) -> bool {
    let pasted = Pasted::read(text);
    let page = pasted.marks.list.iter().any(|found| !matches!(found.mark.says, Says::Passed));
    page || pasted.status.is_some_and(|status| status >= 400)
}

impl Pasted {
    /// Reads it.
    #[must_use]
    pub fn read(text: &[u8]) -> Self {
        let text = text.get(..PAGE * 2).unwrap_or(text);
        let text = String::from_utf8_lossy(text);
        let text = text.trim_start_matches('\u{FEFF}').trim_start();
        let mut pasted = Self::default();
        let plain = unquoted(text);
        let (head, body) = match plain.as_deref().unwrap_or(text) {
            answer if answer.starts_with("HTTP/") => match answer.split_once("\n\n") {
                Some((head, body)) => (Some(head), body),
                None => answer.split_once("\r\n\r\n").map_or((Some(answer), ""), |(head, body)| (Some(head), body)),
            },
            page => (None, page),
        };
        if let Some(head) = head {
            pasted.head(head);
        }
        pasted.marks.body(body.as_bytes());
        pasted.status = pasted.status.or_else(|| code_of_cloudflare(body));
        pasted.url = url(body);
        pasted.time = pasted.time.or_else(|| time(body));
        pasted
    }

    fn head(&mut self, head: &str) {
        let mut lines = head.lines();
        let mut first = lines.next().unwrap_or_default().splitn(3, ' ');
        self.status = first.nth(1).and_then(|code| code.parse().ok()).filter(|code| (100..1000).contains(code));
        self.marks.reason(self.status.unwrap_or(0), first.next().unwrap_or_default());
        for (name, value) in lines.filter_map(|line| line.split_once(':')) {
            let (name, value) = (name.trim(), value.trim());
            self.marks.field(name, value);
            if name.eq_ignore_ascii_case("date") {
                self.time = http_date(value);
            } else if name.eq_ignore_ascii_case("x-squid-error") {
                self.squid = Some(value.into());
            }
        }
        self.proxy_status = http1::joined(head.as_bytes(), "proxy-status");
    }
}

/// `< HTTP/1.1 502 Bad Gateway`: what `curl -v` prints, without its marks and its own remarks.
fn unquoted(text: &str) -> Option<String> {
    let from = text.lines().position(|line| line.starts_with("< HTTP/"))?;
    let mut out = String::new();
    let mut head = true;
    for line in text.lines().skip(from) {
        match line.strip_prefix("< ").or(line.strip_prefix('<').filter(|rest| rest.trim().is_empty())) {
            Some(field) if head => {
                head = !field.trim().is_empty();
                out.push_str(field.trim_end());
            }
            _ if line.starts_with("* ") || line.starts_with("{ [") || line.starts_with("} [") => continue,
            _ => {
                if core::mem::take(&mut head) {
                    out.push('\n');
                }
                out.push_str(line);
            }
        }
        out.push('\n');
    }
    Some(out)
}

/// The status that Cloudflare's own page names: `Error code 522`, as its pages in public recordings do.
fn code_of_cloudflare(page: &str) -> Option<u16> {
    page.contains("cf-error-details").then_some(())?;
    let (_, after) = page.split_once("Error code ").or_else(|| page.split_once("Error code: "))?;
    let (code, rest) = after.split_at_checked(3)?;
    let whole = !rest.starts_with(|letter: char| letter.is_ascii_digit());
    code.parse().ok().filter(|code| whole && (500..600).contains(code))
}

/// The URL that a page names: the first one behind the word.
fn url(page: &str) -> Option<String> {
    let lower = page.to_ascii_lowercase();
    let mut from = 0;
    while let Some(at) = lower.get(from..).and_then(|rest| rest.find("url:")) {
        let behind = from + at + 4;
        let near = lower.get(behind..).map(|rest| super::clip(rest, 200)).unwrap_or_default();
        if let Some(begin) = near.find("http://").or_else(|| near.find("https://")) {
            let rest = page.get(behind + begin..)?;
            let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | ')'));
            let url = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
            return Some(super::clip(url, 2048).replace("&amp;", "&").replace("&#038;", "&"));
        }
        from = behind;
    }
    None
}

/// `Date: Fri, 12 Jul 2019 15:02:13 GMT`, `Generated Fri, … GMT by …`: a time that says its zone.
fn time(page: &str) -> Option<Timestamp> {
    page.match_indices(" GMT").find_map(|(at, _)| {
        let from = at.checked_sub(25)?;
        http_date(page.get(from..at + 4)?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn a_page_says_its_url_and_time() {
        let page = "This Page Cannot Be Displayed\nprovide the codes shown below.\nDate: Fri, 12 Jul 2019 15:02:13 GMT\nSource \
                    IP: 10.72.76.203\nURL: GET http://www.example.com/a?b=1\nReason: UNKNOWN\nNotification: GATEWAY_TIMEOUT";
        let pasted = Pasted::read(page.as_bytes());
        assert_eq!(pasted.url.as_deref(), Some("http://www.example.com/a?b=1"));
        assert_eq!(pasted.time.map(|time| time.to_string()).as_deref(), Some("2019-07-12T15:02:13.000000Z"));
        assert_eq!((pasted.status, is_page(page.as_bytes())), (None, true));
        let script = "<b>URL: </b><script>break_line(\"https://www.example.com/x.js\");</script>";
        assert_eq!(url(script).as_deref(), Some("https://www.example.com/x.js"));
    }

    #[test]
    fn what_curl_prints_has_a_head() {
        let printed = "* Connected to gw (10.0.0.1) port 3128\n> GET / HTTP/1.1\n> \n< HTTP/1.1 503 Service Unavailable\n< Server: \
                       squid/5.7\n< X-Squid-Error: ERR_DNS_FAIL 0\n< Date: Fri, 12 Jul 2019 15:02:13 GMT\n< \n{ [12 bytes \
                       data]\n<html>The requested URL could not be retrieved</html>\n";
        let pasted = Pasted::read(printed.as_bytes());
        assert_eq!((pasted.status, pasted.squid.as_deref()), (Some(503), Some("ERR_DNS_FAIL 0")));
        assert!(pasted.time.is_some() && is_page(printed.as_bytes()));
        let plain = "HTTP/2 502 \r\nserver: awselb/2.0\r\n\r\n<html></html>";
        assert_eq!(Pasted::read(plain.as_bytes()).status, Some(502));
        assert!(!is_page(b"HTTP/1.1 200 OK\r\nServer: nginx\r\n\r\n<p>hello</p>"));
    }

    #[test]
    fn cloudflares_page_names_its_status() {
        let page = "<div id=\"cf-error-details\"><h1>Connection timed out <span class=\"code-label\">Error code 522</span></h1></div>";
        assert_eq!(Pasted::read(page.as_bytes()).status, Some(522));
        assert_eq!(Pasted::read(b"<p>Error code 522</p>").status, None, "not Cloudflare's");
        assert_eq!(Pasted::read(b"<div id=\"cf-error-details\">Error code 1016</div>").status, None);
    }

    #[test]
    fn other_texts_are_no_pages() {
        for text in
            [&b"Dear colleague, it does not work."[..], b"", b"<html><h1>502 Bad Gateway</h1></html>", b"URL: x"]
        {
            assert!(!is_page(text));
        }
    }
}
