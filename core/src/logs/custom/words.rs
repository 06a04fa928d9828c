//! What the fields of products' format strings hold: one table per product.

/// What a field of a layout holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "named like the fields of `Record`, or like the products' own words")]
pub enum Word {
    /// `08/Mar/2013:18:25:57 -0600`, perhaps in brackets.
    Clf,
    /// RFC 3339.
    Iso,
    /// HAProxy's accept date.
    Accepted,
    /// `1233658928.496`, or whole seconds.
    Epoch,
    /// Milliseconds behind whole seconds of another field.
    Fraction,
    /// Durations, by their unit.
    Seconds,
    Milliseconds,
    Microseconds,
    Client,
    /// `X-Forwarded-For`: the first address is the client's.
    Forwarded,
    Method,
    Target,
    Host,
    /// Method, target and version.
    Request,
    Status,
    /// Bytes sent, of the body or with the header.
    BodySent,
    AllSent,
    Agent,
    /// Address, or addresses with ports, of whom the gateway tried.
    Server,
    ServerPort,
    /// nginx's `$upstream_*`.
    UpstreamStatus,
    UpstreamConnect,
    UpstreamHeader,
    UpstreamLength,
    /// Squid's result code, hierarchy code, error code and detail.
    ResultCode,
    Hierarchy,
    ErrorCode,
    ErrorDetail,
    Mime,
    /// HAProxy's termination state, its timers Tc and Tr, its server's name and that of its group.
    State,
    ConnectTime,
    ResponseTime,
    ServerName,
    Backend,
    /// Envoy's response flags, response code details, transport failure reason, service time.
    Flags,
    Details,
    Reason,
    ServiceTime,
    /// Cisco WSA: times until DNS answered and until TLS stood, the decision tag, the block of verdicts.
    DnsTime,
    SecureTime,
    Tag,
    Verdict,
    /// One that says nothing of the failure.
    Other,
}

impl Word {
    /// True for a value of digits, with a point at most.
    #[must_use]
    pub const fn number(self) -> bool {
        matches!(
            self,
            Self::Epoch
                | Self::Fraction
                | Self::Seconds
                | Self::Milliseconds
                | Self::Microseconds
                | Self::Status
                | Self::BodySent
                | Self::AllSent
                | Self::ServerPort
        )
    }
}

/// How many there are.
pub const WORDS: usize = Word::Other as usize + 1;

/// A product's names and what they hold; [`Word::Other`] for names that are known and say nothing.
pub type Names = &'static [(&'static str, Word)];

/// ngx_http_log_module, ngx_http_core_module and ngx_http_upstream_module, embedded variables.
pub const NGINX: Names = &[
    ("time_local", Word::Clf),
    ("time_iso8601", Word::Iso),
    ("msec", Word::Epoch),
    ("request_time", Word::Seconds),
    ("remote_addr", Word::Client),
    ("realip_remote_addr", Word::Client),
    ("http_x_forwarded_for", Word::Forwarded),
    ("proxy_add_x_forwarded_for", Word::Forwarded),
    ("request", Word::Request),
    ("request_method", Word::Method),
    ("request_uri", Word::Target),
    ("uri", Word::Target),
    ("host", Word::Host),
    ("http_host", Word::Host),
    ("server_name", Word::Host),
    ("status", Word::Status),
    ("upstream_addr", Word::Server),
    ("upstream_status", Word::UpstreamStatus),
    ("upstream_connect_time", Word::UpstreamConnect),
    ("upstream_header_time", Word::UpstreamHeader),
    ("upstream_bytes_received", Word::UpstreamLength),
    ("upstream_response_length", Word::UpstreamLength),
    ("upstream_response_time", Word::Other),
    ("remote_user", Word::Other),
    ("body_bytes_sent", Word::BodySent),
    ("bytes_sent", Word::AllSent),
    ("http_referer", Word::Other),
    ("http_user_agent", Word::Agent),
];

/// squid.conf.documented, directive logformat.
pub const SQUID: Names = &[
    ("ts", Word::Epoch),
    ("tu", Word::Fraction),
    ("tl", Word::Clf),
    ("tg", Word::Clf),
    ("tr", Word::Milliseconds),
    (">a", Word::Client),
    (">A", Word::Client),
    ("rm", Word::Method),
    (">rm", Word::Method),
    ("ru", Word::Target),
    (">ru", Word::Target),
    ("<ru", Word::Other),
    ("rp", Word::Other),
    (">rd", Word::Host),
    ("Hs", Word::Status),
    (">Hs", Word::Status),
    (">s", Word::Status),
    ("<Hs", Word::Other),
    ("Ss", Word::ResultCode),
    ("Sh", Word::Hierarchy),
    ("<a", Word::Server),
    ("<p", Word::ServerPort),
    ("<A", Word::Other),
    ("err_code", Word::ErrorCode),
    ("err_detail", Word::ErrorDetail),
    ("mt", Word::Mime),
    ("un", Word::Other),
    ("ul", Word::Other),
    ("ui", Word::Other),
    ("<st", Word::AllSent),
    ("st", Word::Other),
    ("rv", Word::Other),
    (">h", Word::Other),
    ("<h", Word::Other),
];

