//! Handshakes that fail, through every kind of gateway: one table of faults, one of ways.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::super::net::finish;
use super::super::proxies::{APACHE, APACHE_REVERSE, HAPROXY, NGINX, Program, SQUID};
use super::super::recipe::{Expect, Recipe, Recording, recipe};

/// The ClientHello to the site.
pub const HELLO: &str = "tls.handshake.type==1 && ip.dst==192.0.2.10";
/// The end of the site's connection by RST.
const RESET: &str = "ip.src==192.0.2.10 && tcp.flags.reset==1";
/// The end of the site's connection by FIN.
const FIN: &str = "ip.src==192.0.2.10 && tcp.flags.fin==1";

/// One thing that goes wrong with the site.
struct Fault {
    name: &'static str,
    category: &'static str,
    about: &'static str,
    origin: &'static str,
    /// What proves it, as a display filter.
    proof: &'static str,
    /// Who sent the RST.
    reset_by: &'static str,
}

const FAULTS: [Fault; 9] = [
    Fault {
        name: "alert",
        category: "tls-alert",
        about: "The site answers the ClientHello with alert 40 (handshake_failure).",
        origin: "192.0.2.10:443=hello-alert:40",
        proof: "tls.alert_message.desc==40 && ip.src==192.0.2.10",
        reset_by: "",
    },
    Fault {
        name: "silence",
        category: "tls-no-response",
        about: "The site takes the connection and acknowledges the ClientHello, and says nothing.",
        origin: "192.0.2.10:443=hello-hold",
        proof: HELLO,
        reset_by: "",
    },
    Fault {
        name: "reset",
        category: "tls-reset",
        about: "The site answers the ClientHello with RST.",
        origin: "192.0.2.10:443=hello-reset",
        proof: RESET,
        reset_by: "upstream-host",
    },
    Fault {
        name: "closed",
        category: "tls-closed",
        about: "The site closes the connection when it has read the ClientHello.",
        origin: "192.0.2.10:443=hello-close",
        proof: FIN,
        reset_by: "",
    },
    Fault {
        name: "http",
        category: "tls-not-spoken",
        about: "Plain HTTP is served on port 443: the ClientHello is answered with 400 Bad Request.",
        origin: "192.0.2.10:443=hello-http",
        proof: "ip.src==192.0.2.10 && tcp.payload[0:7]==\"HTTP/1.\"",
        reset_by: "",
    },
    Fault {
        name: "ssh",
        category: "tls-not-spoken",
        about: "An SSH server listens on port 443 and speaks first.",
        origin: "192.0.2.10:443=ssh",
        proof: "ip.src==192.0.2.10 && tcp.payload[0:4]==\"SSH-\"",
        reset_by: "",
    },
    Fault {
        name: "half-flight",
        category: "tls-closed",
        about: "TLS 1.2: the site closes the connection in the middle of its ServerHello, certificate and key exchange.",
        origin: "192.0.2.10:443=tls:1.2,cut=half-close",
        proof: FIN,
        reset_by: "",
    },
    Fault {
        name: "tls12-reset-later",
        category: "tls-reset",
        about: "TLS 1.2: after ServerHello and certificate, the site answers the client's key exchange with RST.",
        origin: "192.0.2.10:443=tls:1.2,cut=later-reset",
        proof: RESET,
        reset_by: "upstream-host",
    },
    Fault {
        name: "tls13-reset-half-flight",
        category: "tls-reset",
        about: "TLS 1.3: RST comes in the middle of the site's flight, behind its ServerHello.",
        origin: "192.0.2.10:443=tls:1.3,cut=half-reset",
        proof: RESET,
        reset_by: "upstream-host",
    },
];

/// One way to the site: a program, how it is told to use TLS, what the client asks for and sees.
pub struct Way {
    pub name: &'static str,
    pub program: &'static Program,
    pub settings: &'static [&'static str],
    pub logs: &'static [&'static str],
    pub kind: Kind,
}

/// What the client does, and what can be seen of its side.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It asks in the clear and gets a status; one for a timeout, one for all else.
    Clear(&'static str, &'static str),
    /// It speaks TLS with the site through a tunnel.
    Tunnel,
    /// It speaks TLS with the gateway, which decrypts.
    Decrypted,
}

pub const NGINX_TLS: Way = Way {
    name: "nginx-tls",
    program: &NGINX,
    settings: &[
        "location: proxy_pass https://$host$request_uri;",
        "location: proxy_ssl_server_name on;",
        // This version's own choice ends with 1.2.
        "location: proxy_ssl_protocols TLSv1.2 TLSv1.3;",
        "location: proxy_ssl_verify on;",
        "location: proxy_ssl_trusted_certificate {folder}/pki/ca.pem;",
    ],
    logs: &["error.log"],
    kind: Kind::Clear("502", "504"),
};

