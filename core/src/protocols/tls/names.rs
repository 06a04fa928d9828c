//! What the numbers of TLS are called: versions, alerts, cipher suites, groups (IANA's TLS registries).

/// A protocol version as people say it.
#[must_use]
pub const fn version_name(version: u16) -> &'static str {
    match version {
        0x0002 => "SSL 2.0",
        0x0300 => "SSL 3.0",
        0x0301 => "TLS 1.0",
        0x0302 => "TLS 1.1",
        0x0303 => "TLS 1.2",
        0x0304 => "TLS 1.3",
        _ => "an unknown version",
    }
}

/// Alerts: number, name, and what it means when a handshake ends with it (RFC 8446 section 6, RFC 5246 section 7.2).
const ALERTS: &[(u8, &str, &str)] = &[
    (0, "close_notify", "an orderly end"),
    (10, "unexpected_message", "a message that does not belong here"),
    (20, "bad_record_mac", "a record was changed on the way, or the keys differ"),
    (21, "decryption_failed", "a record could not be decrypted"),
    (22, "record_overflow", "a record is too long"),
    (30, "decompression_failure", "a record could not be unpacked"),
    (40, "handshake_failure", "nothing acceptable was offered"),
    (41, "no_certificate", "no certificate to show"),
    (42, "bad_certificate", "the certificate is broken or its signature is wrong"),
    (43, "unsupported_certificate", "a kind of certificate that is not supported"),
    (44, "certificate_revoked", "the certificate was revoked"),
    (45, "certificate_expired", "the certificate has expired or is not valid yet"),
    (46, "certificate_unknown", "the certificate is not acceptable for some other reason"),
    (47, "illegal_parameter", "a field has a value that does not fit"),
    (48, "unknown_ca", "the issuer is not known or not trusted"),
    (49, "access_denied", "the certificate is good, but access is refused"),
    (50, "decode_error", "a message could not be read"),
    (51, "decrypt_error", "a signature or a key exchange does not hold"),
    (60, "export_restriction", "a key is longer than export rules allowed"),
    (70, "protocol_version", "the version offered is not supported"),
    (71, "insufficient_security", "the ciphers offered are too weak"),
    (80, "internal_error", "a fault that has nothing to do with the peer"),
    (86, "inappropriate_fallback", "a retry with an older version than both support"),
    (90, "user_canceled", "the user gave up"),
    (100, "no_renegotiation", "no new handshake on this connection"),
    (109, "missing_extension", "an extension that is needed is missing"),
    (110, "unsupported_extension", "an extension that was not offered"),
    (111, "certificate_unobtainable", "the certificate could not be fetched"),
    (112, "unrecognized_name", "the server name is not served here"),
    (113, "bad_certificate_status_response", "the stapled OCSP answer is invalid"),
    (114, "bad_certificate_hash_value", "the certificate does not match its hash"),
    (115, "unknown_psk_identity", "the shared key is not known"),
    (116, "certificate_required", "a client certificate is needed"),
    (120, "no_application_protocol", "none of the protocols offered (ALPN) is served"),
    (121, "ech_required", "the server did not take the encrypted ClientHello"),
];

fn alert(number: u8) -> Option<&'static (u8, &'static str, &'static str)> {
    ALERTS.iter().find(|(known, ..)| *known == number)
}

/// The name of an alert.
#[must_use]
pub fn alert_name(number: u8) -> &'static str {
    alert(number).map_or("unassigned", |(_, name, _)| name)
}

/// What an alert means, in a few words; empty where that is not known.
#[must_use]
pub fn alert_meaning(number: u8) -> &'static str {
    alert(number).map_or("", |(.., meaning)| meaning)
}

/// The name of a cipher suite; `None` for those that are hardly met.
#[must_use]
pub const fn cipher_name(suite: u16) -> Option<&'static str> {
    Some(match suite {
        0x0004 => "TLS_RSA_WITH_RC4_128_MD5",
        0x0005 => "TLS_RSA_WITH_RC4_128_SHA",
        0x000a => "TLS_RSA_WITH_3DES_EDE_CBC_SHA",
        0x002f => "TLS_RSA_WITH_AES_128_CBC_SHA",
        0x0033 => "TLS_DHE_RSA_WITH_AES_128_CBC_SHA",
        0x0035 => "TLS_RSA_WITH_AES_256_CBC_SHA",
        0x0039 => "TLS_DHE_RSA_WITH_AES_256_CBC_SHA",
        0x003c => "TLS_RSA_WITH_AES_128_CBC_SHA256",
        0x003d => "TLS_RSA_WITH_AES_256_CBC_SHA256",
        0x0067 => "TLS_DHE_RSA_WITH_AES_128_CBC_SHA256",
        0x006b => "TLS_DHE_RSA_WITH_AES_256_CBC_SHA256",
        0x009c => "TLS_RSA_WITH_AES_128_GCM_SHA256",
        0x009d => "TLS_RSA_WITH_AES_256_GCM_SHA384",
        0x009e => "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",
        0x009f => "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384",
        0x1301 => "TLS_AES_128_GCM_SHA256",
        0x1302 => "TLS_AES_256_GCM_SHA384",
        0x1303 => "TLS_CHACHA20_POLY1305_SHA256",
        0x1304 => "TLS_AES_128_CCM_SHA256",
        0x1305 => "TLS_AES_128_CCM_8_SHA256",
        0xc009 => "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
        0xc00a => "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
        0xc012 => "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA",
        0xc013 => "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
        0xc014 => "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
        0xc023 => "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
        0xc024 => "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384",
        0xc027 => "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
        0xc028 => "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384",
        0xc02b => "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        0xc02c => "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        0xc02f => "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        0xc030 => "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        0xcca8 => "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
        0xcca9 => "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
        _ => return None,
    })
}

/// The name of a key exchange group; `None` for those that are hardly met.
#[must_use]
pub const fn group_name(group: u16) -> Option<&'static str> {
    Some(match group {
        0x0017 => "secp256r1",
        0x0018 => "secp384r1",
        0x0019 => "secp521r1",
        0x001d => "x25519",
        0x001e => "x448",
        0x0100 => "ffdhe2048",
        0x11eb => "SecP256r1MLKEM768",
        0x11ec => "X25519MLKEM768",
        0x11ed => "SecP384r1MLKEM1024",
        0x6399 => "X25519Kyber768Draft00",
        _ => return None,
    })
}
