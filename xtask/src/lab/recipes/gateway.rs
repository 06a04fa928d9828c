//! Failures that the gateway, the origin or the client makes, and one that cannot be told.

use super::super::recipe::{Expect, Recipe, Recording, recipe};

/// The site's status line.
const STATUS: &str = "ip.src==192.0.2.10 && tcp.payload[0:7]==\"HTTP/1.\"";

fn origin_error(status: &'static str, name: &'static str, behaviour: &'static str) -> Recipe {
    let case = recipe("origin-error", name, "The site itself answers with this status; Squid passes it on.").fails(
        status,
        "origin-error",
        |expect| expect.text("generated_by", "origin").text("upstream", "192.0.2.10:80").see(STATUS),
    );
    Recipe { origins: vec![behaviour], ..case }
}

pub fn all() -> Vec<Recipe> {
    vec![
        origin_error("502", "squid-passes-502", "192.0.2.10:80=status:502"),
        origin_error("503", "squid-passes-503", "192.0.2.10:80=status:503"),
        origin_error("504", "squid-passes-504", "192.0.2.10:80=status:504"),
        Recipe {
            settings: vec!["never_direct allow all"],
            logs: Vec::new(),
            ..recipe(
                "no-attempt",
                "squid-nowhere-to-go",
                "Squid may not go direct and has no parent: it answers at once and tries nothing.",
            )
            .fails("502", "no-attempt", |mut expect| {
                expect.fields.retain(|(field, _)| *field != "confidence");
                expect.null("upstream")
            })
        },
        client_abort(),
        undetermined(),
    ]
}

fn client_abort() -> Recipe {
    let expect = Expect::new("client-abort", "proven")
        .text("client", "10.20.0.50")
        .text("gateway", "10.20.0.2")
        .text("host", "www.example.com")
        .text("method", "GET")
        .null("status")
        .see("ip.src==10.20.0.50 && tcp.dstport==3128 && tcp.len>0")
        .see("ip.src==10.20.0.50 && tcp.flags.fin==1");
    Recipe {
        origins: vec!["192.0.2.10:80=slow:4000"],
        client: ["ask:http://www.example.com/report", "sleep:2500", "close"].map(str::to_owned).to_vec(),
        answers: Vec::new(),
        expect: vec![expect],
        exchanges: (1, 1, 0),
        ..recipe(
            "client-abort",
            "squid-client-leaves",
            "The site needs 4 s; the client closes its connection after 2.5 s.",
        )
    }
}

/// HEAD, so that the error page's text does not tell; and without the header that would.
fn undetermined() -> Recipe {
    Recipe {
        firewall: vec!["ip daddr 192.0.2.10 tcp dport 80 drop"],
        settings: vec!["reply_header_access X-Squid-Error deny all"],
        client: vec!["head:http://www.example.com/".to_owned()],
        recording: Recording::Lan,
        logs: Vec::new(),
        ..recipe(
            "undetermined",
            "squid-client-side-only",
            "A firewall drops the gateway's SYNs, but only the clients' interface is recorded: the answer says that something failed, nothing says what.",
        )
        .fails("503", "undetermined", |mut expect| {
            expect.fields.retain(|(field, _)| !["confidence", "generated_by"].contains(field));
            expect.text("method", "HEAD").null("upstream")
        })
    }
}
