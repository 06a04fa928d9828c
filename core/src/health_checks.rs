//! Requests by which load balancers and schedulers ask whether a server is well: no user waits for them, so they are
//! counted apart from what users asked for.
//!
//! They are known by what they call themselves. Non-goals: monitoring services, which test as users do, and checks that
//! a site configured to look like a browser.

/// How health checkers call themselves (`User-Agent`), as their names begin.
const AGENTS: &[&str] = &[
    // Elastic Load Balancing, Health checks for your target groups.
    "ELB-HealthChecker/",
    // Google Cloud, Health checks overview.
    "GoogleHC/",
    // Kubernetes, Configure Liveness, Readiness and Startup Probes.
    "kube-probe/",
    // Envoy, Health checking.
    "Envoy/HC",
    "Consul Health Check",
    // Amazon Route 53, health checks.
    "Amazon-Route53-Health-Check-Service",
    // Azure Load Balancer, from 168.63.129.16.
    "Load Balancer Agent",
];

/// Whether a request is a health check: `agent` as it stands, `-` where a log says that there was none.
#[must_use]
pub fn is_one(agent: &str, method: Option<&str>, target: Option<&str>) -> bool {
    // Most begin otherwise: one letter decides.
    match agent.as_bytes().first() {
        Some(b'E' | b'G' | b'k' | b'C' | b'A' | b'L') => AGENTS.iter().any(|name| agent.starts_with(name)),
        // HAProxy's `option httpchk`, unless a site wrote a request of its own: OPTIONS / without any field.
        Some(b'-') if agent.len() == 1 => method == Some("OPTIONS") && target == Some("/"),
        _ => false,
    }
}

/// Whether a health check is of a load balancer, which passes users' requests on from the same addresses.
#[must_use]
pub fn of_balancer(agent: &str) -> bool {
    ["ELB-HealthChecker/", "GoogleHC/", "Envoy/HC", "-"].iter().any(|name| agent.starts_with(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_what_they_call_themselves() {
        for agent in ["ELB-HealthChecker/2.0", "GoogleHC/1.0", "kube-probe/1.29", "Envoy/HC", "Consul Health Check"] {
            assert!(is_one(agent, Some("GET"), Some("/")), "{agent}");
        }
        for agent in ["", "-", "Mozilla/5.0", "ELB", "GoogleBot", "curl/8.5", "kube-controller-manager/1.2"] {
            assert!(!is_one(agent, Some("GET"), Some("/")), "{agent}");
        }
        assert!(is_one("-", Some("OPTIONS"), Some("/")));
        assert!(!is_one("Mozilla/5.0", Some("OPTIONS"), Some("/")), "a preflight request");
        assert!(!is_one("", Some("OPTIONS"), Some("/")), "not said");
    }
}
