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
/// use the name as well). By length: every field of every line is looked up here.
#[rustfmt::skip]
const NAMES: &[(&str, &str, Slot, Shape)] = &[
    ("ip", "", Client, Common),
    ("ip", "client", Client, Common),
    ("ip", "source", Client, Common),
    ("tc", "", Connect, Common),
    ("tr", "", Response, Common),
    ("ts", "", Time, Common),
    ("tt", "", Duration, Common),
    ("ua", "", Agent, Common),
    ("msg", "", Message, Common),
    ("uri", "", Path, Common),
    ("uri", "request", Path, Common),
    ("url", "", Url, Common),
    ("code", "", Code, Common),
    ("date", "", Time, Common),
    ("fqdn", "", Host, Common),
    ("full", "url", Url, Common),
    ("host", "", Host, Common),
    ("host", "properties", Host, Common),
    ("host", "request", Host, Common),
    ("host", "upstream", Upstream, Common),
    ("meth", "", Method, Common),
    ("msec", "", Time, Common),
    ("path", "", Path, Common),
    ("path", "url", Path, Common),
    ("size", "", Sent, Common),
    ("time", "", Time, Common),
    ("verb", "", Method, Common),
    ("agent", "", Agent, Common),
    ("bytes", "", Sent, Common),
    ("state", "", State, Common),
    ("vhost", "", Host, Common),
    ("domain", "url", Host, Common),
    ("logger", "", Logger, Common),
    ("method", "", Method, Common),
    ("method", "request", Method, Common),
    ("status", "", Status, Common),
    ("status", "http", Status, Common),
    ("status", "httpRequest", Status, Common),
    ("status", "response", Status, Common),
    (":method", "", Method, Common),
    ("address", "source", Peer, Common),
    ("latency", "httpRequest", Duration, Common),
    ("message", "", Message, Common),
    ("request", "", Request, Common),
    ("ClientIP", "", Client, Common),
    ("Duration", "", Duration, Common),
    ("OriginIP", "", Upstream, Common),
    ("StartUTC", "", Begun, Common),
    ("category", "", Category, Common),
    ("clientIP", "properties", Client, Common),
    ("clientip", "", Client, Common),
    ("duration", "", Duration, Common),
    ("duration", "event", Nanoseconds, Common),
    ("original", "url", Url, Common),
    ("original", "user_agent", Agent, Common),
    ("remoteIp", "httpRequest", Client, Common),
    ("response", "", Status, Common),
    ("serverIp", "httpRequest", Upstream, Common),
    ("url.full", "", Url, Common),
    ("url.path", "", Path, Common),
    ("authority", "", Host, Common),
    ("client.ip", "", Client, Common),
    ("client_ip", "", Client, Common),
    ("client_ip", "request", Client, Common),
    ("http_host", "", Host, Common),
    ("remote_ip", "", Peer, Common),
    ("remote_ip", "request", Peer, Common),
    ("sentBytes", "properties", Sent, Common),
    ("source.ip", "", Client, Common),
    ("timeStamp", "", Time, Common),
    ("timeTaken", "properties", Seconds, Common),
    ("timestamp", "", Time, Common),
    ("userAgent", "httpRequest", Agent, Common),
    ("userAgent", "properties", Agent, Common),
    (":authority", "", Host, Common),
    ("@timestamp", "", Time, Common),
    ("ClientHost", "", Client, Common),
    ("bytes_sent", "", Sent, Common),
    ("error_info", "properties", ErrorInfo, Common),
    ("httpMethod", "properties", Method, Common),
    ("httpStatus", "", Status, Common),
    ("httpStatus", "properties", Status, Azure),
    ("requestUri", "properties", Path, Common),
    ("requestUrl", "httpRequest", Url, Common),
    ("start_time", "", Begun, Common),
    ("time_local", "", Time, Common),
    ("url.domain", "", Host, Common),
    ("user_agent", "", Agent, Common),
    ("RequestHost", "", Host, Common),
    ("RequestPath", "", Path, Common),
    ("ServiceAddr", "", Upstream, Common),
    ("http_method", "", Method, Common),
    ("http_status", "", Status, Common),
    ("proxyStatus", "jsonPayload", ProxyStatus, Google),
    ("remote_addr", "", Client, Common),
    ("request_uri", "", Path, Common),
    ("server_name", "", Host, Common),
    ("status_code", "", Status, Common),
    ("status_code", "http", Status, Common),
    ("status_code", "httpRequest", Status, Common),
    ("status_code", "response", Status, Common),
    ("OriginStatus", "", Origin, Common),
    ("originalHost", "properties", Host, Common),
    ("requestQuery", "properties", Query, Common),
    ("request_line", "", Request, Common),
    ("request_time", "", Seconds, Common),
    ("responseSize", "httpRequest", Sent, Common),
    ("serverRouted", "properties", Upstream, Common),
    ("serverStatus", "properties", Origin, Common),
    ("time_iso8601", "", Time, Common),
    ("url.original", "", Url, Common),
    ("RequestMethod", "", Method, Common),
    ("requestMethod", "httpRequest", Method, Common),
    ("response_code", "", Status, Common),
    ("statusDetails", "jsonPayload", StatusDetails, Google),
    ("upstream_addr", "", Upstream, Nginx),
    ("upstream_host", "", Upstream, Common),
    ("client_address", "", Client, Common),
    ("event.duration", "", Nanoseconds, Common),
    ("request_method", "", Method, Common),
    ("response_flags", "", Flags, Envoy),
    ("source.address", "", Peer, Common),
    ("body_bytes_sent", "", Sent, Nginx),
    ("http_user_agent", "", Agent, Common),
    ("response_status", "", Status, Common),
    ("upstream_status", "", Origin, Nginx),
    ("ClientRequestURI", "", Path, Common),
    ("DownstreamStatus", "", Status, Traefik),
    ("EdgeEndTimestamp", "", Ended, Common),
    ("ClientRequestHost", "", Host, Common),
    ("EdgeResponseBytes", "", Sent, Common),
    ("termination_state", "", State, Common),
    ("EdgeResponseStatus", "", Status, Cloudflare),
    ("EdgeStartTimestamp", "", Begun, Common),
    ("request_User-Agent", "", Agent, Common),
    ("ClientRequestMethod", "", Method, Common),
    ("destination.address", "", Upstream, Common),
    ("http.request.method", "", Method, Common),
    ("http.response.bytes", "", Sent, Common),
    ("user_agent.original", "", Agent, Common),
    ("x-envoy-origin-path", "", Path, Common),
    ("OriginResponseStatus", "", Origin, Common),
    ("upstream_header_time", "", UpstreamHeader, Common),
    ("DownstreamContentSize", "", Sent, Common),
    ("response_code_details", "", Details, Envoy),
    ("upstream_connect_time", "", UpstreamConnect, Common),
    ("upstream_service_time", "", ServiceTime, Common),
    ("ClientRequestUserAgent", "", Agent, Common),
    ("upstream_response_time", "", Other, Nginx),
    ("http.response.body.bytes", "", Sent, Common),
    ("upstream_response_length", "", UpstreamLength, Common),
    ("downstream_remote_address", "", Client, Common),
    ("http.response.status_code", "", Status, Common),
    ("originalRequestUriWithArgs", "properties", Path, Common),
    ("upstream_transport_failure_reason", "", Reason, Common),
];

