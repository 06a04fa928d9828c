//! Names that do not resolve: each gateway looks the name up when the request comes.

use super::super::super::proxies::{HAPROXY, haproxy::RESOLVING};
use super::super::super::recipe::Recipe;
use super::Fault;

fn unresolved(
    category: &'static str,
    name: &'static str,
    about: &'static str,
    statuses: [&'static str; 4],
    rule: &'static str,
    proof: &str,
) -> Vec<Recipe> {
    let fault = Fault { category, name, about, statuses };
    let proof = format!("{proof} && dns.qry.name==\"www.example.com\" && dns.qry.type==1");
    fault.through(
        |expect| expect.null("upstream").see_last(&proof),
        |case| Recipe { dns: Some(vec![rule]), origins: Vec::new(), ..case }.set(&HAPROXY, &RESOLVING),
    )
}

pub fn all() -> Vec<Recipe> {
    let mut all = [
        unresolved(
            "dns-nxdomain",
            "nxdomain",
            "The DNS server says that www.example.com does not exist.",
            ["", "502", "503", "500"],
            "www.example.com=nxdomain",
            "dns.flags.rcode==3",
        ),
        unresolved(
            "dns-nodata",
            "nodata",
            "The name exists, without A and AAAA records.",
            ["", "502", "503", "500"],
            "www.example.com=nodata",
            "dns.flags.response==1 && dns.flags.rcode==0 && dns.count.answers==0",
        ),
        unresolved(
            "dns-servfail",
            "servfail",
            "The DNS server answers SERVFAIL to every query.",
            ["", "502", "503", "500"],
            "www.example.com=servfail",
            "dns.flags.rcode==2",
        ),
        unresolved(
            "dns-refused",
            "refused",
            "The DNS server refuses to answer the gateway.",
            ["", "502", "503", "500"],
            "*=refused",
            "dns.flags.rcode==5",
        ),
        unresolved(
            "dns-no-response",
            "no-response",
            "The DNS server receives the queries and says nothing.",
            ["", "502", "503", "500"],
            "*=silent",
            "dns.flags.response==0 && !icmp",
        ),
    ]
    .concat();
    let unreachable = unresolved(
        "dns-unreachable",
        "port-unreachable",
        "No process listens on the DNS server's port: its host answers each query with ICMP port unreachable.",
        ["", "502", "503", "500"],
        "",
        "icmp.type==3 && icmp.code==3",
    );
    all.extend(unreachable.into_iter().map(|case| Recipe { dns: None, ..case }));
    let blocked = unresolved(
        "dns-tcp-fallback-blocked",
        "tcp-reset",
        "The DNS answer over UDP is truncated; a firewall resets TCP to port 53.",
        ["", "502", "", "500"],
        "www.example.com=truncated/192.0.2.10",
        "dns.flags.truncated==1",
    );
    let firewall = || vec!["tcp dport 53 reject with tcp reset"];
    all.extend(blocked.into_iter().map(|case| Recipe { firewall: firewall(), ..case }));
    all
}
