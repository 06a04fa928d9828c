//! Load balancers and caches of clouds: the words of their logs, with the failures that the log formats read from them.

use crate::categories::Id::*;
use crate::guided::{Answer, answer, yes};
use crate::logs::aws_alb as aws;
use crate::logs::cloudfront as front;
use crate::logs::json_lines::{azure, cloudflare as flare, google};

const AWS: &str = "AWS documentation, Troubleshoot your Application Load Balancers; Access logs";

pub(super) const AWS_ALB: &[Answer] = &[
    answer(
        "target",
        "elb_status_code and target_status_code are the same",
        &[yes(aws::FROM_TARGET.candidates, "The target itself sent the status.", AWS)],
    ),
    answer(
        "502",
        "502, and target_status_code is -",
        &[yes(
            aws::S_502.candidates,
            "The target refused or closed the connection, its TLS failed, or its response is malformed or too large.",
            AWS,
        )],
    ),
    answer(
        "503",
        "503, and no target stands in the line",
        &[yes(aws::S_503.candidates, "The target group has no target that can be used.", AWS)],
    ),
    answer(
        "504",
        "504, and target_status_code is -",
        &[yes(
            aws::S_504.candidates,
            "No connection within 10 s, or no whole response within the idle timeout (60 s by default).",
            AWS,
        )],
    ),
    answer("460", "460 or 000", &[yes(aws::CLIENT_LEFT.candidates, "The client closed first.", AWS)]),
    answer("561", "561", &[yes(aws::LOGIN.candidates, "The identity provider, which is asked first, failed.", AWS)]),
    answer(
        "rule",
        "actions_executed says fixed-response",
        &[yes(aws::BY_RULE.candidates, "A rule of the listener answers so.", AWS)],
    ),
    answer(
        "waf",
        "actions_executed says waf-failed",
        &[yes(aws::WAF.candidates, "AWS WAF, which is asked first, failed.", AWS)],
    ),
    answer(
        "lambda-invalid",
        "error_reason LambdaInvalidResponse or LambdaResponseTooLarge",
        &[yes(aws::LAMBDA_INVALID.candidates, "The Lambda function's response is malformed or too large.", AWS)],
    ),
    answer(
        "lambda-reach",
        "error_reason LambdaConnectionError or LambdaConnectionTimeout",
        &[yes(aws::LAMBDA_CONNECTION.candidates, "The Lambda service was not reached.", AWS)],
    ),
    answer(
        "lambda-limit",
        "error_reason LambdaThrottling or LambdaEC2ThrottledException",
        &[yes(aws::LAMBDA_THROTTLED.candidates, "Too many requests for the Lambda function at once.", AWS)],
    ),
    answer(
        "lambda",
        "error_reason Lambda…, another one",
        &[yes(aws::LAMBDA.candidates, "The Lambda function failed, or could not be called.", AWS)],
    ),
];

const GC: &str = "Google Cloud documentation, Application Load Balancer logging: statusDetails and proxyStatus";

