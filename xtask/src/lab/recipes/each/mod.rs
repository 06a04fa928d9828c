//! The same fault through each gateway: nginx and HAProxy as reverse proxies, Apache as a forward proxy, and Squid where
//! it has no recipe of its own.

mod connect;
mod gateway;
mod healthy;
mod resolve;
mod response;

use super::super::proxies::{APACHE, HAPROXY, NGINX, Program, SQUID};
use super::super::recipe::{Expect, Recipe, recipe};

/// A gateway and the logs that are kept of it.
const EACH: [(&Program, &[&str]); 4] = [
    (&SQUID, &["access.log"]),
    (&NGINX, &["upstream.log", "error.log"]),
    (&HAPROXY, &["haproxy.log"]),
    (&APACHE, &["access.log", "error.log"]),
];

/// All of them.
pub fn all() -> Vec<Recipe> {
    [resolve::all(), connect::all(), response::all(), gateway::all(), healthy::all()].concat()
}

/// What is the same in a fault that goes through each gateway.
struct Fault {
    category: &'static str,
    /// The case's name behind the gateway's.
    name: &'static str,
    about: &'static str,
    /// What the client sees of Squid, nginx, HAProxy and Apache; an empty one leaves that gateway out.
    statuses: [&'static str; 4],
}

impl Fault {
    /// `GATEWAY-name` for each. `refine` says what must come out, `change` makes the fault.
    fn through(&self, refine: impl Fn(Expect) -> Expect, change: impl Fn(Recipe) -> Recipe) -> Vec<Recipe> {
        let each = EACH.iter().zip(self.statuses).filter(|(_, status)| !status.is_empty());
        each.map(|((program, logs), status)| {
            let case = recipe(self.category, format!("{}-{}", program.name, self.name), self.about);
            let case = case.via(program, &[], logs);
            let target = case.target("/");
            change(case.fails(status, self.category, |expect| {
                refine(expect.text("target", &target).text("upstream", "192.0.2.10:80"))
            }))
        })
        .collect()
    }
}

impl Recipe {
    /// Whether this program is the gateway.
    fn through(&self, program: &Program) -> bool {
        self.program.name == program.name
    }

    /// More settings of the gateway.
    fn set(mut self, program: &Program, settings: &[&'static str]) -> Self {
        if self.through(program) {
            self.settings.extend(settings);
        }
        self
    }
}

fn script(actions: &[&str]) -> Vec<String> {
    actions.iter().map(|action| (*action).to_owned()).collect()
}
