//! Logs of other people, found through `GATEWAY_TRIAGE_CORPUS`; skipped where it is not set.

use alloc::vec::Vec;

use super::super::LogReader;

/// What the corpus's logs are, by the beginning of their names; the others are of no format here.
const CORPUS: &[(&str, &str)] = &[
    ("squid", "squid"),
    ("wsa", "cisco-wsa"),
    ("skyhigh", "skyhigh-kv"),
    ("bluecoat", "proxysg-kv"),
    ("forcepoint", "forcepoint"),
    ("zscaler", "zscaler"),
    ("olfeo", "olfeo"),
    ("haproxy_gforcada", "haproxy"),
    ("haproxy_lnav", "haproxy"),
    ("haproxy_matomo", "haproxy"),
    ("haproxy_no7dw", "haproxy"),
    ("haproxy_sekoia", "haproxy"),
    // Single lines of many layouts, as below.
    ("apache_sekoia", "apache-error"),
    // With more before the time: read as far as it goes.
    ("nginx_ekz_access", "combined"),
    ("istio_access_json", "json-lines"),
    ("traefik_json", "json-lines"),
    ("caddy", "json-lines"),
    ("gcp_lb", "json-lines"),
    ("azure_appgw", "json-lines"),
    ("aws_alb", "aws-alb"),
    ("iis_beats", "w3c"),
    ("envoy_beats", "envoy"),
    ("apache_error", "apache-error"),
    ("apache_fail2ban", "apache-error"),
    ("nginx_ingress_elastic", "nginx"),
    ("nginx_ingress_error", "ingress-nginx-error"),
    ("nginx_digimarket_host_error", "nginx-error"),
    ("nginx_ekz_error", "nginx-error"),
    ("nginx_macos_error", "nginx-error"),
    ("nginx_ngf_", "nginx-error"),
    // Single lines of many layouts; these are the most.
    ("nginx_sekoia", "json-lines"),
];

/// The corpus, where there is one: every log is claimed by its own format alone.
#[test]
fn the_corpus_is_told_apart() {
    let Some(corpus) = std::env::var_os("GATEWAY_TRIAGE_CORPUS") else {
        std::eprintln!("skipped: GATEWAY_TRIAGE_CORPUS is not set");
        return;
    };
    let mut seen = 0;
    for entry in std::fs::read_dir(std::path::Path::new(&corpus).join("logs")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let bytes = std::fs::read(&path).unwrap();
        let mut reader = LogReader::new(0, None);
        reader.push(&bytes);
        reader.end();
        let expected = CORPUS.iter().find(|(prefix, _)| name.starts_with(prefix)).map(|(_, id)| *id);
        assert_eq!(reader.format().map(|format| format.id), expected, "{name}");
        let head = &bytes[..bytes.len().min(crate::input::HEAD)];
        assert_eq!(
            crate::input::recognise(head).format(),
            reader.format().map_or("text", |format| format.id),
            "{name}"
        );
        // Where lines are of several formats: which, and how many of each.
        let formats: Vec<(&str, u64)> =
            reader.formats().into_iter().map(|(format, records)| (format.id, records)).collect();
        let several: Option<&[(&str, u64)]> = match &*name {
            "apache_sekoia_tests.log" => Some(&[("apache-error", 0), ("combined", 7), ("clf", 1)]),
            "haproxy_sekoia_tests.log" => Some(&[("haproxy", 8), ("json-lines", 1)]),
            "nginx_ngf_longevity240_plus.log" => Some(&[("nginx-error", 2), ("combined", 1)]),
            "squid_sekoia_tests.log" => Some(&[("squid", 13), ("olfeo", 2)]),
            "nginx_sekoia_tests.log" => Some(&[("json-lines", 4), ("combined", 6), ("nginx-error", 1)]),
            _ => None,
        };
        match several {
            Some(several) => assert_eq!(formats, several, "{name}"),
            None => assert!(formats.len() < 2, "{name}: {formats:?}"),
        }
        if let Some((records, failed, unseen)) = match &*name {
            "squid_elastic_access1.log" => Some((100, 0, 5)),
            "squid_kujirai_access.log" => Some((122, 0, 116)),
            "squid_richmix_access.log" => Some((113, 2, 0)),
            "squid_sekoia_tests.log" => Some((13, 2, 5)),
            "wsa_sekoia_tests.log" => Some((6, 0, 2)),
            "skyhigh_sekoia_tests.log" => Some((8, 0, 0)),
            "bluecoat_kv_sekoia_tests.log" => Some((2, 0, 1)),
            // One of the records is broken in two.
            "forcepoint_sekoia_tests.log" => Some((4, 0, 0)),
            "zscaler_web_elastic.log" => Some((7, 0, 1)),
            "olfeo_swg_sekoia_tests.log" => Some((4, 0, 1)),
            // As many as the access log of the same time has 502s.
            "nginx_digimarket_host_error.log" => Some((162, 162, 0)),
            "haproxy_no7dw_extract.log" => Some((440, 9, 0)),
            "haproxy_lnav.log" => Some((14, 0, 0)),
            "nginx_ekz_error.log" => Some((4, 4, 0)),
            "nginx_ngf_scale200_https.log" => Some((163, 163, 0)),
            "nginx_ekz_access.log" => Some((13, 2, 0)),
            "nginx_ingress_elastic.log" => Some((22, 0, 0)),
            "nginx_macos_error.log" => Some((3, 3, 0)),
            "envoy_beats.log" => Some((4, 0, 1)),
            "envoy_beats_json.log" => Some((2, 2, 0)),
            "istio_access_json_elastic.log" => Some((3, 0, 0)),
            "caddy_crowdsec.log" => Some((10, 0, 0)),
            // One of its lines is a plugin's.
            "traefik_json_crowdsec.log" => Some((6, 0, 0)),
            "aws_alb_crowdsec.log" => Some((14, 0, 0)),
            "gcp_lb_sekoia_tests.log" => Some((3, 1, 0)),
            // Printed over 93 lines; a third object is a firewall's.
            "azure_appgw_sekoia_tests.log" => Some((2, 0, 0)),
            // Three headers, and lines of the first below the last.
            "iis_beats_access.log" => Some((5, 0, 0)),
            "iis_beats_httperr.log" => Some((4, 2, 0)),
            "haproxy_gforcada_small.log" => Some((9, 0, 0)),
            "haproxy_matomo.log" => Some((1, 0, 0)),
            _ => None,
        } {
            assert_eq!((reader.records, reader.failed, reader.unseen), (records, failed, unseen), "{name}");
        }
        seen += 1;
    }
    assert!(seen >= 40);
}