pub(super) const GOOGLE_LB: &[Answer] = &[
    answer(
        "by-backend",
        "response_sent_by_backend",
        &[yes(google::FROM_SERVER.candidates, "The backend itself sent the status.", GC)],
    ),
    answer(
        "no-connect",
        "failed_to_connect_to_backend",
        &[yes(google::NOT_CONNECTED.candidates, "No connection to the backend, by a timeout or otherwise.", GC)],
    ),
    answer(
        "no-backend",
        "failed_to_pick_backend, or error=destination_unavailable",
        &[yes(google::NO_BACKEND.candidates, "No healthy backend was there to try.", GC)],
    ),
    answer(
        "timeout",
        "backend_timeout, or error=http_response_timeout",
        &[yes(google::TIMED_OUT.candidates, "The backend service's timeout ran out.", GC)],
    ),
    answer(
        "closed",
        "backend_connection_closed_before_data_sent_to_client, or error=connection_terminated",
        &[yes(google::CLOSED.candidates, "The backend closed before the response was passed on.", GC)],
    ),
    answer(
        "partial",
        "backend_connection_closed_after_partial_response_sent, or error=http_response_incomplete",
        &[yes(google::TRUNCATED.candidates, "The backend closed in the middle of the response.", GC)],
    ),
    answer(
        "long",
        "backend_response_headers_too_long",
        &[yes(google::TOO_LARGE.candidates, "The response's headers exceed the limit.", GC)],
    ),
    answer(
        "corrupt",
        "backend_response_corrupted",
        &[yes(google::BAD_CODING.candidates, "The body's chunked coding is invalid, or the body is corrupt.", GC)],
    ),
    answer(
        "early",
        "backend_early_response_with_non_error_status",
        &[yes(google::EARLY.candidates, "The backend answered before it had the whole request.", GC)],
    ),
    answer(
        "invalid",
        "backend_interim_response_not_supported, error_uncompressing_gzipped_body or error=http_protocol_error",
        &[yes(google::INVALID.candidates, "The backend's response is not valid where it came.", GC)],
    ),
    answer(
        "certificate",
        "ssl_certificate_… or server_cert_…, or error=tls_certificate_error",
        &[yes(google::CERTIFICATE.candidates, "The load balancer refused the backend's certificate.", GC)],
    ),
    answer(
        "alpn",
        "failed_to_negotiate_alpn",
        &[yes(google::NO_ALPN.candidates, "They could not agree on a protocol over TLS.", GC)],
    ),
    answer(
        "tls",
        "error=tls_protocol_error",
        &[yes(google::NO_TLS.candidates, "The TLS handshake with the backend failed.", GC)],
    ),
    answer(
        "connect-timeout",
        "error=connection_timeout",
        &[yes(google::CONNECT_TIMED_OUT.candidates, "The connection was not set up in time.", GC)],
    ),
    answer(
        "refused",
        "error=connection_refused",
        &[yes(google::REFUSED.candidates, "The backend refused the connection.", GC)],
    ),
    answer(
        "dns",
        "error=dns_error or dns_timeout",
        &[yes(google::DNS.candidates, "The backend's name was not resolved.", GC)],
    ),
    answer(
        "policy",
        "denied_by_security_policy, direct_response or fault_filter_abort",
        &[yes(google::POLICY.candidates, "A rule of the load balancer answers so.", GC)],
    ),
    answer(
        "service",
        "handled_by_identity_aware_proxy or service_extension_error",
        &[yes(google::SERVICE.candidates, "What is asked first made this answer, or failed.", GC)],
    ),
    answer(
        "loop",
        "request_loop_detected",
        &[yes(google::LOOP.candidates, "The request came back to the load balancer.", GC)],
    ),
    answer(
        "own",
        "config_not_found, internal_error or retriable_error",
        &[yes(google::OWN.candidates, "The load balancer's own infrastructure failed.", GC)],
    ),
    answer(
        "client",
        "client_disconnected_… or client_timed_out",
        &[yes(google::LEFT.candidates, "The client left, or did not take the answer.", GC)],
    ),
];

const AZ: &str = "Microsoft Learn, Application Gateway: monitoring data reference (error_info); HTTP response codes";

pub(super) const AZURE_GATEWAY: &[Answer] = &[
    answer(
        "no-live",
        "error_info ERRORINFO_UPSTREAM_NO_LIVE",
        &[yes(azure::NO_LIVE.candidates, "No backend server was live or could be reached.", AZ)],
    ),
    answer(
        "closed",
        "error_info ERRORINFO_UPSTREAM_CLOSED_CONNECTION",
        &[yes(azure::CLOSED.candidates, "The backend closed before the request was answered.", AZ)],
    ),
    answer(
        "timed-out",
        "error_info ERRORINFO_UPSTREAM_TIMED_OUT",
        &[yes(azure::TIMED_OUT.candidates, "The request time-out (20 s by default) ran out.", AZ)],
    ),
    answer(
        "by-server",
        "serverStatus is the same as httpStatus",
        &[yes(azure::FROM_SERVER.candidates, "The backend itself sent the status.", AZ)],
    ),
    answer(
        "client",
        "499, or error_info ERRORINFO_CLIENT_CLOSED_REQUEST or ERRORINFO_CLIENT_TIMED_OUT",
        &[yes(azure::LEFT.candidates, "The client closed first, or did nothing until its timeout.", AZ)],
    ),
];

const CF: &str = "Amazon CloudFront Developer Guide, Standard logging reference, x-edge-detailed-result-type";

