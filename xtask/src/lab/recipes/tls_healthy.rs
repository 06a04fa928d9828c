//! TLS that works, some of it in ways that look bad.

use super::super::recipe::{ANY, Recipe, Recording};
use super::tls::{
    APACHE_TLS, APACHE_TUNNEL, HAPROXY_TLS, Kind, NGINX_TLS, SQUID_DECRYPTS, SQUID_HTTPS, SQUID_TUNNEL, Way, on,
};
use super::tls_inside::unverified;

/// A good exchange on this way. A tunnel's inside is not seen.
fn good(way: &Way, name: impl Into<String>, about: &str, origin: &'static str, wishes: &str) -> Recipe {
    let seen = matches!(way.kind, Kind::Clear(..));
    Recipe {
        origins: vec![origin],
        exchanges: (1, 0, usize::from(!seen)),
        recording: Recording::Any,
        // There is no error to log.
        logs: match way.name {
            "nginx-tls" => vec!["upstream.log"],
            "apache-tls" => vec!["access.log"],
            _ => way.logs.to_vec(),
        },
        ..on(way, "healthy", name, about, wishes)
    }
}

pub fn all() -> Vec<Recipe> {
    let mut out = Vec::new();
    let ways = [&NGINX_TLS, &APACHE_TLS, &HAPROXY_TLS, &SQUID_HTTPS, &SQUID_TUNNEL, &SQUID_DECRYPTS, &APACHE_TUNNEL];
    for way in ways {
        for (version, origin) in [("12", "192.0.2.10:443=tls:1.2"), ("13", "192.0.2.10:443=tls:1.3")] {
            let name = format!("{}-good-tls{version}", way.name);
            out.push(good(way, name, "One page over TLS, without any fault.", origin, ""));
        }
    }
    let twice = |version: &str| {
        ["save", "resume"].map(|wish| format!("tls:trust=ca,{version},{wish}@www.example.com:443")).to_vec()
    };
    let tls12 = "192.0.2.10:443=tls:1.2";
    let tls13 = "192.0.2.10:443=tls:1.3";
    out.extend([
        Recipe {
            client: twice("1.2"),
            answers: vec!["200", "200"],
            exchanges: (2, 0, 2),
            ..good(&SQUID_TUNNEL, "squid-tunnel-resumed-tls12", "TLS 1.2: the second session resumes the first: no certificate is shown.", tls12, "")
        },
        Recipe {
            client: twice("1.3"),
            answers: vec!["200", "200"],
            exchanges: (2, 0, 2),
            ..good(&SQUID_TUNNEL, "squid-tunnel-resumed-tls13", "TLS 1.3: the second session resumes the first.", tls13, "")
        },
        good(
            &SQUID_TUNNEL,
            "squid-tunnel-client-certificate-tls12",
            "TLS 1.2: the site wants a client certificate and gets a good one.",
            "192.0.2.10:443=tls:1.2,want-client",
            "certificate",
        ),
        good(
            &SQUID_TUNNEL,
            "squid-tunnel-client-certificate-tls13",
            "TLS 1.3: the site wants a client certificate and gets a good one.",
            "192.0.2.10:443=tls:1.3,want-client",
            "certificate",
        ),
        Recipe {
            shows: vec!["tls.alert_message.desc==112 && tls.alert_message.level==1"],
            ..good(
                &SQUID_TUNNEL,
                "squid-tunnel-warning",
                "TLS 1.2: the site does not know the name, warns (alert 112, level 1), and goes on with its own certificate.",
                "192.0.2.10:443=tls:1.2,only-name=shop.example.net",
                "",
            )
        },
        Recipe {
            shows: vec!["tls.alert_message.desc==112 && tls.alert_message.level==1"],
            ..good(
                &NGINX_TLS,
                "nginx-tls-warning",
                "TLS 1.2: the site does not know the name, warns (alert 112, level 1), and goes on with its own certificate.",
                "192.0.2.10:443=tls:1.2,only-name=shop.example.net",
                "",
            )
        },
        Recipe {
            shows: vec!["tls.handshake.type==1 && ip.dst==192.0.2.10 && tls.handshake.extensions_supported_group"],
            ..good(
                &SQUID_TUNNEL,
                "squid-tunnel-second-hello",
                "TLS 1.3: the site wants another group and says so (HelloRetryRequest); the second ClientHello is taken.",
                "192.0.2.10:443=tls:1.3,groups=P-384",
                "",
            )
        },
        good(
            &HAPROXY_TLS,
            "haproxy-tls-second-hello",
            "TLS 1.3: the site wants another group and says so (HelloRetryRequest); the second ClientHello is taken.",
            "192.0.2.10:443=tls:1.3,groups=P-384",
            "",
        ),
        good(
            &SQUID_TUNNEL,
            "squid-tunnel-idle",
            "After the handshake nothing happens for 3.5 s; then the page is fetched.",
            tls13,
            "idle=3500",
        ),
        Recipe {
            answers: vec!["none"],
            ..good(
                &SQUID_TUNNEL,
                "squid-tunnel-left-idle",
                "TLS 1.2: after the handshake the client asks for nothing, and leaves.",
                tls12,
                "idle=2500,patience=1500",
            )
        },
    ]);
    out.extend(gateways());
    out.push(Recipe {
        // It opens two connections, as browsers do.
        exchanges: (2, 0, 2),
        client: vec!["browse:trust@https://www.example.com/page.html".to_owned()],
        shows: vec![
            // Encrypted client hello, and a first part of two that fills a packet.
            "tls.handshake.extension.type==0xfe0d && ip.dst==192.0.2.10",
            "tcp.dstport==443 && tcp.len>1400",
        ],
        ..good(
            &SQUID_TUNNEL,
            "squid-tunnel-browser",
            "TLS 1.3 as a browser speaks it: a ClientHello of two packets with a post-quantum key share, reserved values (GREASE) and an encrypted client hello that holds nothing.",
            tls13,
            "",
        )
    });
    out
}

