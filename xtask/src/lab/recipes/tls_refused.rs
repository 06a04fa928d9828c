//! Handshakes that one of the two refuses for what the other is: its certificate, its version, its ciphers.

use super::super::proxies::{HAPROXY, NGINX, Program};
use super::super::recipe::{Expect, Recipe, recipe};
use super::tls::{
    APACHE_TLS, APACHE_TUNNEL, HAPROXY_TLS, Kind, NGINX_TLS, SQUID_DECRYPTS, SQUID_HTTPS, SQUID_TUNNEL, Way,
    certificates, failing, unsure,
};

/// The site's certificate, where it is in the clear.
const SHOWN: &str = "tls.handshake.type==11 && ip.src==192.0.2.10";
/// An alert of the gateway that TLS 1.3 hides: it has this length.
const GOODBYE: &str = "ip.dst==192.0.2.10 && tls.record.opaque_type==23 && tls.record.length==19";
/// The gateway's end of the connection to the site, by FIN.
const LEFT: &str = "ip.dst==192.0.2.10 && tcp.flags.fin==1";

/// What the client sees: a status, or what it says of TLS.
fn saw(way: &Way) -> &'static str {
    match way.kind {
        Kind::Clear(status, _) => status,
        Kind::Tunnel => "refused",
        Kind::Decrypted => "503",
    }
}

/// A certificate that is refused on this way. `number`: the alert that says so; OpenSSL sends it in the clear, with TLS
/// 1.3 too. 0: there is none, and `proof` shows how the gateway ends the connection.
fn certificate(way: &Way, file: &str, version: &str, why: &str, number: u8, proof: &[&str]) -> Recipe {
    let name = format!("{}-{file}-tls{}", way.name, version.replace('.', ""));
    let about = format!("TLS {version}: the site's certificate {why}; it is refused.");
    let case = failing(way, "tls-certificate", name, &about, ("", saw(way)), |expect| {
        let expect = if number == 0 { unsure(expect) } else { expect };
        let alert = (number != 0).then(|| format!("tls.alert_message.desc=={number} && ip.dst==192.0.2.10"));
        proof.iter().copied().chain(alert.as_deref()).fold(expect, Expect::see)
    });
    let origin: &'static str = Box::leak(format!("192.0.2.10:443=tls:{version},cert={file}").into_boxed_str());
    Recipe { origins: vec![origin], ..case }
}

fn certificates_refused() -> Vec<Recipe> {
    let expired = "has expired";
    let name = "is for another name";
    let stranger = "is signed by a CA that nobody here knows";
    let own = "is signed by itself";
    // nginx looks at the certificate when the handshake is over, and says good-bye. Squid as it decrypts only closes.
    vec![
        certificate(&NGINX_TLS, "expired", "1.2", expired, 0, &[SHOWN]),
        certificate(&NGINX_TLS, "other-name", "1.2", name, 0, &[SHOWN]),
        certificate(&NGINX_TLS, "unknown-ca", "1.3", stranger, 0, &[GOODBYE]),
        certificate(&APACHE_TLS, "expired", "1.2", expired, 45, &[]),
        certificate(&APACHE_TLS, "unknown-ca", "1.3", stranger, 48, &[]),
        certificate(&HAPROXY_TLS, "expired", "1.2", expired, 45, &[]),
        certificate(&HAPROXY_TLS, "self-signed", "1.2", own, 48, &[]),
        certificate(&HAPROXY_TLS, "unknown-ca", "1.3", stranger, 48, &[]),
        certificate(&SQUID_HTTPS, "expired", "1.2", expired, 45, &[]),
        certificate(&SQUID_HTTPS, "other-name", "1.2", name, 0, &[SHOWN, "tls.alert_message && ip.dst==192.0.2.10"]),
        certificate(&SQUID_HTTPS, "unknown-ca", "1.3", stranger, 0, &[GOODBYE]),
        certificate(&SQUID_TUNNEL, "expired", "1.2", expired, 45, &[]),
        certificate(&SQUID_TUNNEL, "unknown-ca", "1.2", stranger, 48, &[]),
        certificate(&SQUID_TUNNEL, "other-name", "1.2", name, 42, &[]),
        certificate(&SQUID_TUNNEL, "self-signed", "1.3", own, 48, &[]),
        certificate(&SQUID_DECRYPTS, "expired", "1.2", expired, 0, &[SHOWN, LEFT]),
        certificate(&SQUID_DECRYPTS, "unknown-ca", "1.3", stranger, 0, &[LEFT]),
        certificate(&APACHE_TUNNEL, "unknown-ca", "1.2", stranger, 48, &[]),
        certificate(&APACHE_TUNNEL, "expired", "1.3", expired, 45, &[]),
    ]
}

