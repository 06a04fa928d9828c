//! What must hold for every product, the matrix of what there is, and advice as a whole.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::elsewhere::PARTIES;
use super::{Absent, Aim, Facts, Id, Product, Seen, TABLE, advise, fill, unknown_placeholders};
use crate::categories::{self, Id as Category};
use crate::exchange::{Answer, Attempt, Exchange, Phase};
use crate::report::ResetBy;
use crate::time::Timestamp;

#[test]
fn every_product_says_enough_and_not_too_much() {
    for product in TABLE {
        let id = product.id;
        assert_eq!(TABLE.iter().filter(|other| other.id == id).count(), 1, "{id:?}");
        assert!(!product.name.is_empty() && product.statuses.ends_with('.'), "{id:?}");
        let checks = product.handbook().parts.iter().flat_map(|part| part.checks).map(|(_, check)| check);
        for check in checks.chain(product.handbook().recordings.iter().map(|recording| &recording.check)) {
            let text = check.text;
            assert!(text.ends_with('.') && !text.contains('!') && text.len() <= 300, "{text}");
            for text in [text, check.command, check.path] {
                assert_eq!(unknown_placeholders(text), [""; 0], "{text}");
            }
        }
        for (_, cause) in product.handbook().parts.iter().flat_map(|part| part.causes) {
            assert!(cause.text.ends_with('.') && cause.text.len() <= 300, "{}", cause.text);
        }
        for (_, fix) in product.handbook().parts.iter().flat_map(|part| part.fixes) {
            for text in [fix.change, fix.risk] {
                assert!(text.ends_with('.') && !text.contains('!') && text.len() <= 300, "{text}");
            }
            for text in [fix.setting, fix.path, fix.change, fix.risk, fix.verify] {
                assert!(!text.is_empty(), "{}", fix.setting);
                assert_eq!(unknown_placeholders(text), [""; 0], "{text}");
            }
            assert!(!fix.source.is_empty(), "{id:?}: {} has no source", fix.setting);
        }
        for timer in product.timers {
            assert!(!timer.source.is_empty() && timer.wait.0 > 0 && !timer.categories.is_empty(), "{}", timer.name);
        }
    }
}

#[test]
fn every_party_elsewhere_says_enough_and_not_too_much() {
    for party in PARTIES {
        let owner = party.owner.as_str();
        for check in party.checks.iter().map(|(_, made)| &made.check).chain(party.recordings) {
            assert!(
                check.text.ends_with('.') && !check.text.contains('!') && check.text.len() <= 300,
                "{}",
                check.text
            );
            assert!(!check.source.is_empty() && (check.command, check.path) != ("", ""), "{}", check.text);
            for text in [check.text, check.command, check.path] {
                assert_eq!(unknown_placeholders(text), [""; 0], "{text}");
            }
        }
        for (ids, made) in party.checks {
            let known = made.log.is_empty() || crate::logs::TABLE.iter().any(|format| format.id == made.log);
            assert!(known && !ids.is_empty(), "{owner}: {}", made.log);
        }
        for (ids, place) in party.places {
            assert!(!place.path.is_empty() && !place.source.is_empty(), "{}", place.setting);
            assert_eq!(unknown_placeholders(place.path), [""; 0], "{}", place.path);
            for id in *ids {
                let fixes = id.category().map_or(&[][..], |category| category.fixes);
                assert!(fixes.iter().any(|fix| fix.setting == place.setting), "{id} has no fix {}", place.setting);
            }
        }
        for (ids, fix) in party.fixes {
            assert!(fix.at == owner && !ids.is_empty() && !fix.source.is_empty(), "{}", fix.setting);
            for text in [fix.change, fix.risk] {
                assert!(text.ends_with('.') && !text.contains('!') && text.len() <= 300, "{text}");
            }
            for text in [fix.path, fix.change, fix.risk] {
                assert_eq!(unknown_placeholders(text), [""; 0], "{text}");
            }
        }
    }
}

