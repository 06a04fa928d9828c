//! Handshakes that succeed, and what then goes wrong inside: only records and the connection's end are seen.

use super::super::recipe::{Expect, Recipe, Recording};
use super::tls::{
    HAPROXY_TLS, HELLO, Kind, NGINX_TLS, SQUID_DECRYPTS, SQUID_HTTPS, SQUID_TUNNEL, Way, failing, on, unsure,
};

const FIN: &str = "ip.src==192.0.2.10 && tcp.flags.fin==1";
const RESET: &str = "ip.src==192.0.2.10 && tcp.flags.reset==1";
struct Fault {
    name: &'static str,
    category: &'static str,
    about: &'static str,
    origin: &'static str,
    page: &'static str,
    /// What nginx, HAProxy and Squid answer.
    statuses: [&'static str; 3],
    proof: &'static str,
    reset_by: &'static str,
}

const FAULTS: [Fault; 5] = [
    Fault {
        name: "no-answer",
        category: "response-timeout",
        about: "TLS 1.3 works; the site takes the request, and nothing comes back.",
        origin: "192.0.2.10:443=tls:1.3,no-ticket,cut=request-hold",
        page: "page.html",
        statuses: ["504", "504", "504"],
        proof: "",
        reset_by: "",
    },
    Fault {
        name: "empty",
        category: "response-empty",
        about: "TLS 1.2 works; the site closes the connection when it has the request.",
        origin: "192.0.2.10:443=tls:1.2,cut=request-close",
        page: "page.html",
        statuses: ["502", "502", "502"],
        proof: FIN,
        reset_by: "",
    },
    Fault {
        name: "reset-after-request",
        category: "response-reset",
        about: "TLS 1.3 works; the site answers the request with RST.",
        origin: "192.0.2.10:443=tls:1.3,no-ticket,cut=request-reset",
        page: "page.html",
        statuses: ["502", "502", "502"],
        proof: RESET,
        reset_by: "upstream-host",
    },
    Fault {
        name: "reset-in-answer",
        category: "response-truncated",
        about: "TLS 1.2 works; the site resets the connection in the middle of its answer.",
        origin: "192.0.2.10:443=tls:1.2,small-records,cut=answer-reset",
        page: "large.html",
        statuses: ["200 cut", "200 cut", "200 cut"],
        proof: RESET,
        reset_by: "upstream-host",
    },
    Fault {
        name: "stops-in-answer",
        category: "response-stalled",
        about: "TLS 1.3 works; the site says half of its answer and then nothing.",
        origin: "192.0.2.10:443=tls:1.3,no-ticket,small-records,cut=answer-hold",
        page: "large.html",
        statuses: ["200 cut", "200 cut", "200 cut"],
        proof: "",
        reset_by: "",
    },
];

impl Fault {
    /// What is expected beyond what all failures share. The handshake is no evidence here; how sure one may be of what
    /// is encrypted is for the engine to say.
    fn truth(&self, way: &Way, expect: Expect) -> Expect {
        let mut expect = unsure(expect);
        expect.evidence.retain(|sought| sought.filter != HELLO);
        if let (Kind::Clear(..), Some(status)) = (way.kind, self.status(way)) {
            let target = if way.program.forward { "https://www.example.com/" } else { "/" };
            expect = expect.number("status", status).text("target", &format!("{target}{}", self.page));
            if status == 200 {
                expect = expect.text("generated_by", "origin");
            }
        }
        if !self.proof.is_empty() {
            expect = expect.see(self.proof);
        }
        if self.reset_by.is_empty() { expect } else { expect.text("reset_by", self.reset_by) }
    }

    /// The status that the client gets.
    fn status(&self, way: &Way) -> Option<u16> {
        self.answer(way).split(' ').next().and_then(|number| number.parse().ok())
    }

    fn answer(&self, way: &Way) -> &'static str {
        let index = ["nginx", "haproxy", "squid"].iter().position(|name| *name == way.program.name).unwrap_or(0);
        match (self.statuses[index], way.kind, self.name) {
            // Squid lets its client try again; openssl does not count what it gets.
            (_, Kind::Decrypted, "empty") => "none",
            ("200 cut", Kind::Decrypted, _) => "200",
            (status, ..) => status,
        }
    }
}

fn failures() -> Vec<Recipe> {
    let mut out = Vec::new();
    for fault in &FAULTS {
        for way in [&NGINX_TLS, &HAPROXY_TLS, &SQUID_HTTPS, &SQUID_DECRYPTS] {
            let status = fault.answer(way);
            let name = format!("{}-{}", way.name, fault.name);
            let wishes = format!("patience=12000,page={}", fault.page);
            let case =
                failing(way, fault.category, name, fault.about, (&wishes, status), |expect| fault.truth(way, expect));
            let client = case.client.iter().map(|action| action.replace("page.html", fault.page)).collect();
            out.push(Recipe { origins: vec![fault.origin], answers: vec![status], client, ..case });
        }
    }
    out
}

/// A certificate that has expired, which nginx as it comes does not look at, and another fault.
fn not_the_certificate() -> Recipe {
    let about = "TLS 1.2: the site's certificate has expired, which nginx was not told to look at; what fails is the answer, which never comes.";
    let name = "nginx-tls-no-answer-expired-unverified";
    let case =
        failing(&NGINX_TLS, "response-timeout", name, about, ("", "504"), |expect| FAULTS[0].truth(&NGINX_TLS, expect));
    Recipe {
        origins: vec!["192.0.2.10:443=tls:1.2,cert=expired,cut=request-hold"],
        settings: unverified(),
        answers: vec!["504"],
        ..case
    }
}

/// nginx without a word on certificates.
pub fn unverified() -> Vec<&'static str> {
    NGINX_TLS.settings.iter().filter(|line| !line.contains("verify")).copied().collect()
}

/// What is inside a tunnel is the client's and the site's affair: it was not seen, and is no failure of the gateway.
fn unseen() -> Vec<Recipe> {
    let ends = [
        (
            "reset",
            "The handshake works; the site resets the connection after the client's first data.",
            "cut=request-reset",
        ),
        (
            "closed",
            "The handshake works; the site closes the connection after the client's first data.",
            "cut=request-close",
        ),
    ];
    ends.map(|(name, about, cut)| {
        let origin: &'static str = Box::leak(format!("192.0.2.10:443=tls:1.3,no-ticket,{cut}").into_boxed_str());
        Recipe {
            origins: vec![origin],
            answers: vec!["none"],
            exchanges: (1, 0, 1),
            recording: Recording::Both,
            ..on(&SQUID_TUNNEL, "healthy", format!("squid-tunnel-{name}-inside"), about, "patience=9000")
        }
    })
    .to_vec()
}

pub fn all() -> Vec<Recipe> {
    [failures(), vec![not_the_certificate()], unseen()].concat()
}
