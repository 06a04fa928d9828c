//! Names that do not resolve. Squid answers with ERR_DNS_FAIL for all of them.

use super::super::recipe::{Expect, Recipe, Recording, recipe};

/// The query for the name's address.
const QUERY: &str = "dns.flags.response==0 && dns.qry.name==\"www.example.com\" && dns.qry.type==1 && !icmp";

fn failing(
    category: &'static str,
    name: &'static str,
    about: &'static str,
    rule: &'static str,
    proof: &'static str,
) -> Recipe {
    let mut case = recipe(category, name, about).fails("502", category, |expect| {
        let expect = expect.null("upstream");
        if proof.is_empty() { expect.see(QUERY) } else { expect.see_last(proof) }
    });
    case.dns = Some(vec![rule]);
    case.origins = Vec::new();
    case
}

pub fn all() -> Vec<Recipe> {
    vec![
        failing(
            "dns-nxdomain",
            "squid-nxdomain",
            "The DNS server says that www.example.com does not exist; Squid answers 502 at once.",
            "www.example.com=nxdomain",
            "dns.flags.rcode==3 && dns.qry.name==\"www.example.com\" && dns.qry.type==1",
        ),
        failing(
            "dns-nodata",
            "squid-nodata",
            "The name exists, without A and AAAA records.",
            "www.example.com=nodata",
            "dns.flags.response==1 && dns.flags.rcode==0 && dns.count.answers==0 && dns.qry.name==\"www.example.com\" && dns.qry.type==1",
        ),
        failing(
            "dns-servfail",
            "squid-servfail",
            "The DNS server answers SERVFAIL to every query, also when Squid asks again.",
            "www.example.com=servfail",
            "dns.flags.rcode==2 && dns.qry.name==\"www.example.com\" && dns.qry.type==1",
        ),
        failing(
            "dns-refused",
            "squid-refused",
            "The DNS server refuses to answer the gateway.",
            "*=refused",
            "dns.flags.rcode==5 && dns.qry.name==\"www.example.com\" && dns.qry.type==1",
        ),
        failing(
            "dns-no-response",
            "squid-no-response",
            "The DNS server receives the queries and says nothing; Squid asks again and gives up after dns_timeout.",
            "*=silent",
            "",
        ),
        Recipe {
            dns: Some(vec!["www.example.com=192.0.2.10"]),
            firewall: vec!["udp dport 53 drop"],
            settings: vec!["dns_timeout 30 seconds", "dns_retransmit_interval 5 seconds"],
            ..failing(
                "dns-no-response",
                "squid-firewall-drops-dns",
                "A firewall drops the gateway's DNS queries. Squid's own timers: it asks again after 5 and 15 s and gives up after 35 s.",
                "",
                "",
            )
        },
        Recipe {
            dns: None,
            ..failing(
                "dns-unreachable",
                "squid-port-unreachable",
                "No process listens on the DNS server's port: its host answers each query with ICMP port unreachable.",
                "",
                "icmp.type==3 && icmp.code==3 && dns.qry.name==\"www.example.com\" && dns.qry.type==1",
            )
        },
        Recipe {
            firewall: vec!["udp dport 53 reject with icmp type admin-prohibited"],
            ..failing(
                "dns-unreachable",
                "squid-firewall-prohibits-dns",
                "A firewall rejects the gateway's DNS queries with ICMP communication administratively prohibited.",
                "www.example.com=192.0.2.10",
                "icmp.type==3 && icmp.code==13 && dns.qry.name==\"www.example.com\" && dns.qry.type==1",
            )
        },
        Recipe {
            client: vec!["connect:www.example.com:443".to_owned()],
            answers: vec!["500"],
            ..failing(
                "dns-nxdomain",
                "squid-connect",
                "CONNECT to a name that does not exist: Squid answers the CONNECT itself, with 500 and ERR_CANNOT_FORWARD.",
                "www.example.com=nxdomain",
                "dns.flags.rcode==3 && dns.qry.name==\"www.example.com\" && dns.qry.type==1",
            )
        }
        .with(|expect| expect.text("method", "CONNECT").text("target", "www.example.com:443").number("status", 500)),
        upstream_only(),
    ]
}

/// The same as the first, but recorded where the clients are not seen.
fn upstream_only() -> Recipe {
    let expect = Expect::new("dns-nxdomain", "proven")
        .text("host", "www.example.com")
        .null("client")
        .null("status")
        .see(QUERY)
        .see("dns.flags.rcode==3 && dns.qry.name==\"www.example.com\" && dns.qry.type==1");
    Recipe {
        dns: Some(vec!["www.example.com=nxdomain"]),
        answers: vec!["502"],
        recording: Recording::Wan,
        logs: Vec::new(),
        expect: vec![expect],
        exchanges: (1, 1, 0),
        ..recipe(
            "dns-nxdomain",
            "upstream-side-only",
            "The name does not exist. Recorded on the upstream interface only: the client's side is not in the capture.",
        )
    }
}