#[test]
fn what_must_be_fixed_elsewhere_is_said_in_its_makers_words() {
    let advice = advise(Category::TcpSynUnanswered, Some(Id::Squid), &Seen::default(), &facts());
    let command = |text: &str| advice.checks.iter().any(|check| check.command.as_deref() == Some(text));
    assert!(command("packet-tracer input <interface> tcp 10.10.67.161 40000 198.51.100.80 80"));
    assert!(command("diagnose debug flow filter addr 198.51.100.80"));
    let rule = advice.fixes.iter().find(|fix| fix.setting == "Outbound rule").map_or("", |fix| fix.path.as_str());
    assert!(rule.starts_with("Firewalls between 10.10.67.161 and 198.51.100.80; Cisco ASA: "), "{rule}");

    // The server sent the RST itself: nothing to look up in a firewall.
    let host = Attempt { reset_by: Some(ResetBy::UpstreamHost), ..Attempt::default() };
    let seen = Seen { attempt: Some(&host), packets: true, ..Seen::default() };
    let advice = advise(Category::ResponseReset, Some(Id::Squid), &seen, &facts());
    assert!(advice.checks.iter().all(|check| !check.text.starts_with("Cisco ASA")), "{:?}", advice.checks);
    assert!(advice.checks.iter().any(|check| check.text.contains("WORKER TIMEOUT")), "{:?}", advice.checks);
}

#[test]
fn a_firewall_that_is_known_by_its_log_is_the_only_one_asked() {
    let firewall = PARTIES.iter().find(|party| party.owner == categories::Owner::Firewall);
    let texts = |log: &str| -> Vec<&'static str> {
        let checks = firewall
            .into_iter()
            .flat_map(|party| party.checks(Category::TcpSynUnanswered, move |known: &str| known == log));
        checks.map(|check| check.text).collect()
    };
    assert_eq!(texts("").len(), 4);
    assert_eq!(texts("palo-alto-traffic"), ["Palo Alto: ask which security rule takes this connection."]);
}

/// Products of which every cell of the matrix is filled: a fix, or why there is none.
const COMPLETE: &[Id] =
    &[Id::CiscoWsa, Id::Skyhigh, Id::Squid, Id::Nginx, Id::Haproxy, Id::Apache, Id::Envoy, Id::Proxysg];

/// How many fixes of its own a product has for a failure.
fn fixes(product: &Product, category: Category) -> usize {
    product.handbook().parts.iter().flat_map(|part| part.fixes).filter(|(ids, _)| ids.contains(&category)).count()
}

/// Of its column.
fn width(product: &Product) -> usize {
    product.id.as_str().len().max(9) + 1
}

/// One line per category: how many checks and fixes of its own each product adds. Instead of fixes, `no` says that it
/// cannot occur there and `~` that no document names a setting; a 0 is a gap that is seen.
fn matrix() -> String {
    let mut matrix = format!("{:26}{:>10}", "checks/fixes", "any");
    for product in TABLE {
        matrix += &format!("{:>width$}", product.id.as_str(), width = width(product));
    }
    for category in categories::TABLE {
        matrix += &format!("\n{:26}", category.id.as_str());
        matrix += &format!("{:>10}", format!("{}/{}", category.checks.len(), category.fixes.len()));
        for product in TABLE {
            let checks = product.handbook().parts.iter().flat_map(|part| part.checks);
            let checks = checks.filter(|(ids, _)| ids.contains(&category.id)).count();
            let fixes = match product.absent(category.id) {
                Some(Absent::CannotOccur(_)) => "no".into(),
                Some(Absent::Undocumented) => "~".into(),
                None => format!("{}", fixes(product, category.id)),
            };
            matrix += &format!("{:>width$}", format!("{checks}/{fixes}"), width = width(product));
        }
    }
    matrix.push('\n');
    matrix
}