pub const HAPROXY_TLS: Way = Way {
    name: "haproxy-tls",
    program: &HAPROXY,
    settings: &[
        "backend: server origin 192.0.2.10:443 ssl verify required ca-file {folder}/pki/ca.pem sni str(www.example.com)",
    ],
    logs: &["haproxy.log"],
    kind: Kind::Clear("503", "503"),
};

/// Apache as a reverse proxy.
pub const APACHE_TLS: Way = Way {
    name: "apache-tls",
    program: &APACHE_REVERSE,
    settings: &[
        "ProxyPass / https://www.example.com/",
        "SSLProxyEngine on",
        "SSLProxyVerify require",
        "SSLProxyCACertificateFile {folder}/pki/ca.pem",
    ],
    logs: &["access.log"],
    kind: Kind::Clear("500", "500"),
};

/// Squid that is asked for an https URL in the clear.
pub const SQUID_HTTPS: Way = Way {
    name: "squid-https",
    program: &SQUID,
    settings: &["tls_outgoing_options cafile={folder}/pki/ca.pem"],
    logs: &["access.log"],
    kind: Kind::Clear("503", "504"),
};

pub const SQUID_TUNNEL: Way =
    Way { name: "squid-tunnel", program: &SQUID, settings: &[], logs: &[], kind: Kind::Tunnel };

pub const SQUID_DECRYPTS: Way = Way {
    name: "squid-decrypts",
    program: &SQUID,
    settings: &[
        "http_port 3128 ssl-bump tls-cert={folder}/pki/bump.both generate-host-certificates=on",
        "sslcrtd_program /usr/lib/squid/security_file_certgen -s {folder}/ssl_db -M 4MB",
        "sslcrtd_children 1",
        "tls_outgoing_options cafile={folder}/pki/ca.pem",
        "ssl_bump stare all",
        "ssl_bump bump all",
    ],
    logs: &[],
    kind: Kind::Decrypted,
};

pub const APACHE_TUNNEL: Way =
    Way { name: "apache-tunnel", program: &APACHE, settings: &[], logs: &[], kind: Kind::Tunnel };

const WAYS: [&Way; 7] =
    [&NGINX_TLS, &APACHE_TLS, &HAPROXY_TLS, &SQUID_HTTPS, &SQUID_TUNNEL, &SQUID_DECRYPTS, &APACHE_TUNNEL];

/// Certificates for the gateway, and the store in which Squid's helper keeps those that it makes.
pub fn certificates(folder: &Path) -> Result<(), String> {
    let target = folder.join("pki");
    fs::create_dir_all(&target).map_err(|why| why.to_string())?;
    for file in fs::read_dir(super::super::certificates()).map_err(|why| why.to_string())?.flatten() {
        if file.path().is_file() {
            fs::copy(file.path(), target.join(file.file_name())).map_err(|why| why.to_string())?;
        }
    }
    let store = folder.join("ssl_db");
    finish(Command::new("/usr/lib/squid/security_file_certgen").args(["-c", "-s"]).arg(store).args(["-M", "4MB"]))
}

/// A page asked for on this way. `wishes` are the client's in TLS, where it speaks TLS.
pub fn on(way: &Way, folder: &'static str, name: impl Into<String>, about: &str, wishes: &str) -> Recipe {
    let client = match way.kind {
        Kind::Clear(..) if way.program.forward => "get:https://www.example.com/page.html".to_owned(),
        Kind::Clear(..) => "get:http://www.example.com/page.html".to_owned(),
        Kind::Tunnel | Kind::Decrypted => {
            let trust = if way.kind == Kind::Tunnel { "ca" } else { "bump" };
            let wishes = if wishes.is_empty() { String::new() } else { format!(",{wishes}") };
            format!("tls:trust={trust}{wishes}@www.example.com:443")
        }
    };
    let case = recipe(folder, name, about).via(way.program, way.settings, way.logs);
    // One of them as pcapng, with two interfaces.
    let recording = if way.program.name == HAPROXY.name { Recording::Both } else { Recording::Any };
    Recipe { origins: vec!["192.0.2.10:443=tls"], prepare: Some(certificates), client: vec![client], recording, ..case }
}

