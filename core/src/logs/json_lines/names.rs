//! Which field of an object is what: the names that products and shippers give them.

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "named like the fields of `Record`, or like the products' own words")]
pub enum Slot {
    /// When the request came.
    Begun,
    /// When the line was written, or nobody knows which.
    Time,
    Status,
    /// The status as HAProxy's own variable calls it.
    Code,
    Method,
    Path,
    Url,
    /// Method, target and version.
    Request,
    Host,
    Client,
    /// Where the client's address stands as well, less surely.
    Peer,
    Upstream,
    /// The server's own status.
    Origin,
    Agent,
    Sent,
    Duration,
    /// ECS: nanoseconds.
    Nanoseconds,
    /// nginx and Azure: seconds.
    Seconds,
    Message,
    Logger,
    /// Envoy.
    Flags,
    Details,
    Reason,
    ServiceTime,
    /// nginx.
    UpstreamConnect,
    UpstreamHeader,
    UpstreamLength,
    /// Google Cloud.
    StatusDetails,
    ProxyStatus,
    /// Azure.
    Category,
    ErrorInfo,
    Query,
    /// Cloudflare.
    Ended,
    /// HAProxy.
    State,
    Connect,
    Response,
}

/// How many there are.
pub const SLOTS: usize = Slot::Response as usize + 1;

/// Whose names these are: a field that only one product has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    /// Names that many use: ECS, logstash, a site's own.
    #[default]
    Common,
    Envoy,
    Traefik,
    Caddy,
    Nginx,
    Google,
    Azure,
    Cloudflare,
    Haproxy,
}

/// What a field holds, by its name and that of the object around it; `None` for one that says nothing here.
pub fn slot(around: &str, name: &str) -> Option<Slot> {
    use Slot::*;
    Some(match (around, name) {
        ("", "start_time" | "StartUTC" | "EdgeStartTimestamp") => Begun,
        ("", "EdgeEndTimestamp") => Ended,
        (
            "",
            "time" | "ts" | "@timestamp" | "timestamp" | "timeStamp" | "time_iso8601" | "time_local" | "msec" | "date",
        ) => Time,
        ("", "response_code" | "DownstreamStatus" | "EdgeResponseStatus" | "response_status" | "status_code")
        | ("", "http.response.status_code" | "http_status" | "httpStatus" | "response" | "status")
        | ("httpRequest" | "http", "status" | "status_code")
        | ("properties", "httpStatus")
        | ("response", "status_code" | "status") => Status,
        ("", "code") => Code,
        ("", "method" | ":method" | "RequestMethod" | "request_method" | "http_method" | "verb" | "meth")
        | ("", "http.request.method" | "ClientRequestMethod")
        | ("request", "method")
        | ("httpRequest", "requestMethod")
        | ("properties", "httpMethod") => Method,
        (
            "",
            "path" | "x-envoy-origin-path" | "RequestPath" | "request_uri" | "uri" | "url.path" | "ClientRequestURI",
        )
        | ("request", "uri")
        | ("url", "path")
        | ("properties", "originalRequestUriWithArgs" | "requestUri") => Path,
        ("", "url" | "url.full" | "url.original") | ("url", "full" | "original") | ("httpRequest", "requestUrl") => Url,
        ("", "request" | "request_line") => Request,
        ("", "authority" | ":authority" | "RequestHost" | "host" | "http_host" | "server_name" | "vhost" | "fqdn")
        | ("", "url.domain" | "ClientRequestHost")
        | ("request", "host")
        | ("url", "domain")
        | ("properties", "originalHost" | "host") => Host,
        ("", "downstream_remote_address" | "ClientHost" | "remote_addr" | "ClientIP" | "client_ip" | "clientip")
        | ("", "client.ip" | "source.ip" | "client_address" | "ip")
        | ("request", "client_ip")
        | ("client" | "source", "ip")
        | ("httpRequest", "remoteIp")
        | ("properties", "clientIP") => Client,
        ("request", "remote_ip") | ("", "remote_ip" | "source.address") | ("source", "address") => Peer,
        ("", "upstream_host" | "ServiceAddr" | "upstream_addr" | "OriginIP" | "destination.address")
        | ("upstream", "host")
        | ("httpRequest", "serverIp")
        | ("properties", "serverRouted") => Upstream,
        ("", "OriginStatus" | "upstream_status" | "OriginResponseStatus") | ("properties", "serverStatus") => Origin,
        ("", "user_agent" | "request_User-Agent" | "http_user_agent" | "agent" | "user_agent.original" | "ua")
        | ("", "ClientRequestUserAgent")
        | ("user_agent", "original")
        | ("httpRequest", "userAgent")
        | ("properties", "userAgent") => Agent,
        ("", "bytes_sent" | "DownstreamContentSize" | "size" | "body_bytes_sent" | "bytes" | "EdgeResponseBytes")
        | ("", "http.response.body.bytes" | "http.response.bytes")
        | ("httpRequest", "responseSize")
        | ("properties", "sentBytes") => Sent,
        ("", "duration" | "Duration" | "tt") | ("httpRequest", "latency") => Duration,
        ("", "event.duration") | ("event", "duration") => Nanoseconds,
        ("", "request_time") | ("properties", "timeTaken") => Seconds,
        ("", "msg" | "message") => Message,
        ("", "logger") => Logger,
        ("", "response_flags") => Flags,
        ("", "response_code_details") => Details,
        ("", "upstream_transport_failure_reason") => Reason,
        ("", "upstream_service_time") => ServiceTime,
        ("", "upstream_connect_time") => UpstreamConnect,
        ("", "upstream_header_time") => UpstreamHeader,
        ("", "upstream_response_length") => UpstreamLength,
        ("jsonPayload", "statusDetails") => StatusDetails,
        ("jsonPayload", "proxyStatus") => ProxyStatus,
        ("", "category") => Category,
        ("properties", "error_info") => ErrorInfo,
        ("properties", "requestQuery") => Query,
        ("", "state" | "termination_state") => State,
        ("", "tc") => Connect,
        ("", "tr") => Response,
        _ => return None,
    })
}

/// The product whose name for a field this is; `None` where others use it as well.
pub fn owner(around: &str, name: &str) -> Option<Shape> {
    Some(match (around, name) {
        ("", "response_flags" | "response_code_details") => Shape::Envoy,
        ("", "DownstreamStatus") => Shape::Traefik,
        ("jsonPayload", "statusDetails" | "proxyStatus") => Shape::Google,
        ("properties", "httpStatus") => Shape::Azure,
        ("", "EdgeResponseStatus") => Shape::Cloudflare,
        ("", "body_bytes_sent" | "upstream_addr" | "upstream_status" | "upstream_response_time") => Shape::Nginx,
        _ => return None,
    })
}