#[test]
fn no_gap_is_hidden() {
    for product in TABLE {
        for category in categories::TABLE {
            let cell = format!("{} {}", product.id.as_str(), category.id);
            let reasons = product.absent.iter().filter(|(ids, _)| ids.contains(&category.id)).count();
            let fixes = fixes(product, category.id);
            assert!(reasons == 0 || fixes == 0 && reasons == 1, "{cell}: a fix, or one reason why there is none");
            assert!(!COMPLETE.contains(&product.id) || reasons + fixes > 0, "{cell}: nothing is said");
        }
        for (_, absent) in product.absent {
            if let Absent::CannotOccur(why) = absent {
                assert!(why.ends_with('.') && why.len() <= 200, "{why}");
            }
        }
    }
}

#[test]
fn a_product_without_a_fix_says_why() {
    let gap = |category, product| advise(category, Some(product), &Seen::default(), &facts()).gap.unwrap_or_default();
    assert_eq!(
        gap(Category::H2Goaway, Id::Squid),
        "Squid cannot fail so: Squid speaks HTTP/1.1 to servers and never HTTP/2."
    );
    assert!(gap(Category::PmtuBlackhole, Id::Nginx).contains("what holds for any gateway applies"));
    assert_eq!(gap(Category::DnsNxdomain, Id::Squid), "");
}

#[test]
fn what_verifies_a_fix_can_be_copied_as_it_is() {
    let facts = Facts {
        icmp_from: Some([192, 0, 2, 1].into()),
        url: Some("http://www.example.com/".into()),
        proxy_port: Some(3128),
        ..facts()
    };
    let own = TABLE.iter().flat_map(|product| product.handbook().parts).flat_map(|part| part.fixes).map(|(_, fix)| fix);
    let elsewhere = PARTIES.iter().flat_map(|party| party.fixes).map(|(_, fix)| fix);
    for fix in categories::TABLE.iter().flat_map(|category| category.fixes).chain(own).chain(elsewhere) {
        let verify = fill(fix.verify, &facts);
        assert!(!verify.contains(['<', '\n']) && !verify.ends_with('.'), "{}: {verify}", fix.setting);
    }
}

#[test]
fn the_matrix_is_as_recorded() {
    let recorded = include_str!("matrix.txt");
    let matrix = matrix();
    assert!(matrix == recorded, "core/src/products/matrix.txt should now be:\n{matrix}");
}

fn facts() -> Facts {
    Facts {
        host: Some("www.example.com".into()),
        upstream: Some([198, 51, 100, 80].into()),
        port: Some(80),
        client: Some([10, 10, 70, 50].into()),
        gateway: Some([10, 10, 67, 161].into()),
        dns: Some([10, 10, 65, 1].into()),
        ..Facts::default()
    }
}

#[test]
fn advice_is_bounded_filled_and_said_once() {
    for category in Category::ALL {
        for product in Id::ALL.iter().copied().map(Some).chain([None]) {
            let seen = Seen { candidates: &Category::ALL[..12], ..Seen::default() };
            let advice = advise(*category, product, &seen, &facts());
            assert!((2..=5).contains(&advice.causes.len()), "{category} {product:?}");
            assert!(!advice.checks.is_empty() && !advice.capture.is_empty(), "{category} {product:?}");
            assert!(*category == Category::Undetermined || !advice.fixes.is_empty(), "{category} {product:?}");
            for list in [&advice.checks, &advice.capture] {
                for (index, check) in list.iter().enumerate() {
                    assert!(!check.text.contains("{host}") && !list[..index].contains(check), "{}", check.text);
                }
            }
            for fix in &advice.fixes {
                let own = product.map_or("generic", Id::as_str);
                let known = [own, "generic", "dns", "firewall", "origin", "network", "client"];
                assert!(known.contains(&fix.product.as_str()), "{}", fix.product);
                assert!(!fix.source.is_empty(), "{}", fix.setting);
            }
        }
    }
}