/// The same, failing: what is expected follows from the way. `saw` is what the client says where it speaks TLS.
pub fn failing(
    way: &Way,
    category: &'static str,
    name: impl Into<String>,
    about: &str,
    (wishes, saw): (&str, &'static str),
    refine: impl FnOnce(Expect) -> Expect,
) -> Recipe {
    let case = on(way, category, name, about, wishes);
    match way.kind {
        Kind::Clear(status, timeout) => {
            let status = if category == "tls-no-response" { timeout } else { status };
            let target = if way.program.forward { "https://www.example.com/page.html" } else { "/page.html" };
            case.fails(status, category, |expect| {
                refine(expect.text("target", target).text("upstream", "192.0.2.10:443").see(HELLO))
            })
        }
        Kind::Tunnel | Kind::Decrypted => {
            let expect = Expect::new(category, "proven")
                .text("client", "10.20.0.50")
                .text("gateway", "10.20.0.2")
                .text("method", "CONNECT")
                .text("host", "www.example.com")
                .text("target", "www.example.com:443")
                .text("upstream", "192.0.2.10:443")
                .see("http.request.method==\"CONNECT\"")
                .see(HELLO);
            // What a decrypting gateway says inside is not seen.
            let expect = if way.kind == Kind::Tunnel { expect.number("status", 200) } else { expect.null("status") };
            Recipe { answers: vec![saw], exchanges: (1, 1, 0), expect: vec![refine(expect)], ..case }
        }
    }
}

/// How sure one may be is for the engine to say.
pub fn unsure(mut expect: Expect) -> Expect {
    expect.fields.retain(|(field, _)| *field != "confidence");
    expect
}

fn every() -> Vec<Recipe> {
    let mut out = Vec::new();
    for way in WAYS {
        for fault in &FAULTS {
            let name = format!("{}-{}", way.name, fault.name);
            // A decrypting Squid tells its client of the failure, inside.
            let saw = match (way.kind, fault.category) {
                (Kind::Tunnel, _) => "none",
                (_, "tls-no-response") => "504",
                _ => "503",
            };
            let case = failing(way, fault.category, name, fault.about, ("patience=9000", saw), |expect| {
                let expect = expect.see(fault.proof);
                if fault.reset_by.is_empty() { expect } else { expect.text("reset_by", fault.reset_by) }
            });
            out.push(Recipe { origins: vec![fault.origin], ..case });
        }
    }
    out
}

/// Recorded on one side of the gateway alone.
fn one_side() -> Vec<Recipe> {
    let upstream = |category: &'static str, name: &str, about: &str, way: &Way, origin, proof: &str| Recipe {
        origins: vec![origin],
        recording: Recording::Wan,
        logs: Vec::new(),
        expect: vec![
            Expect::new(category, "proven")
                .text("gateway", "198.51.100.5")
                .text("upstream", "192.0.2.10:443")
                .text("host", "www.example.com")
                .null("client")
                .null("status")
                .see(HELLO)
                .see(proof),
        ],
        ..failing(way, category, name, about, ("", "503"), |expect| expect)
    };
    let client = failing(
        &SQUID_TUNNEL,
        "tls-alert",
        "squid-tunnel-alert-client-side",
        "The site answers the ClientHello with alert 40. Recorded on the clients' interface only.",
        ("", "none"),
        |_| {
            Expect::new("tls-alert", "proven")
                .text("client", "10.20.0.50")
                .text("gateway", "10.20.0.2")
                .text("method", "CONNECT")
                .text("target", "www.example.com:443")
                .number("status", 200)
                .see("http.request.method==\"CONNECT\"")
                .see("tls.handshake.type==1")
                .see("tls.alert_message.desc==40")
        },
    );
    vec![
        upstream(
            "tls-alert",
            "nginx-tls-alert-upstream-side",
            "The site answers the ClientHello with alert 40. Recorded on the upstream interface only.",
            &NGINX_TLS,
            "192.0.2.10:443=hello-alert:40",
            "tls.alert_message.desc==40",
        ),
        upstream(
            "tls-certificate",
            "squid-https-expired-upstream-side",
            "TLS 1.2: Squid refuses an expired certificate. Recorded on the upstream interface only.",
            &SQUID_HTTPS,
            "192.0.2.10:443=tls:1.2,cert=expired",
            "tls.alert_message.desc==45",
        ),
        upstream(
            "tls-no-response",
            "apache-tls-silence-upstream-side",
            "The site acknowledges the ClientHello and says nothing. Recorded on the upstream interface only.",
            &APACHE_TLS,
            "192.0.2.10:443=hello-hold",
            HELLO,
        ),
        Recipe { origins: vec!["192.0.2.10:443=hello-alert:40"], recording: Recording::Lan, ..client },
    ]
}

pub fn all() -> Vec<Recipe> {
    [every(), one_side()].concat()
}