/// HAProxy Configuration Manual, 8.2.6 (custom log format).
pub const HAPROXY: Names = &[
    ("t", Word::Accepted),
    ("tr", Word::Accepted),
    ("T", Word::Clf),
    ("Tl", Word::Clf),
    ("trg", Word::Clf),
    ("trl", Word::Clf),
    ("Ts", Word::Epoch),
    ("ms", Word::Fraction),
    ("ci", Word::Client),
    ("HM", Word::Method),
    ("HU", Word::Target),
    ("HP", Word::Target),
    ("HPO", Word::Target),
    ("r", Word::Request),
    ("ST", Word::Status),
    ("s", Word::ServerName),
    ("si", Word::Server),
    ("sp", Word::ServerPort),
    ("ts", Word::State),
    ("tsc", Word::State),
    ("Tc", Word::ConnectTime),
    ("Tr", Word::ResponseTime),
    ("Ta", Word::Milliseconds),
    ("Tt", Word::Milliseconds),
    ("cp", Word::Other),
    ("ft", Word::Other),
    ("f", Word::Other),
    ("b", Word::Backend),
    ("B", Word::AllSent),
    ("U", Word::Other),
    ("TR", Word::Other),
    ("Tw", Word::Other),
    ("Tq", Word::Other),
    ("Th", Word::Other),
    ("Ti", Word::Other),
    ("CC", Word::Other),
    ("CS", Word::Other),
    ("ac", Word::Other),
    ("fc", Word::Other),
    ("bc", Word::Other),
    ("sc", Word::Other),
    ("rc", Word::Other),
    ("sq", Word::Other),
    ("bq", Word::Other),
    ("hr", Word::Other),
    ("hs", Word::Other),
    ("ID", Word::Other),
];

/// Apache, mod_log_config, custom log formats.
pub const APACHE: Names = &[
    ("t", Word::Clf),
    ("h", Word::Client),
    ("a", Word::Client),
    ("{X-Forwarded-For}i", Word::Forwarded),
    ("r", Word::Request),
    ("m", Word::Method),
    ("U", Word::Target),
    ("s", Word::Status),
    ("v", Word::Host),
    ("V", Word::Host),
    ("{Host}i", Word::Host),
    ("D", Word::Microseconds),
    ("{us}T", Word::Microseconds),
    ("{ms}T", Word::Milliseconds),
    ("T", Word::Seconds),
    ("l", Word::Other),
    ("u", Word::Other),
    ("b", Word::BodySent),
    ("B", Word::BodySent),
    ("I", Word::Other),
    ("O", Word::AllSent),
    ("{User-Agent}i", Word::Agent),
    ("p", Word::Other),
    ("P", Word::Other),
    ("q", Word::Other),
    ("H", Word::Other),
    ("k", Word::Other),
    ("X", Word::Other),
    ("L", Word::Other),
    ("A", Word::Other),
];

/// Envoy, access logging, command operators.
pub const ENVOY: Names = &[
    ("START_TIME", Word::Iso),
    ("DURATION", Word::Milliseconds),
    ("DOWNSTREAM_REMOTE_ADDRESS", Word::Client),
    ("DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT", Word::Client),
    ("DOWNSTREAM_DIRECT_REMOTE_ADDRESS", Word::Other),
    ("REQ(X-FORWARDED-FOR)", Word::Forwarded),
    ("REQ(USER-AGENT)", Word::Agent),
    ("REQ(:METHOD)", Word::Method),
    ("REQ(:PATH)", Word::Target),
    ("REQ(X-ENVOY-ORIGINAL-PATH?:PATH)", Word::Target),
    ("REQ(:AUTHORITY)", Word::Host),
    ("RESPONSE_CODE", Word::Status),
    ("RESPONSE_FLAGS", Word::Flags),
    ("RESPONSE_FLAGS_LONG", Word::Flags),
    ("RESPONSE_CODE_DETAILS", Word::Details),
    ("UPSTREAM_TRANSPORT_FAILURE_REASON", Word::Reason),
    ("UPSTREAM_HOST", Word::Server),
    ("UPSTREAM_REMOTE_ADDRESS", Word::Server),
    ("RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)", Word::ServiceTime),
    ("PROTOCOL", Word::Other),
    ("BYTES_RECEIVED", Word::Other),
    ("BYTES_SENT", Word::BodySent),
    ("UPSTREAM_CLUSTER", Word::Other),
    ("CONNECTION_TERMINATION_DETAILS", Word::Other),
];

/// AsyncOS for Web, Log Fields and Format Specifiers. `%2r` is the URL where `%1r` stands before it: see `wsa`.
pub const WSA: Names = &[
    ("t", Word::Epoch),
    ("e", Word::Milliseconds),
    ("a", Word::Client),
    ("w", Word::ResultCode),
    ("h", Word::Status),
    ("s", Word::AllSent),
    ("1r", Word::Method),
    ("2r", Word::Request),
    ("r", Word::Request),
    ("y", Word::Method),
    ("Y", Word::Target),
    ("A", Word::Other),
    ("H", Word::Hierarchy),
    ("d", Word::ServerName),
    ("N", Word::Host),
    ("c", Word::Mime),
    ("D", Word::Tag),
    ("Xr", Word::Verdict),
    ("k", Word::Server),
    ("p", Word::ServerPort),
    ("u", Word::Agent),
    (":<1", Word::ConnectTime),
    (":>d", Word::DnsTime),
    (":>g", Word::SecureTime),
    (":>1", Word::ResponseTime),
    (":<d", Word::Other),
    (":<h", Word::Other),
    (":<b", Word::Other),
    (":>h", Word::Other),
    (":>b", Word::Other),
    (":1<", Word::Other),
    (":1>", Word::Other),
    ("F", Word::Other),
    ("I", Word::Other),
    ("g", Word::Other),
    ("m", Word::Other),
    ("L", Word::Other),
    ("x", Word::Other),
    ("B", Word::Other),
    ("q", Word::Other),
    ("M", Word::Other),
    ("j", Word::Other),
];