/// An alert that ends a handshake: what the site is, more settings, the client's wishes in a tunnel, the alert's number.
struct Alert {
    way: &'static Way,
    name: &'static str,
    about: &'static str,
    origin: &'static str,
    settings: &'static [&'static str],
    wishes: &'static str,
    proof: &'static str,
}

const FROM_SITE_40: &str = "tls.alert_message.desc==40 && ip.src==192.0.2.10";

const ALERTS: [Alert; 15] = [
    Alert {
        way: &NGINX_TLS,
        name: "nginx-tls-only-tls13",
        about: "The site takes TLS 1.3 alone; nginx is left with its old choice, which ends with 1.2.",
        origin: "192.0.2.10:443=tls:1.3",
        settings: &["!location: proxy_ssl_protocols"],
        wishes: "",
        proof: "tls.alert_message.desc==70 && ip.src==192.0.2.10",
    },
    Alert {
        way: &NGINX_TLS,
        name: "nginx-tls-only-tls10",
        about: "The site is old and answers with TLS 1.0, which nginx, held to TLS 1.2, refuses.",
        origin: "192.0.2.10:443=tls:1.0",
        settings: &["location: proxy_ssl_protocols TLSv1.2;"],
        wishes: "",
        proof: "tls.alert_message.desc==70 && ip.dst==192.0.2.10",
    },
    Alert {
        way: &SQUID_TUNNEL,
        name: "squid-tunnel-only-tls10",
        about: "The site is old and answers with TLS 1.0, for which the client has no cipher: it ends the handshake with alert 80.",
        origin: "192.0.2.10:443=tls:1.0",
        settings: &[],
        wishes: "",
        proof: "tls.alert_message.desc==80 && ip.dst==192.0.2.10",
    },
    Alert {
        way: &NGINX_TLS,
        name: "nginx-tls-no-common-cipher",
        about: "TLS 1.2: site and gateway have no cipher in common.",
        origin: "192.0.2.10:443=tls:1.2,cipher=ECDHE-ECDSA-CHACHA20-POLY1305",
        settings: &["location: proxy_ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256;"],
        wishes: "",
        proof: FROM_SITE_40,
    },
    Alert {
        way: &SQUID_TUNNEL,
        name: "squid-tunnel-no-common-group",
        about: "TLS 1.3: site and client have no group in common.",
        origin: "192.0.2.10:443=tls:1.3,groups=P-521",
        settings: &[],
        wishes: "groups=X25519",
        proof: FROM_SITE_40,
    },
    Alert {
        way: &HAPROXY_TLS,
        name: "haproxy-tls-no-common-protocol",
        about: "HAProxy asks for h2 alone (ALPN), which the site does not speak.",
        origin: "192.0.2.10:443=tls:1.2,alpn=http/1.1",
        settings: &[
            "backend: server origin 192.0.2.10:443 ssl verify required ca-file {folder}/pki/ca.pem sni str(www.example.com) alpn h2",
        ],
        wishes: "",
        proof: "tls.alert_message.desc==120 && ip.src==192.0.2.10",
    },
    Alert {
        way: &APACHE_TUNNEL,
        name: "apache-tunnel-no-common-protocol",
        about: "TLS 1.3: the client asks for h2 alone (ALPN), which the site does not speak.",
        origin: "192.0.2.10:443=tls:1.3,alpn=http/1.1",
        settings: &[],
        wishes: "alpn=h2",
        proof: "tls.alert_message.desc==120 && ip.src==192.0.2.10",
    },
    Alert {
        way: &SQUID_HTTPS,
        name: "squid-https-name-not-served",
        about: "The site does not serve the name that Squid asks for: alert 112 (unrecognized_name), fatal.",
        origin: "192.0.2.10:443=tls:1.2,only-name=shop.example.net,refuse-name",
        settings: &[],
        wishes: "",
        proof: "tls.alert_message.desc==112 && ip.src==192.0.2.10",
    },
    Alert {
        way: &SQUID_DECRYPTS,
        name: "squid-decrypts-name-not-served",
        about: "The site does not serve the name that is asked for: alert 112 (unrecognized_name), fatal.",
        origin: "192.0.2.10:443=hello-alert:112",
        settings: &[],
        wishes: "",
        proof: "tls.alert_message.desc==112 && ip.src==192.0.2.10",
    },
    Alert {
        way: &SQUID_TUNNEL,
        name: "squid-tunnel-internal-error",
        about: "The site answers the ClientHello with alert 80 (internal_error).",
        origin: "192.0.2.10:443=hello-alert:80",
        settings: &[],
        wishes: "",
        proof: "tls.alert_message.desc==80 && ip.src==192.0.2.10",
    },
    Alert {
        way: &HAPROXY_TLS,
        name: "haproxy-tls-access-denied",
        about: "The site answers the ClientHello with alert 49 (access_denied).",
        origin: "192.0.2.10:443=hello-alert:49",
        settings: &[],
        wishes: "",
        proof: "tls.alert_message.desc==49 && ip.src==192.0.2.10",
    },
    Alert {
        way: &NGINX_TLS,
        name: "nginx-tls-wants-certificate-tls12",
        about: "TLS 1.2: the site wants a client certificate, nginx has none.",
        origin: "192.0.2.10:443=tls:1.2,want-client",
        settings: &[],
        wishes: "",
        proof: FROM_SITE_40,
    },
    Alert {
        way: &HAPROXY_TLS,
        name: "haproxy-tls-wants-certificate-tls12",
        about: "TLS 1.2: the site wants a client certificate, HAProxy has none.",
        origin: "192.0.2.10:443=tls:1.2,want-client",
        settings: &[],
        wishes: "",
        proof: FROM_SITE_40,
    },
    Alert {
        way: &SQUID_DECRYPTS,
        name: "squid-decrypts-wants-certificate-tls12",
        about: "TLS 1.2: the site wants a client certificate, which a decrypting gateway cannot show.",
        origin: "192.0.2.10:443=tls:1.2,want-client",
        settings: &[],
        wishes: "",
        proof: FROM_SITE_40,
    },
    Alert {
        way: &SQUID_TUNNEL,
        name: "squid-tunnel-wants-certificate-tls12",
        about: "TLS 1.2: the site wants a client certificate, the client has none.",
        origin: "192.0.2.10:443=tls:1.2,want-client",
        settings: &[],
        wishes: "",
        proof: FROM_SITE_40,
    },
];