/// What gateways do of their own, or bear.
fn gateways() -> Vec<Recipe> {
    let two = || Some(vec!["www.example.com=192.0.2.10,192.0.2.11"]);
    let shown = "tls.handshake.type==11";
    let tls12 = "192.0.2.10:443=tls:1.2";
    let mut out = vec![
        Recipe {
            settings: unverified(),
            shows: vec![shown],
            ..good(
                &NGINX_TLS,
                "nginx-tls-expired-unverified",
                "TLS 1.2: the site's certificate has expired; nginx was not told to look at it, and serves the page.",
                "192.0.2.10:443=tls:1.2,cert=expired",
                "",
            )
        },
        Recipe {
            settings: unverified(),
            shows: vec![shown],
            ..good(
                &NGINX_TLS,
                "nginx-tls-other-name-unverified",
                "TLS 1.2: the site's certificate is for another name; nginx was not told to look at it, and serves the page.",
                "192.0.2.10:443=tls:1.2,cert=other-name",
                "",
            )
        },
        good(
            &NGINX_TLS,
            "nginx-tls-late-hello",
            "The site's ServerHello comes after 3 s, within the timeout.",
            "192.0.2.10:443=tls:1.2,cut=late",
            "",
        ),
        good(
            &SQUID_TUNNEL,
            "squid-tunnel-late-hello",
            "The site's ServerHello comes after 3 s.",
            "192.0.2.10:443=tls:1.3,cut=late",
            "",
        ),
        Recipe {
            shows: vec!["ip.src==192.0.2.10 && tcp.flags.reset==1"],
            ..good(
                &NGINX_TLS,
                "nginx-tls-reset-after-answer",
                "TLS 1.3: the site answers in full and then ends the connection with RST.",
                "192.0.2.10:443=tls:1.3,no-ticket,cut=whole-reset",
                "",
            )
        },
        Recipe {
            dns: two(),
            origins: vec!["192.0.2.10:443=hello-reset", "192.0.2.11:443=tls"],
            client: vec!["get:http://www.example.com/page.html".to_owned(); 2],
            answers: vec!["200"; 2],
            exchanges: (2, 0, 0),
            shows: vec!["ip.src==192.0.2.10 && tcp.flags.reset==1"],
            ..good(
                &NGINX_TLS,
                "nginx-tls-second-address",
                "One of the site's two addresses resets in the handshake, the other serves the page.",
                tls12,
                "",
            )
        },
        Recipe {
            dns: two(),
            origins: vec!["192.0.2.10:443=hello-alert:40", "192.0.2.11:443=tls"],
            settings: vec![
                "backend: server one 192.0.2.10:443 ssl verify required ca-file {folder}/pki/ca.pem sni str(www.example.com)",
                "backend: server two 192.0.2.11:443 ssl verify required ca-file {folder}/pki/ca.pem sni str(www.example.com)",
                "backend: option redispatch 1",
                "backend: retries 2",
            ],
            shows: vec!["ip.src==192.0.2.10 && tls.alert_message.desc==40"],
            ..good(
                &HAPROXY_TLS,
                "haproxy-tls-second-server",
                "The first of two servers answers the ClientHello with an alert; HAProxy turns to the second, and serves the page.",
                tls12,
                "",
            )
        },
        Recipe {
            settings: vec![
                "backend: server origin 192.0.2.10:443 check check-ssl inter 400ms ssl verify required ca-file {folder}/pki/ca.pem sni str(www.example.com) check-sni www.example.com",
            ],
            client: ["sleep:1300", "get:http://www.example.com/page.html", "sleep:700"].map(str::to_owned).to_vec(),
            ..good(
                &HAPROXY_TLS,
                "haproxy-tls-health-checks",
                "HAProxy's health checks end each handshake without a request, beside a good exchange.",
                "192.0.2.10:443=tls:1.3",
                "",
            )
        },
        Recipe {
            settings: vec![
                "backend: server origin 192.0.2.10:443 check check-ssl inter 400ms ssl verify required ca-file {folder}/pki/ca.pem sni str(www.example.com) check-sni www.example.com",
            ],
            client: ["sleep:1300", "get:http://www.example.com/page.html", "sleep:700"].map(str::to_owned).to_vec(),
            // How many there are is chance.
            exchanges: (ANY, 0, ANY),
            recording: Recording::Wan,
            logs: Vec::new(),
            ..good(
                &HAPROXY_TLS,
                "haproxy-tls-health-checks-upstream-side",
                "HAProxy's health checks end each handshake without a request. Recorded on the upstream interface only.",
                tls12,
                "",
            )
        },
    ];
    // The same as pcapng from two interfaces, whose packets do not come in the order of their times.
    let turned = out.iter().find(|case| case.name == "haproxy-tls-second-server").cloned();
    out.extend(turned.map(|case| Recipe { name: format!("{}-pcapng", case.name), recording: Recording::Both, ..case }));
    out
}
