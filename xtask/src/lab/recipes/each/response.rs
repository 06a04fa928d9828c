//! The connection stands, the request is sent, and no good answer comes back.

use super::super::super::net::Host;
use super::super::super::proxies::{NGINX, SQUID};
use super::super::super::recipe::{Recipe, SENT};
use super::{Fault, script};

/// A packet with data from the site.
const HEARD: &str = "ip.src==192.0.2.10 && tcp.srcport==80 && tcp.len>0 && !icmp";
/// The site's end of the connection.
const ENDED: &str = "ip.src==192.0.2.10 && tcp.flags.fin==1";
/// The site's reset.
const RESET: &str = "ip.src==192.0.2.10 && tcp.flags.reset==1";
/// Its status line.
const STATUS: &str = "ip.src==192.0.2.10 && tcp.payload[0:7]==\"HTTP/1.\"";

fn fault(
    category: &'static str,
    name: &'static str,
    about: &'static str,
    statuses: [&'static str; 4],
    origin: &'static str,
    proof: &'static str,
) -> Vec<Recipe> {
    let begun = statuses.iter().any(|status| status.starts_with("200"));
    Fault { category, name, about, statuses }.through(
        |expect| {
            let expect = if begun { expect.text("generated_by", "origin") } else { expect.see(SENT) };
            match proof {
                "" => expect,
                HEARD => expect.see_last(HEARD),
                proof => expect.see(proof),
            }
        },
        |case| Recipe { origins: vec![origin], ..case },
    )
}

/// What a request says of its user, wherever it can: for tests that redaction leaves nothing of it. The answer breaks off in a
/// cookie.
fn signed_in() -> Vec<Recipe> {
    let target = "/accounts/jo.doe?session=5f2c91d07be84a36";
    let request = [
        &format!("raw:POST {target} HTTP/1.1"),
        "Host: www.example.com",
        "Cookie: session=5f2c91d07be84a36; remember=jo.doe",
        "Authorization: Basic am8uZG9lOm9wZW4tc2VzYW1l",
        "Referer: http://portal.example.com/accounts/jo.doe",
        "Content-Type: application/x-www-form-urlencoded",
        "Content-Length: 30",
        "",
        "user=jo.doe&secret=open-sesame",
    ];
    let request = request.join("\\r\\n");
    Fault {
        category: "response-truncated",
        name: "signed-in",
        about: "A form with a cookie, a user name and a password; the site closes the connection in the middle of its header, in a cookie.",
        statuses: ["", "502", "", ""],
    }
    .through(
        |expect| expect.text("target", target).text("method", "POST").see(SENT).see(ENDED),
        |case| Recipe { origins: vec!["192.0.2.10:80=half-header"], client: script(&[&request, "read"]), ..case },
    )
}

pub fn all() -> Vec<Recipe> {
    [
        fault(
            "response-timeout",
            "no-answer",
            "The site takes the request and never answers.",
            ["", "504", "504", "502"],
            "192.0.2.10:80=hold",
            "",
        ),
        fault(
            "response-reset",
            "reset",
            "The site resets the connection after the request, before a byte of an answer.",
            ["", "502", "502", "502"],
            "192.0.2.10:80=reset",
            RESET,
        ),
        fault(
            "response-empty",
            "closed",
            "The site closes the connection after the request, without a byte of an answer.",
            ["", "502", "502", "502"],
            "192.0.2.10:80=close:20",
            ENDED,
        ),
        fault(
            "response-invalid",
            "bad-field",
            "A line of the site's header has no colon.",
            ["502", "502", "502", "502"],
            "192.0.2.10:80=bad-field",
            HEARD,
        ),
        fault(
            "response-invalid",
            "two-lengths",
            "The site's answer has two lengths that contradict each other.",
            ["502", "", "502", ""],
            "192.0.2.10:80=two-lengths",
            HEARD,
        ),
        // nginx 1.22 takes the last length, and waits for what never comes.
        fault(
            "response-invalid",
            "two-lengths",
            "The site's answer has two lengths that contradict each other.",
            ["", "200 cut", "", ""],
            "192.0.2.10:80=two-lengths",
            HEARD,
        ),
        fault(
            "response-reset",
            "upload-refused",
            "The site refuses an upload with 413 before it has read it, and resets the connection at once: the gateway loses the answer.",
            ["", "502", "none: closed after 0 bytes", "502"],
            "192.0.2.10:80=refuses-upload",
            "",
        )
        .into_iter()
        .map(|case| {
            let (asked, told) = (case.asked(), case.answer());
            let case = case.with(|expect| {
                let expect = expect.text("method", "POST").see_nothing_yet().see_first(&asked).see_first(SENT);
                let expect = expect.see_first(STATUS).see_first(RESET);
                if expect.fields.iter().any(|(field, _)| *field == "status") { expect.see(&told) } else { expect }
            });
            Recipe { client: script(&["post:30000:http://www.example.com/"]), ..case }.unsure()
        })
        .collect(),
        fault(
            "response-invalid",
            "folded",
            "Right after the site's status line comes a line that begins with a blank.",
            ["", "502", "502", "500"],
            "192.0.2.10:80=folded",
            HEARD,
        ),
        fault(
            "response-invalid",
            "blank-before-colon",
            "A blank stands between a name and its colon in the site's header.",
            ["", "502", "502", "500"],
            "192.0.2.10:80=blank-before-colon",
            HEARD,
        ),
        fault(
            "response-invalid",
            "nul",
            "A field of the site's header holds a NUL.",
            ["502", "502", "", "502"],
            "192.0.2.10:80=nul",
            HEARD,
        ),
        fault(
            "response-invalid",
            "switches",
            "The site answers 101 to a request that asks for no change of protocol.",
            ["502", "", "502", "502"],
            "192.0.2.10:80=switches",
            HEARD,
        ),
        fault(
            "response-invalid",
            "no-status-line",
            "The site sends a page without a status line and a header.",
            ["", "", "502", ""],
            "192.0.2.10:80=headless",
            HEARD,
        ),
        fault(
            "response-invalid",
            "bad-status-line",
            "The site's status line has letters where the code belongs.",
            ["", "", "502", ""],
            "192.0.2.10:80=bad-status-line",
            HEARD,
        ),
        fault(
            "response-truncated",
            "half-header",
            "The site closes the connection in the middle of its header.",
            ["", "502", "502", "502"],
            "192.0.2.10:80=half-header",
            ENDED,
        ),
        signed_in(),
        fault(
            "response-truncated",
            "short-body",
            "The site announces 6000 bytes, sends 2000 and closes.",
            ["", "200 cut", "200 cut", "200 cut"],
            "192.0.2.10:80=short",
            ENDED,
        ),
        fault(
            "response-truncated",
            "reset-in-body",
            "The site announces 6000 bytes, sends 2000 and resets the connection.",
            ["", "200 cut", "200 cut", "200 cut"],
            "192.0.2.10:80=short-reset",
            RESET,
        ),
        fault(
            "response-truncated",
            "chunks-cut",
            "The site closes in the middle of a chunked body: the last chunk never comes.",
            ["", "200 cut", "200 cut", "200 cut"],
            "192.0.2.10:80=short-chunked",
            ENDED,
        ),
        fault(
            "response-stalled",
            "stops-in-body",
            "The site announces 4000 bytes, sends 1500, and then nothing more.",
            ["200 cut", "200 cut", "200 cut", "200 cut"],
            "192.0.2.10:80=stall",
            HEARD,
        ),
        fault(
            "response-bad-chunk",
            "no-number",
            "The site's second chunk begins with a size that is no number.",
            ["200 cut", "200 cut", "200 cut", "200 cut"],
            "192.0.2.10:80=bad-chunk",
            HEARD,
        ),
        fault(
            "origin-error",
            "passes-502",
            "The site itself answers with this status; the gateway passes it on.",
            ["", "502", "502", "502"],
            "192.0.2.10:80=status:502",
            STATUS,
        )
        .into_iter()
        .map(|case| case.with(|expect| expect.text("generated_by", "origin")))
        .collect(),
        fault(
            "origin-error",
            "passes-504",
            "The site itself answers with this status; the gateway passes it on.",
            ["", "504", "504", "504"],
            "192.0.2.10:80=status:504",
            STATUS,
        )
        .into_iter()
        .map(|case| case.with(|expect| expect.text("generated_by", "origin")))
        .collect(),
        fault(
            "response-header-too-large",
            "cookie",
            "The site sets a cookie that is larger than the header that the gateway takes.",
            ["502", "502", "", ""],
            "192.0.2.10:80=big-header:9000",
            STATUS,
        )
        .into_iter()
        .map(|case| case.set(&SQUID, &["reply_header_max_size 8 KB"]).unsure())
        .collect(),
        fault(
            "response-header-too-large",
            "cookie",
            "The site sets a cookie that is larger than the header that the gateway takes.",
            ["", "", "502", "502"],
            "192.0.2.10:80=big-header:17000",
            STATUS,
        )
        .into_iter()
        .map(Recipe::unsure)
        .collect(),
        Fault {
            category: "zero-window",
            name: "server-does-not-read",
            about: "The site accepts the connection and never reads: its window closes in the middle of the request.",
            statuses: ["504", "504", "504", "502"],
        }
        .through(
            |expect| {
                expect
                    .text("method", "POST")
                    .see_first("ip.src==192.0.2.10 && tcp.window_size==0 && tcp.flags.syn==0 && tcp.flags.reset==0")
            },
            |case| {
                Recipe {
                    origins: vec!["192.0.2.10:80=deaf"],
                    setup: vec![(Host::Origin, "sysctl -qw net.ipv4.tcp_rmem=4096\t4096\t4096")],
                    client: script(&["post:20000:http://www.example.com/"]),
                    ..case
                }
                .set(&NGINX, &["http: client_body_buffer_size 32k;"])
            },
        ),
    ]
    .concat()
}