fn alerts() -> Vec<Recipe> {
    let one = |alert: &Alert| {
        let seen = if alert.way.kind == Kind::Tunnel { "none" } else { "503" };
        let case = failing(alert.way, "tls-alert", alert.name, alert.about, (alert.wishes, seen), |expect| {
            expect.see(alert.proof)
        });
        let replaced = |line: &&&str| !alert.settings.iter().any(|own| same(own, line));
        let mut settings: Vec<&'static str> = case.settings.iter().filter(|line| replaced(line)).copied().collect();
        settings.extend(alert.settings.iter().filter(|line| !line.starts_with('!')));
        Recipe { origins: vec![alert.origin], settings, ..case }
    };
    ALERTS.iter().map(one).collect()
}

/// Whether a setting, or `!` and its name, speaks of the same as another.
fn same(own: &str, line: &str) -> bool {
    let own = own.trim_start_matches('!');
    let words = |text: &str| text.split(' ').take(2).map(str::to_owned).collect::<Vec<_>>();
    words(own) == words(line)
}

/// A TLS 1.3 server that wants a client certificate says so after the handshake, and encrypted: the client has sent
/// its request by then.
fn wanted_later() -> Vec<Recipe> {
    let alert = "ip.src==192.0.2.10 && tls.record.opaque_type==23 && tls.record.length==19";
    let ways: [(&Way, &str); 5] = [
        (&NGINX_TLS, "502"),
        (&HAPROXY_TLS, "502"),
        (&SQUID_HTTPS, "502"),
        (&SQUID_TUNNEL, "none"),
        (&SQUID_DECRYPTS, "none"),
    ];
    ways.map(|(way, status)| {
        let name = format!("{}-wants-certificate-tls13", way.name);
        let about = "TLS 1.3: the site wants a client certificate and gets none; its alert 116 comes encrypted, when the request is on its way.";
        let case = failing(way, "tls-alert", name, about, ("patience=7000", status), |expect| {
            let expect = unsure(expect).see_last(alert);
            match status.parse() {
                Ok(number) if way.kind != Kind::Decrypted => expect.number("status", number),
                _ => expect,
            }
        });
        Recipe { origins: vec!["192.0.2.10:443=tls:1.3,want-client"], answers: vec![status], ..case }
    })
    .to_vec()
}

