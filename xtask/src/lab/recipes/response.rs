//! The connection stands, the request is sent, and no good answer comes back.

use super::super::recipe::{Expect, Recipe, Recording, SENT, recipe};

fn failing(
    status: &'static str,
    category: &'static str,
    name: &'static str,
    about: &'static str,
    origin: &'static str,
    refine: impl FnOnce(Expect) -> Expect,
) -> Recipe {
    let case = recipe(category, name, about).fails(status, category, |expect| {
        refine(expect.text("upstream", "192.0.2.10:80").text("target", "http://www.example.com/").see(SENT))
    });
    Recipe { origins: vec![origin], ..case }
}

/// A packet with data from the site.
const HEARD: &str = "ip.src==192.0.2.10 && tcp.srcport==80 && tcp.len>0 && !icmp";
/// The site's end of the connection.
const ENDED: &str = "ip.src==192.0.2.10 && tcp.flags.fin==1";
/// The site's reset.
const RESET: &str = "ip.src==192.0.2.10 && tcp.flags.reset==1";

pub fn all() -> Vec<Recipe> {
    vec![
        failing(
            "504",
            "response-timeout",
            "squid-no-answer",
            "The site takes the request and never answers; Squid gives up after read_timeout (5 s here, 15 minutes by default).",
            "192.0.2.10:80=hold",
            |expect| expect,
        ),
        Recipe {
            recording: Recording::Wan,
            logs: Vec::new(),
            expect: vec![
                // Its client may have left: that side was not recorded.
                Expect::new("response-timeout", "likely")
                    .text("gateway", "198.51.100.5")
                    .text("upstream", "192.0.2.10:80")
                    .text("host", "www.example.com")
                    .text("method", "GET")
                    .null("status")
                    .see(SENT),
            ],
            ..failing(
                "504",
                "response-timeout",
                "squid-upstream-side-only",
                "The site never answers. Recorded on the upstream interface only: the client's side is not in the capture.",
                "192.0.2.10:80=hold",
                |expect| expect,
            )
        },
        failing(
            "502",
            "response-reset",
            "squid-reset",
            "The site resets the connection after the request, before a byte of an answer.",
            "192.0.2.10:80=reset",
            |expect| expect.see(RESET),
        ),
        failing(
            "502",
            "response-empty",
            "squid-closed",
            "The site closes the connection after the request, without a byte of an answer.",
            "192.0.2.10:80=close:20",
            |expect| expect.see(ENDED),
        ),
        one_among_many(),
        failing(
            "502",
            "response-invalid",
            "squid-bad-status-line",
            "The site's status line has letters where the code belongs.",
            "192.0.2.10:80=bad-status-line",
            |expect| expect.see_last(HEARD),
        ),
        failing(
            "200 cut",
            "response-truncated",
            "squid-short-body",
            "The site announces 6000 bytes, sends 2000 and closes; Squid passes on what it has and closes too.",
            "192.0.2.10:80=short",
            |expect| expect.text("generated_by", "origin").see(ENDED),
        ),
        failing(
            "200 cut",
            "response-truncated",
            "squid-reset-in-body",
            "The site announces 6000 bytes, sends 2000 and resets the connection.",
            "192.0.2.10:80=short-reset",
            |expect| expect.text("generated_by", "origin").see(RESET),
        ),
        failing(
            "200 cut",
            "response-truncated",
            "squid-chunks-cut",
            "The site closes in the middle of a chunked body: the last chunk never comes.",
            "192.0.2.10:80=short-chunked",
            |expect| expect.text("generated_by", "origin").see(ENDED),
        ),
    ]
}

/// The needle: sixty good exchanges around one that fails.
fn one_among_many() -> Recipe {
    let good = "get:http://www.example.com/small";
    let mut client = vec![good; 60];
    client.insert(37, "get:http://app.example.org/");
    let mut answers = vec!["200"; 60];
    answers.insert(37, "502");
    let expect = Expect::new("response-empty", "proven")
        .text("client", "10.20.0.50")
        .text("gateway", "10.20.0.2")
        .text("method", "GET")
        .text("host", "app.example.org")
        .text("upstream", "203.0.113.20:80")
        .number("status", 502)
        .text("generated_by", "gateway")
        .see("ip.src==10.20.0.50 && http.request.uri contains \"app.example.org\"")
        .see("ip.dst==203.0.113.20 && tcp.len>0")
        .see("ip.src==203.0.113.20 && tcp.flags.fin==1")
        .see("ip.dst==10.20.0.50 && tcp.srcport==3128 && tcp.payload[0:12]==\"HTTP/1.1 502\"");
    Recipe {
        dns: Some(vec!["www.example.com=192.0.2.10", "app.example.org=203.0.113.20"]),
        origins: vec!["192.0.2.10:80=ok", "203.0.113.20:80=close:20"],
        client: client.into_iter().map(str::to_owned).collect(),
        answers,
        recording: Recording::AnyGzip,
        expect: vec![expect],
        exchanges: (61, 1, 0),
        ..recipe(
            "response-empty",
            "squid-one-among-sixty",
            "Sixty good exchanges on one connection, and one in the middle whose site closes without an answer.",
        )
    }
}
