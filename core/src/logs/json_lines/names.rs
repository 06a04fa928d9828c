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
    /// One that only tells whose object it is.
    Other,
}

/// How many there are.
pub const SLOTS: usize = Slot::Other as usize + 1;

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

use Shape::*;
use Slot::*;

/// A field's name, that of the object around it, what it holds, and the product that alone has it ([`Shape::Common`]: others
/// use the name as well). Sorted, to be searched by halves: every field of every line is looked up here.
#[rustfmt::skip]
const NAMES: &[(&str, &str, Slot, Shape)] = &[
    (":authority", "", Host, Common),
    (":method", "", Method, Common),
    ("@timestamp", "", Time, Common),
    ("ClientHost", "", Client, Common),
    ("ClientIP", "", Client, Common),
    ("ClientRequestHost", "", Host, Common),
    ("ClientRequestMethod", "", Method, Common),
    ("ClientRequestURI", "", Path, Common),
    ("ClientRequestUserAgent", "", Agent, Common),
    ("DownstreamContentSize", "", Sent, Common),
    ("DownstreamStatus", "", Status, Traefik),
    ("Duration", "", Duration, Common),
    ("EdgeEndTimestamp", "", Ended, Common),
    ("EdgeResponseBytes", "", Sent, Common),
    ("EdgeResponseStatus", "", Status, Cloudflare),
    ("EdgeStartTimestamp", "", Begun, Common),
    ("OriginIP", "", Upstream, Common),
    ("OriginResponseStatus", "", Origin, Common),
    ("OriginStatus", "", Origin, Common),
    ("RequestHost", "", Host, Common),
    ("RequestMethod", "", Method, Common),
    ("RequestPath", "", Path, Common),
    ("ServiceAddr", "", Upstream, Common),
    ("StartUTC", "", Begun, Common),
    ("address", "source", Peer, Common),
    ("agent", "", Agent, Common),
    ("authority", "", Host, Common),
    ("body_bytes_sent", "", Sent, Nginx),
    ("bytes", "", Sent, Common),
    ("bytes_sent", "", Sent, Common),
    ("category", "", Category, Common),
    ("client.ip", "", Client, Common),
    ("clientIP", "properties", Client, Common),
    ("client_address", "", Client, Common),
    ("client_ip", "", Client, Common),
    ("client_ip", "request", Client, Common),
    ("clientip", "", Client, Common),
    ("code", "", Code, Common),
    ("date", "", Time, Common),
    ("destination.address", "", Upstream, Common),
    ("domain", "url", Host, Common),
    ("downstream_remote_address", "", Client, Common),
    ("duration", "", Duration, Common),
    ("duration", "event", Nanoseconds, Common),
    ("error_info", "properties", ErrorInfo, Common),
    ("event.duration", "", Nanoseconds, Common),
    ("fqdn", "", Host, Common),
    ("full", "url", Url, Common),
    ("host", "", Host, Common),
    ("host", "properties", Host, Common),
    ("host", "request", Host, Common),
    ("host", "upstream", Upstream, Common),
    ("http.request.method", "", Method, Common),
    ("http.response.body.bytes", "", Sent, Common),
    ("http.response.bytes", "", Sent, Common),
    ("http.response.status_code", "", Status, Common),
    ("httpMethod", "properties", Method, Common),
    ("httpStatus", "", Status, Common),
    ("httpStatus", "properties", Status, Azure),
    ("http_host", "", Host, Common),
    ("http_method", "", Method, Common),
    ("http_status", "", Status, Common),
    ("http_user_agent", "", Agent, Common),
    ("ip", "", Client, Common),
    ("ip", "client", Client, Common),
    ("ip", "source", Client, Common),
    ("latency", "httpRequest", Duration, Common),
    ("logger", "", Logger, Common),
    ("message", "", Message, Common),
    ("meth", "", Method, Common),
    ("method", "", Method, Common),
    ("method", "request", Method, Common),
    ("msec", "", Time, Common),
    ("msg", "", Message, Common),
    ("original", "url", Url, Common),
    ("original", "user_agent", Agent, Common),
    ("originalHost", "properties", Host, Common),
    ("originalRequestUriWithArgs", "properties", Path, Common),
    ("path", "", Path, Common),
    ("path", "url", Path, Common),
    ("proxyStatus", "jsonPayload", ProxyStatus, Google),
    ("remoteIp", "httpRequest", Client, Common),
    ("remote_addr", "", Client, Common),
    ("remote_ip", "", Peer, Common),
    ("remote_ip", "request", Peer, Common),
    ("request", "", Request, Common),
    ("requestMethod", "httpRequest", Method, Common),
    ("requestQuery", "properties", Query, Common),
    ("requestUri", "properties", Path, Common),
    ("requestUrl", "httpRequest", Url, Common),
    ("request_User-Agent", "", Agent, Common),
    ("request_line", "", Request, Common),
    ("request_method", "", Method, Common),
    ("request_time", "", Seconds, Common),
    ("request_uri", "", Path, Common),
    ("response", "", Status, Common),
    ("responseSize", "httpRequest", Sent, Common),
    ("response_code", "", Status, Common),
    ("response_code_details", "", Details, Envoy),
    ("response_flags", "", Flags, Envoy),
    ("response_status", "", Status, Common),
    ("sentBytes", "properties", Sent, Common),
    ("serverIp", "httpRequest", Upstream, Common),
    ("serverRouted", "properties", Upstream, Common),
    ("serverStatus", "properties", Origin, Common),
    ("server_name", "", Host, Common),
    ("size", "", Sent, Common),
    ("source.address", "", Peer, Common),
    ("source.ip", "", Client, Common),
    ("start_time", "", Begun, Common),
    ("state", "", State, Common),
    ("status", "", Status, Common),
    ("status", "http", Status, Common),
    ("status", "httpRequest", Status, Common),
    ("status", "response", Status, Common),
    ("statusDetails", "jsonPayload", StatusDetails, Google),
    ("status_code", "", Status, Common),
    ("status_code", "http", Status, Common),
    ("status_code", "httpRequest", Status, Common),
    ("status_code", "response", Status, Common),
    ("tc", "", Connect, Common),
    ("termination_state", "", State, Common),
    ("time", "", Time, Common),
    ("timeStamp", "", Time, Common),
    ("timeTaken", "properties", Seconds, Common),
    ("time_iso8601", "", Time, Common),
    ("time_local", "", Time, Common),
    ("timestamp", "", Time, Common),
    ("tr", "", Response, Common),
    ("ts", "", Time, Common),
    ("tt", "", Duration, Common),
    ("ua", "", Agent, Common),
    ("upstream_addr", "", Upstream, Nginx),
    ("upstream_connect_time", "", UpstreamConnect, Common),
    ("upstream_header_time", "", UpstreamHeader, Common),
    ("upstream_host", "", Upstream, Common),
    ("upstream_response_length", "", UpstreamLength, Common),
    ("upstream_response_time", "", Other, Nginx),
    ("upstream_service_time", "", ServiceTime, Common),
    ("upstream_status", "", Origin, Nginx),
    ("upstream_transport_failure_reason", "", Reason, Common),
    ("uri", "", Path, Common),
    ("uri", "request", Path, Common),
    ("url", "", Url, Common),
    ("url.domain", "", Host, Common),
    ("url.full", "", Url, Common),
    ("url.original", "", Url, Common),
    ("url.path", "", Path, Common),
    ("userAgent", "httpRequest", Agent, Common),
    ("userAgent", "properties", Agent, Common),
    ("user_agent", "", Agent, Common),
    ("user_agent.original", "", Agent, Common),
    ("verb", "", Method, Common),
    ("vhost", "", Host, Common),
    ("x-envoy-origin-path", "", Path, Common),
];

/// What a field holds and whose it is; `None` for one that says nothing here.
pub fn of(around: &str, name: &str) -> Option<(Slot, Shape)> {
    let at = NAMES.binary_search_by(|(known, of, ..)| (*known, *of).cmp(&(name, around))).ok()?;
    NAMES.get(at).map(|(_, _, slot, shape)| (*slot, *shape))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted() {
        assert!(NAMES.is_sorted_by_key(|(name, around, ..)| (*name, *around)));
        assert!(NAMES.iter().all(|(name, around, slot, shape)| of(around, name) == Some((*slot, *shape))));
        assert_eq!(of("headers", "status"), None);
    }
}