#[test]
fn the_products_own_advice_comes_first() {
    let advice = advise(Category::DnsNxdomain, Some(Id::Skyhigh), &Seen::default(), &facts());
    let fixes: Vec<_> = advice.fixes.iter().map(|fix| (fix.product.as_str(), fix.setting.as_str())).collect();
    assert_eq!(
        fixes,
        [
            ("dns", "Address record"),
            ("skyhigh", "Hosts file"),
            ("skyhigh", "DNS servers"),
            ("dns", "Conditional forwarding"),
            ("client", "Proxy exceptions"),
            ("dns", "Cached answer"),
        ]
    );
    let advice = advise(Category::DnsNxdomain, None, &Seen::default(), &facts());
    assert!(advice.fixes.iter().any(|fix| fix.product == "generic"));
    assert!(advice.fixes.iter().all(|fix| fix.product != "skyhigh" && fix.product != "cisco-wsa"));
}

#[test]
fn what_to_record_depends_on_what_was_seen() {
    let texts = |seen: &Seen<'_>, category| {
        advise(category, Some(Id::Skyhigh), seen, &facts())
            .capture
            .into_iter()
            .map(|check| check.text)
            .collect::<Vec<_>>()
    };
    let packets = Seen { packets: true, ..Seen::default() };
    assert!(texts(&packets, Category::DnsNxdomain).is_empty(), "proven: nothing is missing");
    let silent = texts(&packets, Category::TcpSynUnanswered);
    assert!(silent.len() == 3 && silent[0].contains("next upstream device"), "{silent:?}");
    assert!(silent[1].contains("firewall's own log"), "{silent:?}");
    let doubtful = Seen { doubts: true, ..packets };
    assert!(texts(&doubtful, Category::DnsNxdomain).iter().any(|text| text.contains("200,000")));
    assert!(texts(&Seen::default(), Category::DnsNxdomain).iter().any(|text| text.contains("Error.ID")));
    let host = Attempt { reset_by: Some(ResetBy::UpstreamHost), ..Attempt::default() };
    let reset = Seen { attempt: Some(&host), ..packets };
    assert!(texts(&reset, Category::ResponseReset).is_empty(), "the server's own RST needs no second capture");
}

/// Whose configuration each fix is of, and its setting.
fn fixes_for(category: Category, product: Id, attempt: Attempt) -> Vec<(String, String)> {
    let exchange = Exchange {
        client_secure: Phase::NotSeen,
        client: facts().client,
        gateway: facts().gateway,
        begun: Timestamp(0),
        host: facts().host,
        port: facts().port,
        method: None,
        target: None,
        answer: Answer::NotSeen,
        attempts: Vec::new(),
        claim: None,
        events: Vec::new(),
        outward: true,
        signs: Default::default(),
        names: Default::default(),
        doubts: Vec::new(),
    };
    let seen = Seen { exchange: Some(&exchange), attempt: Some(&attempt), packets: true, ..Seen::default() };
    advise(category, Some(product), &seen, &facts()).fixes.into_iter().map(|fix| (fix.product, fix.setting)).collect()
}