/// The client refuses the gateway's certificate.
fn by_client() -> Vec<Recipe> {
    let bumped = ["1.2", "1.3"].map(|version| {
        let name = format!("squid-decrypts-client-refuses-tls{}", version.replace('.', ""));
        let about = format!(
            "TLS {version}: Squid decrypts, and the client does not know the CA that signs what Squid shows; the site is well."
        );
        let case = failing(&SQUID_DECRYPTS, "client-tls-rejected", name, &about, ("", "refused"), |_| {
            let expect = Expect::new("client-tls-rejected", "proven")
                .text("client", "10.20.0.50")
                .text("gateway", "10.20.0.2")
                .text("method", "CONNECT")
                .text("host", "www.example.com")
                .text("target", "www.example.com:443")
                .see("http.request.method==\"CONNECT\"");
            expect.see("tls.alert_message.desc==48 && ip.src==10.20.0.50")
        });
        let client = format!("tls:{version},trust=ca@www.example.com:443");
        Recipe { origins: vec!["192.0.2.10:443=tls"], client: vec![client], ..case }
    });
    let listeners: [(&'static Program, &'static [&'static str], &str); 2] = [
        (
            &NGINX,
            &[
                "server: listen 80; listen 443 ssl;",
                "server: ssl_certificate {folder}/pki/site.pem;",
                "server: ssl_certificate_key {folder}/pki/site.key;",
                "server: ssl_protocols TLSv1.2 TLSv1.3;",
            ],
            "1.2",
        ),
        (&HAPROXY, &["frontend: bind :::80 v4v6", "frontend: bind :443 ssl crt {folder}/pki/site.both"], "1.3"),
    ];
    let direct = listeners.map(|(program, settings, version)| {
        let name = format!("{}-client-refuses-tls{}", program.name, version.replace('.', ""));
        let about =
            format!("TLS {version}: the client does not know the CA of the certificate that the gateway shows.");
        let expect = Expect::new("client-tls-rejected", "proven")
            .text("client", "10.20.0.50")
            .text("gateway", "10.20.0.2")
            .text("host", "www.example.com")
            .null("method")
            .null("status")
            .see("tls.handshake.type==1 && ip.src==10.20.0.50")
            .see("tls.alert_message.desc==48 && ip.src==10.20.0.50");
        Recipe {
            prepare: Some(certificates),
            client: vec![format!("tls:{version},trust=stranger,direct=10.20.0.2:443@www.example.com:443")],
            answers: vec!["refused"],
            exchanges: (1, 1, 0),
            expect: vec![expect],
            ..recipe("client-tls-rejected", name, about).via(program, settings, &[])
        }
    });
    [bumped, direct].concat()
}

/// A browser hides its refusal, in TLS 1.3, as an alert should be. It opens two connections.
fn by_browser() -> Vec<Recipe> {
    let ways = [
        (&SQUID_TUNNEL, "tls-certificate", "A browser does not know the CA of the site's certificate"),
        (&SQUID_DECRYPTS, "client-tls-rejected", "A browser does not know the CA of the certificate that Squid shows"),
    ];
    ways.map(|(way, category, about)| {
        let name = format!("{}-browser-refuses-tls13", way.name);
        let about = format!("TLS 1.3: {about}; its alerts are encrypted.");
        let case = failing(way, category, name, &about, ("", "none"), |mut expect| {
            expect.fields.retain(|(field, _)| !["confidence", "status", "upstream"].contains(field));
            expect.see_nothing_yet()
        });
        let first = case.expect.clone();
        // Which of both ends first is chance.
        let second = first.iter().map(|expect| expect.clone().see_last("http.request.method==\"CONNECT\"")).collect();
        Recipe {
            client: vec!["browse:https://www.example.com/page.html".to_owned()],
            origins: vec!["192.0.2.10:443=tls:1.3"],
            shows: vec!["ip.src==10.20.0.50 && tls.record.opaque_type==23 && tls.record.length==19"],
            exchanges: (2, 2, 0),
            expect: [first, second].concat(),
            ..case
        }
    })
    .to_vec()
}

/// A ClientHello of two packets, of which one is lost, beside one of one packet.
fn large() -> Vec<Recipe> {
    let client = ["tls:trust=ca,1.3@www.example.com:443", "connect:www.example.com:443"];
    let client = [&client[..], &["hello:large:www.example.com", "rest:9000"]].concat();
    // The small one comes by HTTP/1.0.
    let asked = "http.request.method==\"CONNECT\" && http.request.version==\"HTTP/1.1\"";
    let one = |category, name, about, rule, answer| {
        let case = failing(&SQUID_TUNNEL, category, name, about, ("", "none"), |expect| {
            let hello = "ip.dst==192.0.2.10 && tcp.len>1000 && tcp.payload[0:1]==16 && !tcp.analysis.retransmission";
            expect.see_nothing_yet().see(asked).see(hello)
        });
        Recipe {
            origins: vec!["192.0.2.10:443=tls:1.3"],
            firewall: vec![rule],
            client: client.iter().map(|action| (*action).to_owned()).collect(),
            answers: vec!["200", "200", answer],
            exchanges: (2, 1, 1),
            ..case
        }
    };
    vec![
        one(
            "tls-no-response",
            "squid-tunnel-large-hello-second-part-lost",
            "A ClientHello with a post-quantum key share takes two packets and a firewall drops the second; a small one to the same site passes.",
            // The second part begins within the key share, which holds nothing else.
            "ip daddr 192.0.2.10 tcp dport 443 @th,256,8 0x5a drop",
            "silence, closed",
        ),
        one(
            "pmtu-blackhole",
            "squid-tunnel-large-hello-too-big",
            "A ClientHello with a post-quantum key share fills a packet, which is too big for the way and vanishes without a word; a small one passes.",
            "ip daddr 192.0.2.10 tcp dport 443 ip length > 1400 drop",
            "silence, closed",
        ),
        Recipe {
            expect: Vec::new(),
            ..one(
                "tls-reset",
                "squid-tunnel-large-hello-reset",
                "A firewall resets what begins with a ClientHello in two packets, in the site's name; a small one passes.",
                "ip daddr 192.0.2.10 tcp dport 443 @th,256,8 0x5a reject with tcp reset",
                "silence, closed",
            )
        }
        .resets(),
    ]
}

impl Recipe {
    fn resets(self) -> Self {
        let expect = Expect::new("tls-reset", "proven")
            .text("client", "10.20.0.50")
            .text("gateway", "10.20.0.2")
            .text("method", "CONNECT")
            .text("upstream", "192.0.2.10:443")
            .see("http.request.method==\"CONNECT\" && http.request.version==\"HTTP/1.1\"")
            .see("ip.src==192.0.2.10 && tcp.flags.reset==1");
        Self { expect: vec![expect], ..self }
    }
}

pub fn all() -> Vec<Recipe> {
    [certificates_refused(), alerts(), wanted_later(), by_client(), by_browser(), large()].concat()
}
