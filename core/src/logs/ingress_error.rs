//! ingress-nginx: what its controller says (klog: `E1215 04:15:13.816036       8 controller.go:489] …`). Nothing of it is a
//! request; nginx's own access and error lines stand in the same container's log and are read by their formats.

use super::{Clock, Layout, LogFormat, Parsed, Vote};
use crate::products::Id as Product;

/// See the module.
pub static FORMAT: LogFormat = LogFormat {
    id: "ingress-nginx-error",
    title: "ingress-nginx controller log",
    product: Some(Product::Nginx),
    docs: "k8s.io/klog/v2; ingress-nginx, Troubleshooting",
    recognise: |line| if klog(line) { Vote::Own } else { Vote::No },
    parse,
    clock: Clock::Local,
    missing: "",
    samples: &[
        "E1215 04:15:13.816036       8 config.go:489] Expected to load root CA config from /var/run/secrets/ca.crt, but got err: no such file or directory",
        "W0310 08:00:01.816067       7 controller.go:1108] Service \"default/web\" does not have any active Endpoint.",
    ],
};

/// `I1215 14:15:13.816067       8 main.go:236] `
fn klog(line: &str) -> bool {
    let bytes = line.as_bytes();
    let digits = |from: usize, to: usize| bytes.get(from..to).is_some_and(|part| part.iter().all(u8::is_ascii_digit));
    let is = |at: usize, what: u8| bytes.get(at) == Some(&what);
    matches!(bytes.first(), Some(b'I' | b'W' | b'E' | b'F'))
        && digits(1, 5)
        && is(5, b' ')
        && digits(6, 8)
        && is(8, b':')
        && digits(9, 11)
        && is(11, b':')
        && line.get(21..).is_some_and(|rest| rest.split_once("] ").is_some_and(|(place, _)| place.contains(".go:")))
}

fn parse<'a>(line: &'a str, _: &mut Layout) -> Parsed<'a> {
    // A crash goes on with its stacks.
    let stack = line.starts_with(['\t', ' ']) || line.starts_with("goroutine ") || line.ends_with(')');
    if klog(line) || stack { Parsed::Skip } else { Parsed::Bad { at: 0, field: "level and date" } }
}