/// What a vendor's document, or the product's source, says that a failure ends in.
const ENDS_IN: &[(Id, u16, Category)] = &[
    // Cisco and Skyhigh: the articles. The others: products.md and the documents that each product's file names.
    (Id::CiscoWsa, 502, Category::TcpSynUnanswered),
    (Id::CiscoWsa, 504, Category::TcpSynReset),
    (Id::Skyhigh, 502, Category::TcpSynUnanswered),
    (Id::Squid, 503, Category::TcpSynUnanswered),
    (Id::Squid, 504, Category::ResponseTimeout),
    (Id::Nginx, 504, Category::TcpSynUnanswered),
    (Id::Nginx, 502, Category::TcpSynReset),
    (Id::Haproxy, 503, Category::TcpSynUnanswered),
    (Id::Haproxy, 502, Category::ResponseReset),
    (Id::Apache, 502, Category::ResponseTimeout),
    (Id::Apache, 500, Category::DnsNxdomain),
    (Id::Envoy, 503, Category::ResponseReset),
    (Id::Envoy, 504, Category::ResponseTimeout),
    (Id::Proxysg, 503, Category::TcpSynUnanswered),
    (Id::Proxysg, 503, Category::RequiredService),
    (Id::AwsAlb, 502, Category::TcpIcmpUnreachable),
    (Id::AwsAlb, 504, Category::TcpSynUnanswered),
    (Id::Varnish, 503, Category::ResponseTimeout),
    (Id::Traefik, 502, Category::ResponseEmpty),
    (Id::GoogleLb, 502, Category::ResponseTimeout),
    (Id::GoogleLb, 503, Category::ResponseTimeout),
    (Id::AzureGateway, 502, Category::TlsCertificate),
    (Id::AzureGateway, 504, Category::ResponseTimeout),
    (Id::CloudFront, 502, Category::DnsNxdomain),
    (Id::CloudFront, 504, Category::TcpSynUnanswered),
    (Id::Cloudflare, 521, Category::TcpSynReset),
    (Id::Cloudflare, 522, Category::TcpSynUnanswered),
    (Id::Cloudflare, 523, Category::TcpIcmpUnreachable),
    (Id::Cloudflare, 524, Category::ResponseTimeout),
    (Id::Cloudflare, 530, Category::DnsNxdomain),
];

#[test]
fn what_a_status_means_is_sourced() {
    for (id, status, category) in ENDS_IN {
        let row = id.product().and_then(|product| product.answer(*status));
        let fits = row.is_some_and(|row| row.candidates.iter().any(|ids| ids.contains(category)));
        assert!(fits, "{} {status}: {category}", id.as_str());
    }
    for product in TABLE {
        for row in product.answers {
            let place = format!("{} {}", product.id.as_str(), row.status);
            assert_eq!(product.answers.iter().filter(|other| other.status == row.status).count(), 1, "{place}");
            assert!(row.means.ends_with('.') && row.means.contains(&format!("{}", row.status)), "{place}");
            assert!(!row.source.is_empty() && row.source != super::PRACTICE, "{place}");
        }
    }
}

#[test]
fn a_verdict_says_what_the_status_means_at_its_product() {
    let meaning = |lines: &str| {
        let mut case = crate::Case::new(crate::Options::default());
        let input = case.input("x.log");
        case.read(input, lines.as_bytes());
        case.end(input);
        case.report().verdicts.into_iter().next().and_then(|verdict| verdict.status_meaning).unwrap_or_default()
    };
    let elff = "#Software: SGOS 6.7\n#Fields: date time time-taken c-ip sc-status s-action cs-method cs-uri-scheme cs-host \
                cs-uri-port cs-uri-path x-exception-id\n2026-03-10 08:00:01 60001 192.0.2.7 503 TCP_ERR_MISS GET http \
                www.example.com 80 / tcp_error\n";
    assert!(meaning(elff).starts_with("ProxySG says 503 where it could not connect"), "{}", meaning(elff));
    let google = r#"{"httpRequest":{"requestMethod":"GET","requestUrl":"https://www.example.com/","status":502,"latency":"30.001s","remoteIp":"192.0.2.7"},"jsonPayload":{"@type":"type.googleapis.com/google.cloud.loadbalancing.type.LoadBalancerLogEntry","statusDetails":"backend_timeout"},"resource":{"type":"http_load_balancer"},"timestamp":"2026-03-10T08:00:01.000000Z"}"#;
    assert!(meaning(google).contains("statusDetails"), "{}", meaning(google));
    // The backend's own status is not the load balancer's word.
    assert_eq!(meaning(&google.replace("backend_timeout", "response_sent_by_backend")), "");
}

