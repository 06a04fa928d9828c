//! AWS Application Load Balancer, and the classic ELB, whose lines lack the first column and those after the TLS ones.
//!
//! The target's own status stands beside the load balancer's: where both are the same, the target sent it.

use core::net::SocketAddr;

use super::common::token;
use super::fields::{Fields, host_port, is_dash, status, target};
use super::meaning::{Meaning, phase};
use super::{Clock, Layout, LogFormat, Parsed, Record, Sent, Tunnel, Vote};
use crate::categories::Id::*;
use crate::products::Id as Product;
use crate::report::{
    Confidence::*,
    GeneratedBy::{Gateway, Origin, Unknown},
};
use crate::time::{SECOND, Span, Timestamp};

/// See the module.
pub static FORMAT: LogFormat = LogFormat {
    id: "aws-alb",
    title: "AWS load balancer access log (ALB, classic ELB)",
    product: Some(Product::AwsAlb),
    docs: "Elastic Load Balancing, Access logs for your Application Load Balancer; Troubleshoot",
    recognise,
    parse,
    clock: Clock::Known,
    missing: "The log of an AWS load balancer is fixed and does not say how an attempt at a target ended: the target's own \
              log of the same time, or a capture there, does.",
    samples: &[
        "http 2016-08-10T22:08:42.945958Z app/my-loadbalancer/50dc6c495c0c9188 192.168.131.39:2817 10.0.0.1:80 0.000 0.001 0.000 200 200 34 366 \"GET http://www.example.com:80/ HTTP/1.1\" \"curl/7.46.0\" - - arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup/my-targets/73e2d6bc24d8a067 \"Root=1-58337262-36d228ad5d99923122bbe354\" - -",
        "https 2023-04-26T19:53:46.679895Z app/lb/490d68edf04676fe 192.168.1.13:44740 - -1 -1 -1 503 - 204 167 \"GET https://api.example.com:443/502 HTTP/1.1\" \"Mozilla/5.0\" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 - \"Root=1-6449814a-01d4cd3e280010e00ac46641\" \"api.example.com\" \"arn:aws:acm:us-east-2:123456789012:certificate/1\" 0 2023-04-26T19:53:46.670000Z \"forward\" \"-\" \"-\" \"-\" \"-\" \"-\" \"-\"",
        "2015-05-13T23:39:43.945958Z my-loadbalancer 192.168.131.39:2817 10.0.0.1:80 0.000073 0.001048 0.000057 504 0 0 29 \"GET http://www.example.com:80/ HTTP/1.1\" \"curl/7.38.0\" - -",
    ],
};

struct Found<'a> {
    time: Timestamp,
    client: Option<core::net::IpAddr>,
    target: Option<SocketAddr>,
    elapsed: Option<Span>,
    status: Option<u16>,
    by_target: Option<u16>,
    sent: Option<u64>,
    request: &'a str,
    agent: &'a str,
    actions: &'a str,
    /// Why a rule or a Lambda function failed, by a word of its own.
    reason: &'a str,
    /// Of a classic load balancer: its time is that of the request.
    classic: bool,
}