pub(super) const CLOUDFRONT: &[Answer] = &[
    answer(
        "connect",
        "OriginConnectError",
        &[yes(front::NOT_CONNECTED.candidates, "CloudFront could not connect to the origin.", CF)],
    ),
    answer("dns", "OriginDnsError", &[yes(front::DNS.candidates, "The origin's name was not resolved.", CF)]),
    answer(
        "communication",
        "OriginCommError",
        &[yes(front::COMMUNICATION.candidates, "A timeout ran out while connecting or reading.", CF)],
    ),
    answer("read", "OriginReadError", &[yes(front::READ.candidates, "CloudFront could not read from the origin.", CF)]),
    answer(
        "write",
        "OriginWriteError",
        &[yes(front::WRITE.candidates, "CloudFront could not write to the origin.", CF)],
    ),
    answer(
        "header",
        "OriginHeaderTooBigError",
        &[yes(front::TOO_LARGE.candidates, "A header of the origin's is too big.", CF)],
    ),
    answer(
        "invalid",
        "OriginInvalidResponseError or OriginContentRangeLengthError",
        &[yes(front::INVALID.candidates, "The origin's response is not valid.", CF)],
    ),
    answer(
        "incorrect",
        "OriginError",
        &[yes(front::INCORRECT.candidates, "The origin returned an incorrect response.", CF)],
    ),
    answer(
        "zero",
        "OriginZeroSizeObjectError",
        &[yes(front::EMPTY.candidates, "The origin's object had no bytes, and that ended in an error.", CF)],
    ),
    answer(
        "aborted",
        "AbortedOrigin",
        &[yes(front::ABORTED.candidates, "CloudFront met a problem with the origin and gave up.", CF)],
    ),
    answer(
        "client",
        "ClientCommError, ClientHungUpRequest or SlowReaderOriginError",
        &[yes(front::LEFT.candidates, "The viewer left, or was slow to read.", CF)],
    ),
    answer(
        "capacity",
        "CapacityExceeded or LimitExceeded",
        &[yes(front::CAPACITY.candidates, "A limit was exceeded, or the edge had no capacity.", CF)],
    ),
    answer(
        "error",
        "Error, and nothing more",
        &[yes(front::ANY.candidates, "The origin sent the status, or it came from the cache.", CF)],
    ),
];

const FLARE: &str = "Cloudflare documentation, Cloudflare 5xx errors (520 to 530); HTTP requests dataset";

pub(super) const CLOUDFLARE: &[Answer] = &[
    answer(
        "520",
        "520 Web server is returning an unknown error",
        &[yes(flare::S_520.candidates, "The origin's response was empty or unknown, or its header too large.", FLARE)],
    ),
    answer(
        "521",
        "521 Web server is down",
        &[yes(flare::S_521.candidates, "The origin refused Cloudflare's connection.", FLARE)],
    ),
    answer(
        "522",
        "522 Connection timed out",
        &[yes(
            flare::S_522.candidates,
            "No SYN-ACK came within 19 s, or the request was not acknowledged within 90 s.",
            FLARE,
        )],
    ),
    answer(
        "523",
        "523 Origin is unreachable",
        &[yes(flare::S_523.candidates, "There is no route to the origin's address.", FLARE)],
    ),
    answer(
        "524",
        "524 A timeout occurred",
        &[yes(
            flare::S_524.candidates,
            "The connection stood, and no response came within 120 s, or the request could not be written within 30 s.",
            FLARE,
        )],
    ),
    answer(
        "525",
        "525 SSL handshake failed",
        &[yes(flare::S_525.candidates, "The TLS handshake with the origin failed.", FLARE)],
    ),
    answer(
        "526",
        "526 Invalid SSL certificate",
        &[yes(flare::S_526.candidates, "Cloudflare refused the origin's certificate.", FLARE)],
    ),
    answer(
        "530",
        "530 with an error 1xxx (1016 Origin DNS error)",
        &[yes(flare::S_530.candidates, "Cloudflare could not resolve the origin's name.", FLARE)],
    ),
    answer(
        "by-origin",
        "502 or 504, or OriginResponseStatus is the same as EdgeResponseStatus",
        &[yes(&[&[OriginError]], "The origin answered so itself, also where the page is Cloudflare's.", FLARE)],
    ),
    answer("client", "499 in the log", &[yes(flare::LEFT.candidates, "The client closed first.", FLARE)]),
];