#[test]
fn what_the_evidence_speaks_against_comes_last() {
    let by = |who| Attempt { reset_by: Some(who), ..Attempt::default() };
    for category in [Category::TcpSynReset, Category::ResponseReset, Category::TlsReset] {
        for product in [Id::CiscoWsa, Id::Skyhigh] {
            let by_host = fixes_for(category, product, by(ResetBy::UpstreamHost));
            assert_ne!(by_host[0].0, "firewall", "{category} {by_host:?}");
            assert!(!by_host[0].1.contains("L4 Traffic"), "{category} {by_host:?}");
            let by_device = fixes_for(category, product, by(ResetBy::DeviceOnPath));
            assert_ne!(by_device[0].0, "origin", "{category} {by_device:?}");
            assert_eq!(by_host.len(), by_device.len(), "nothing is left out");
        }
    }
    let kept = |reused| Attempt {
        local: Some(([10, 10, 67, 161], 40_000).into()),
        connect: Phase::Ok(None),
        reused,
        ..Attempt::default()
    };
    for product in [Id::Squid, Id::Nginx, Id::Haproxy, Id::Apache, Id::Envoy, Id::Proxysg] {
        assert_eq!(fixes_for(Category::ResponseReset, product, kept(true))[0].0, product.as_str());
        assert_eq!(fixes_for(Category::ResponseReset, product, kept(false))[0].0, "firewall", "{product:?}");
    }
    let from = |address: [u8; 4]| Attempt { local: Some((address, 40_000).into()), ..Attempt::default() };
    let last = |attempt| fixes_for(Category::TcpSynUnanswered, Id::CiscoWsa, attempt).pop().map(|fix| fix.1);
    assert_eq!(last(from([10, 10, 67, 161])).as_deref(), Some("Return redirection"), "its own address");
    assert_ne!(last(from([10, 10, 70, 50])).as_deref(), Some("Return redirection"), "the client's address");
}

#[test]
fn what_mends_the_cause_comes_before_what_eases_the_harm() {
    for product in TABLE.iter().map(|product| product.id) {
        for category in [Category::TcpSynUnanswered, Category::TcpSynReset, Category::OriginError] {
            let fixes = fixes_for(category, product, Attempt::default());
            let first = fixes[0].1.as_str();
            assert!(
                !["Connect timeout", "Retry on another server"].contains(&first),
                "{product:?} {category}: {first}"
            );
        }
    }
}

#[test]
fn packets_name_the_owner_of_a_reset() {
    let owner = |reset_by| {
        let attempt = Attempt { reset_by, ..Attempt::default() };
        let seen = Seen { attempt: Some(&attempt), packets: true, ..Seen::default() };
        advise(Category::TcpSynReset, None, &seen, &facts()).owner
    };
    assert_eq!(owner(Some(ResetBy::DeviceOnPath)), "firewall");
    assert_eq!(owner(Some(ResetBy::UpstreamHost)), "origin");
    assert_eq!(owner(None), "origin");
}

#[test]
fn nobody_is_told_to_capture_on_a_service() {
    for service in [Id::AwsAlb, Id::GoogleLb, Id::AzureGateway, Id::CloudFront, Id::Cloudflare, Id::Zscaler] {
        for category in Category::ALL {
            let capture = advise(*category, Some(service), &Seen::default(), &facts()).capture;
            let on = |text: &str| capture.iter().any(|check| check.text.starts_with(text));
            assert!(!on("Capture on the gateway") && !on("Add to the access log"), "{service:?} {category}");
        }
    }
}

#[test]
fn a_gap_in_the_own_recordings_is_filled_by_the_generic_ones() {
    for aim in [Aim::Packets, Aim::Path, Aim::Log, Aim::Read] {
        let generic = Id::Generic.product().map_or(&[][..], |product| product.handbook().recordings);
        assert!(generic.iter().any(|recording| recording.aim == aim), "{aim:?}");
    }
}