fn read(line: &str) -> Result<Found<'_>, (usize, &'static str)> {
    let mut fields = Fields::new(line, 0);
    let mut next = |name: &'static str| {
        let at = fields.at();
        fields.bare().map(|token| (at, token)).ok_or((at, name))
    };
    let (at, first) = next("type")?;
    let kind = matches!(first, "http" | "https" | "h2" | "grpcs" | "ws" | "wss");
    let (at, time) = if kind { next("time")? } else { (at, first) };
    let time = Timestamp::parse_rfc3339(time).ok_or((at, "time"))?;
    let (at, name) = next("load balancer")?;
    if kind && !name.starts_with("app/") {
        return Err((at, "load balancer"));
    }
    let (at, client) = next("client:port")?;
    let client = host_port(client).filter(|(_, port)| port.is_some()).ok_or((at, "client:port"))?.0;
    let (at, server) = next("target:port")?;
    let server = match host_port(server) {
        Some((ip, Some(port))) => Some(SocketAddr::new(ip, port)),
        _ if is_dash(server) => None,
        _ => return Err((at, "target:port")),
    };
    let mut elapsed = Some(0_i64);
    for _ in 0..3 {
        let (at, token) = next("processing time")?;
        elapsed = match seconds(token).ok_or((at, "processing time"))? {
            Some(span) => elapsed.and_then(|sum| sum.checked_add(span.0)),
            None => None,
        };
    }
    let mut code = |name: &'static str| {
        let (at, token) = next(name)?;
        // A classic ELB writes 0 for a target that did not answer.
        if is_dash(token) || token == "0" { Ok(None) } else { status(token).ok_or((at, name)) }
    };
    let (code, by_target) = (code("elb_status_code")?, code("target_status_code")?);
    next("received_bytes")?;
    let sent = next("sent_bytes")?.1;
    let at = fields.at();
    let quoted = line.as_bytes().get(at) == Some(&b'"');
    let request = fields.quoted().filter(|_| quoted).ok_or((at, "request"))?;
    // "user_agent" cipher protocol group "trace" "domain" "certificate" priority created "actions"
    let agent = fields.quoted().unwrap_or_default();
    let actions = (0..9).map(|_| fields.quoted()).last().flatten().unwrap_or_default();
    // "redirect_url" "error_reason"
    let reason = (0..2).map(|_| fields.quoted()).last().flatten().unwrap_or_default();
    Ok(Found {
        time,
        client: Some(client),
        target: server,
        elapsed: elapsed.map(Span),
        status: code,
        by_target,
        sent: super::fields::number(sent),
        request,
        agent,
        actions,
        reason,
        classic: !kind,
    })
}

/// `0.001` or -1.
#[allow(clippy::option_option, reason = "-1 is a value")]
fn seconds(token: &str) -> Option<Option<Span>> {
    if token == "-1" || is_dash(token) {
        return Some(None);
    }
    let (whole, fraction) = token.split_once('.')?;
    let digits = u32::try_from(fraction.len()).ok().filter(|digits| (1..=9).contains(digits))?;
    let part = i64::try_from(super::fields::number(fraction)?).ok()? * 10_i64.pow(9 - digits);
    let whole = i64::try_from(super::fields::number(whole)?).ok()?;
    Some(Some(Span(whole.checked_mul(SECOND)?.checked_add(part)?)))
}

fn recognise(line: &str) -> Vote {
    if read(line).is_ok() { Vote::Own } else { Vote::No }
}

fn parse<'a>(line: &'a str, _: &mut Layout) -> Parsed<'a> {
    let found = match read(line) {
        Ok(found) => found,
        Err((at, field)) => return Parsed::Bad { at, field },
    };
    let mut words = found.request.split(' ').filter(|word| !is_dash(word));
    let (method, wanted) = (words.next(), words.next());
    let place = wanted.and_then(target).unwrap_or_default();
    // A listener of TCP: `- - -`.
    let tcp = found.classic && wanted.is_none() && found.status.is_none();
    let failure = match tcp {
        true if found.target.is_some() => None,
        true => Some(NO_INSTANCE),
        false => meaning(&found),
    };
    Parsed::Record(Record {
        time: found.time,
        begun: found.classic,
        tunnel: if tcp && failure.is_none() { Tunnel::Sealed } else { Tunnel::Plain },
        elapsed: found.elapsed,
        client: found.client,
        method,
        target: wanted,
        host: Some(place.host).filter(|host| !host.is_empty()),
        port: place.port,
        status: found.status,
        attempted: found.target.is_some(),
        upstream: found.target,
        agent: found.agent,
        sent: found.sent.map_or(Sent::Unsaid, Sent::Whole),
        token: token(found.status),
        failure,
        ..Record::default()
    })
}

fn meaning(found: &Found<'_>) -> Option<Meaning> {
    let by_rule = found.actions.contains("fixed-response");
    Some(match found.status {
        None | Some(460) => CLIENT_LEFT,
        Some(561) => LOGIN,
        Some(..500) => return None,
        same if found.by_target == same => FROM_TARGET,
        _ if found.actions.contains("waf-failed") => WAF,
        _ if found.reason.starts_with("Lambda") => of_lambda(found.reason),
        _ if by_rule => BY_RULE,
        Some(502) => S_502,
        Some(503) if found.target.is_none() => S_503,
        Some(504) => S_504,
        Some(_) => OTHER,
    })
}

