//! AWS Application Load Balancer, as far as its documents say.

use super::groups::{LATE, SILENT};
use super::{Aim, Handbook, Id, PRACTICE, Part, Product, Recording, Timer, answered};
use crate::categories::Id::*;
use crate::categories::{Id as Category, check, fix};
use crate::time::Span;

const ATTRIBUTES: &str = "AWS documentation, Edit attributes for your Application Load Balancer";
const TROUBLE: &str = "AWS documentation, Troubleshoot your Application Load Balancers";
const TIMEOUT: &str = "AWS re:Post knowledge center, HTTP 504 with a load balancer";
const LOGS: &str = "AWS documentation, Access logs for your Application Load Balancer";
const FLOWS: &str = "AWS documentation, Logging IP traffic using VPC Flow Logs";
const THROUGH: &str = "curl -sv -o /dev/null {url}";

/// See the module.
pub static PRODUCT: Product = Product {
    id: Id::AwsAlb,
    name: "AWS Application Load Balancer",
    also: &["ALB", "ELB", "Elastic Load Balancing"],
    statuses: "502: the target refused (also by ICMP), reset or closed, sent something invalid, or TLS to it failed. 503: no \
             target is registered. 504: the target took no connection in 10 s, or sent nothing for the idle timeout (60 s). \
             460: the client left. elb_status_code with target_status_code - means that the load balancer made the \
             answer.",
    answers: &[
        answered(
            502,
            &[
                &[TcpSynReset, KeepaliveRace, ResponseReset, ResponseEmpty, ResponseInvalid, TcpIcmpUnreachable],
                &[TlsAlert, TlsNoResponse, TlsReset, TlsClosed, TlsNotSpoken],
            ],
            "An ALB says 502 where the target refused the connection, also by an ICMP error, reset or closed it while a request \
             was open, sent something malformed, or TLS with it failed or took over 10 s. An unanswered SYN is 504 here.",
            TROUBLE,
        ),
        answered(
            503,
            &[&[NoHealthyUpstream]],
            "An ALB says 503 where the target group has no registered target, or none in use.",
            TROUBLE,
        ),
        answered(
            504,
            &[&[TcpSynUnanswered, ResponseTimeout, ReturnPath, ResponseStalled]],
            "An ALB says 504 where the connection to the target did not come about within 10 s, the target did not answer \
             within the idle timeout (60 s by default), or its body stayed shorter than its Content-Length. A refused \
             connection is 502 here.",
            TROUBLE,
        ),
        answered(460, &[&[ClientAbort]], "460: the client closed before the idle timeout had passed.", TROUBLE),
    ],
    timers: &[
        Timer {
            name: "idle timeout",
            wait: Span::seconds(60),
            categories: LATE,
            path: "Attribute idle_timeout.timeout_seconds",
            source: TIMEOUT,
        },
        Timer { name: "connect timeout", wait: Span::seconds(10), categories: SILENT, path: "fixed", source: TROUBLE },
        Timer {
            name: "TLS handshake timeout",
            wait: Span::seconds(10),
            categories: &[TlsNoResponse],
            path: "fixed",
            source: TROUBLE,
        },
    ],
    reverse: true,
    absent: &[],
};

/// See the module.
pub static HANDBOOK: Handbook = Handbook {
    parts: &[Part {
        checks: &[(
            &[Category::OriginError, Category::ResponseTimeout, Category::ResponseReset, Category::ResponseEmpty],
            check(
                "Compare elb_status_code and target_status_code: equal means the target sent it, - that the load \
                 balancer made it. A target_processing_time of -1: closed or timed out.",
                "",
            )
            .source(LOGS),
        )],
        fixes: &[
            (
                LATE,
                fix(
                    "Response timeout",
                    "EC2 > Load Balancers > Attributes: idle_timeout.timeout_seconds (60)",
                    "Raise it above the time that the page needs, or let the target send a byte before.",
                    "Idle clients are kept longer; the target's keep-alive time must then be longer still.",
                    "curl -sS -o /dev/null -w '%{time_starttransfer}\\n' {url}",
                )
                .source(ATTRIBUTES),
            ),
            (
                &[Category::KeepaliveRace, Category::ResponseReset, Category::ResponseEmpty],
                fix(
                    "Keep-alive time of the server",
                    "Web server on the target: keep-alive timeout",
                    "Set it longer than the load balancer's idle timeout (60 s), so that the load balancer closes first.",
                    "The target holds more idle connections.",
                    THROUGH,
                )
                .at("origin")
                .source(ATTRIBUTES),
            ),
            (
                SILENT,
                fix(
                    "Outbound rule",
                    "VPC: security group of the target, network ACL of its subnet",
                    "Allow the load balancer's security group to the target's port and the health check's; the ACL must \
                     let the answers out to ports 1024-65535.",
                    "Opens the target to the load balancer only.",
                    THROUGH,
                )
                .at("firewall")
                .source(TROUBLE),
            ),
        ],
        ..Part::EMPTY
    }],
    recordings: &[
        Recording {
            aim: Aim::Packets,
            check: check(
                "Capture on the target, whole packets, from before the request until after the error: the load balancer cannot be captured itself. What the target never gets failed on the way.",
                "tcpdump -s 0 -ni any -w server.pcap tcp port {port}",
            )
            .source(PRACTICE),
        },
        Recording {
            aim: Aim::Path,
            check: check(
                "VPC Flow Logs of the load balancer's and the target's subnets say whether a security group or network ACL let the connection pass: action REJECT is a rule.",
                "",
            )
            .path("VPC > Subnets > Flow logs")
            .source(FLOWS),
        },
        Recording {
            aim: Aim::Log,
            check: check(
                "Enable the access log; it is fixed, and nothing can be added to it. Keep the target's own log of the same minute.",
                "",
            )
            .path("EC2 > Load Balancers > Attributes: Access logs")
            .source(LOGS),
        },
    ],
};
