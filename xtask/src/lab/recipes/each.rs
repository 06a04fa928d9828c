//! The same fault through each of the other proxies: nginx and HAProxy as reverse proxies, Apache as a forward proxy.

use super::super::proxies::{APACHE, APACHE_REVERSE, HAPROXY, NGINX, Program, haproxy::RESOLVING};
use super::super::recipe::{Expect, Recipe, SYN, recipe};

/// A proxy and the logs that are kept of it.
pub const EACH: [(&Program, &[&str]); 3] =
    [(&NGINX, &["upstream.log", "error.log"]), (&HAPROXY, &["haproxy.log"]), (&APACHE, &["access.log", "error.log"])];

/// `PROXY-fault` for each proxy of [`EACH`], which answers with one of `statuses`, in that order; an empty one leaves
/// the proxy out. `change` makes the fault.
pub fn each(
    category: &'static str,
    fault: &str,
    about: &str,
    statuses: [&'static str; 3],
    refine: impl Fn(Expect) -> Expect,
    change: impl Fn(Recipe) -> Recipe,
) -> Vec<Recipe> {
    let proxies = EACH.into_iter().zip(statuses).filter(|(_, status)| !status.is_empty());
    proxies
        .map(|((program, logs), status)| {
            let case = recipe(category, format!("{}-{fault}", program.name), about).via(program, &[], logs);
            let target = case.target("/");
            change(case.fails(status, category, |expect| {
                refine(expect.text("target", &target).text("upstream", "192.0.2.10:80"))
            }))
        })
        .collect()
}

/// The answer of a closed port.
const RESET: &str = "ip.src==192.0.2.10 && tcp.flags.reset==1";

/// Names that do not resolve: each proxy looks the name up when the request comes.
fn unresolved(
    category: &'static str,
    fault: &str,
    about: &str,
    rule: &'static str,
    proof: &'static str,
) -> Vec<Recipe> {
    each(
        category,
        fault,
        about,
        ["502", "503", "502"],
        |expect| expect.null("upstream").see_last(proof),
        |case| {
            let settings = if std::ptr::eq(case.program, &HAPROXY) { RESOLVING.to_vec() } else { Vec::new() };
            Recipe { dns: Some(vec![rule]), origins: Vec::new(), settings, ..case }
        },
    )
}

pub fn all() -> Vec<Recipe> {
    let mut all = each(
        "tcp-syn-reset",
        "port-closed",
        "Nothing listens on the site's port 80: its host answers the SYN with RST.",
        ["502", "503", "503"],
        |expect| expect.see(SYN).see(RESET),
        |case| Recipe { origins: Vec::new(), ..case },
    );
    all.extend(unresolved(
        "dns-nxdomain",
        "nxdomain",
        "The DNS server says that www.example.com does not exist.",
        "www.example.com=nxdomain",
        "dns.flags.rcode==3 && dns.qry.name==\"www.example.com\" && dns.qry.type==1",
    ));
    all.push(recipe("healthy", "apache-reverse-get", "One GET through Apache as a reverse proxy, answered.").via(
        &APACHE_REVERSE,
        &[],
        &["access.log"],
    ));
    all
}