/// The longest name, and one more.
const LENGTHS: usize = 34;

/// Where the names of each length begin.
const BEGINS: [usize; LENGTHS + 1] = {
    let mut begins = [NAMES.len(); LENGTHS + 1];
    let mut at = NAMES.len();
    while at > 0 {
        at -= 1;
        begins[NAMES[at].0.len()] = at;
    }
    let mut length = LENGTHS;
    while length > 0 {
        length -= 1;
        if begins[length] > begins[length + 1] {
            begins[length] = begins[length + 1];
        }
    }
    begins
};

/// What a field holds and whose it is; `None` for one that says nothing here.
pub fn of(around: &str, name: &str) -> Option<(Slot, Shape)> {
    let (from, to) = (BEGINS.get(name.len())?, BEGINS.get(name.len() + 1)?);
    let first = name.as_bytes().first();
    let same = NAMES.get(*from..*to)?.iter().filter(|(known, ..)| known.as_bytes().first() == first);
    // Empty texts are told by their length: to compare their bytes is slow where they have no address.
    let inside = |of: &str| of.is_empty() && around.is_empty() || !around.is_empty() && of == around;
    same.filter(|(known, of, ..)| inside(of) && *known == name).map(|(_, _, slot, shape)| (*slot, *shape)).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found() {
        assert!(NAMES.is_sorted_by_key(|(name, ..)| name.len()));
        assert!(NAMES.iter().all(|(name, around, slot, shape)| of(around, name) == Some((*slot, *shape))));
        let long = "x".repeat(LENGTHS + 1);
        assert_eq!((of("headers", "status"), of("", ""), of("", &long), of("", "statuses")), (None, None, None, None));
    }
}
