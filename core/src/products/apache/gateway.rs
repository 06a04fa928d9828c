//! httpd's own answers: workers in error state, parents, loops, rules, limits.

use super::{MANUAL, THROUGH, directive, log};
use crate::categories::{Id, check, fix};
use crate::products::Part;

/// See the module.
pub(super) const PART: Part = Part {
    checks: &[
        (
            &[Id::NoHealthyUpstream],
            log(
                "AH00940 or AH00941: the worker is in error state; AH01167 or AH01170: all of them. The cause is an \
                 earlier AH00957 or AH00959.",
            ),
        ),
        (
            &[Id::NoHealthyUpstream],
            check("See the state of each member (Ok, Err, Dis), if the manager is enabled.", "")
                .path("http://SERVER/balancer-manager")
                .source("Apache httpd 2.4 documentation, mod_proxy_balancer"),
        ),
        (&[Id::ParentProxyError], log("AH00950 send_http_connect: it has the status that the parent proxy sent.")),
        (
            &[Id::NoAttempt],
            log("AH01144 No protocol handler was valid: the module for the scheme is not loaded; the client gets 500."),
        ),
        (
            &[Id::ProxyOverload],
            check("The error log has AH00161 or AH00484: MaxRequestWorkers was reached.", "apachectl status")
                .source("Apache httpd source, MPMs"),
        ),
    ],
    fixes: &[
        (
            &[Id::ParentProxyError],
            directive(
                "Parent proxy",
                "ProxyRemote, NoProxy",
                "Name another parent for {host}, or exempt it with NoProxy.",
                "Going directly passes beside what the parent filters and logs.",
                THROUGH,
            ),
        ),
        (
            &[Id::ProxyLoop],
            directive(
                "Parent proxy, name in Via",
                "ProxyMaxForwards, ProxyVia on, ProxyPass /PATH !",
                "Exempt the path or host that leads back here; ProxyMaxForwards 10 ends a loop that still comes about.",
                "Too low a number breaks long chains of proxies.",
                THROUGH,
            ),
        ),
        (
            &[Id::NoAttempt],
            fix(
                "Module for the scheme",
                "LoadModule proxy_http_module (http, https), proxy_fcgi_module, proxy_ajp_module, proxy_wstunnel_module",
                "Load the module for the scheme in ProxyPass (Debian: a2enmod proxy_http), then restart.",
                "None.",
                "apachectl -M",
            )
            .source(MANUAL),
        ),
        (
            &[Id::PolicyDenied],
            directive(
                "Exception",
                "Require in <Proxy> or <Location>; ProxyBlock",
                "Allow those who need {host} where the rule stands; the error log names it (AH01630).",
                "The server behind loses that protection.",
                THROUGH,
            ),
        ),
        (
            &[Id::RequiredService],
            fix(
                "The service, or what happens without it",
                "AuthLDAPURL \"ldap://FIRST SECOND/...\", LDAPConnectionTimeout, LDAPTimeout",
                "Name a second LDAP server with a space between; it is asked when the first does not answer.",
                "Both must hold the same accounts.",
                THROUGH,
            )
            .source("Apache httpd 2.4 documentation, mod_authnz_ldap and mod_ldap"),
        ),
        (
            &[Id::ProxyOverload],
            fix(
                "Limits",
                "MaxRequestWorkers, ServerLimit; ProxyPass ... max= acquire=",
                "Raise MaxRequestWorkers, and ServerLimit with it, as far as memory allows.",
                "More memory; the servers behind get more at once.",
                "apachectl status",
            )
            .source("Apache httpd 2.4 documentation, MPM common directives"),
        ),
    ],
    ..Part::EMPTY
};

/// What lets requests fail sooner or go elsewhere.
pub(super) const EASE: Part = Part {
    fixes: &[(
        &[Id::NoHealthyUpstream],
        directive(
            "Health check and failure limits",
            "ProxyPass ... retry= (60 s); BalancerMember ... hcmethod=GET hcinterval=10",
            "Lower retry, so that a member is tried again sooner; let mod_proxy_hcheck find out by itself.",
            "With retry=0 every request tries the dead server and waits.",
            THROUGH,
        )
        .source("Apache httpd 2.4 documentation, mod_proxy and mod_proxy_hcheck"),
    )],
    eases: true,
    ..Part::EMPTY
};