/// Error reason codes of targets that are Lambda functions.
fn of_lambda(reason: &str) -> Meaning {
    match reason {
        "LambdaInvalidResponse" => LAMBDA_INVALID,
        "LambdaResponseTooLarge" => LAMBDA_TOO_LARGE,
        "LambdaConnectionError" | "LambdaConnectionTimeout" => LAMBDA_CONNECTION,
        "LambdaThrottling" | "LambdaEC2ThrottledException" => LAMBDA_THROTTLED,
        _ => LAMBDA,
    }
}

pub(crate) const CLIENT_LEFT: Meaning = Meaning::is(
    Likely,
    &[&[ClientAbort]],
    Unknown,
    "the client closed before the answer (460 is the load balancer's mark of that, or no status was sent)",
);
pub(crate) const FROM_TARGET: Meaning =
    Meaning::is(Proven, &[&[OriginError]], Origin, "the target itself sent this status (target_status_code)");
pub(crate) const BY_RULE: Meaning =
    Meaning::is(Likely, &[&[PolicyDenied]], Gateway, "a rule of the listener answers so (fixed-response)");
pub(crate) const WAF: Meaning =
    Meaning::is(Likely, &[&[RequiredService]], Gateway, "AWS WAF, which is asked first, failed (waf-failed)");
pub(crate) const LOGIN: Meaning =
    Meaning::is(Likely, &[&[RequiredService]], Gateway, "the identity provider failed (561)");
pub(crate) const S_502: Meaning = Meaning::open(
    &[
        &[ResponseReset, ResponseEmpty, KeepaliveRace, TcpSynReset, TcpIcmpUnreachable],
        &[ResponseInvalid, ResponseHeaderTooLarge, ResponseBadChunk],
        phase::SECURE,
    ],
    Gateway,
    "the load balancer got no usable response: the target refused or closed the connection, its TLS failed, or its response is \
     malformed or too large",
);
pub(crate) const S_503: Meaning = Meaning::is(
    Likely,
    &[&[NoHealthyUpstream]],
    Gateway,
    "no target was chosen: the target group has none that can be used",
);
pub(crate) const S_504: Meaning = Meaning::open(
    &[&[ResponseTimeout, TcpSynUnanswered, ReturnPath, RequestUnacked, PmtuBlackhole, ResponseTruncated]],
    Gateway,
    "the target did not answer: no connection within 10 s, or no response within the idle timeout (60 s by default)",
);
pub(crate) const OTHER: Meaning = Meaning::open(
    &[&[RequiredService, NoHealthyUpstream, PolicyDenied, NoAttempt]],
    Gateway,
    "the load balancer made this answer itself",
);
pub(crate) const NO_INSTANCE: Meaning = Meaning::open(
    &[&[NoHealthyUpstream, TcpSynReset, TcpSynUnanswered, ReturnPath]],
    Gateway,
    "no instance stands in the line of this connection: none was healthy, or none could be connected to",
);
pub(crate) const LAMBDA: Meaning =
    Meaning::is(Likely, &[&[OriginError]], Origin, "the Lambda function failed, or could not be called (error_reason)");
pub(crate) const LAMBDA_INVALID: Meaning =
    Meaning::is(Proven, &[&[ResponseInvalid]], Gateway, "the Lambda function's response is malformed (error_reason)");
pub(crate) const LAMBDA_TOO_LARGE: Meaning = Meaning::is(
    Likely,
    &[&[ResponseInvalid]],
    Gateway,
    "the Lambda function's response is larger than 1 MB (LambdaResponseTooLarge)",
);
pub(crate) const LAMBDA_CONNECTION: Meaning = Meaning::is(
    Likely,
    &[&[RequiredService]],
    Gateway,
    "the load balancer could not reach the Lambda service (error_reason)",
);
pub(crate) const LAMBDA_THROTTLED: Meaning =
    Meaning::is(Likely, &[&[ProxyOverload]], Gateway, "the Lambda function was throttled: too many requests at once");
