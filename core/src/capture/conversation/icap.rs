//! ICAP (RFC 3507): its heads look like HTTP's, and HTTP messages lie inside its own. None of that is an exchange; what
//! matters is whether the service answered, and how.

use alloc::vec::Vec;

use super::Conversation;
use crate::exchange::Source;

/// Failures that are kept of one connection; more are the same.
const KEPT: usize = 12;

/// What an ICAP server was asked and said.
#[derive(Debug, Default)]
pub struct Icap {
    /// The first request that has no final answer yet.
    pub open: Option<Source>,
    /// Requests that it answered with an error: the request, the status, where.
    pub failed: Vec<(Option<Source>, u16, Source)>,
}

impl Icap {
    /// Whether a client's bytes begin an ICAP request: `REQMOD icap://scanner.example/reqmod ICAP/1.0`.
    pub fn begins(data: &[u8]) -> bool {
        // These methods are ICAP's alone, also where a snap length cut the target off.
        let own = [&b"REQMOD "[..], b"RESPMOD "].iter().any(|method| data.starts_with(method));
        let target = data.strip_prefix(b"OPTIONS ");
        own || target.is_some_and(|target| target.starts_with(b"icap://") || target.starts_with(b"icaps://"))
    }

    fn asked(&mut self, data: &[u8], source: Source) {
        if Self::begins(data) {
            self.open.get_or_insert(source);
        }
    }

    fn told(&mut self, data: &[u8], source: Source) {
        let Some(code) = data.strip_prefix(b"ICAP/1.0 ").and_then(|rest| rest.get(..3)) else { return };
        let Some(status) = core::str::from_utf8(code).ok().and_then(|code| code.parse::<u16>().ok()) else { return };
        if status < 200 {
            return;
        }
        let asked = self.open.take();
        if status >= 400 && self.failed.len() < KEPT {
            self.failed.push((asked, status, source));
        }
    }
}

impl Conversation {
    /// Takes a client's bytes if this is ICAP.
    pub(super) fn icap_asked(&mut self, data: &[u8], source: Source) -> bool {
        if self.icap.is_none() && self.count == 0 && Icap::begins(data) {
            self.icap = Some(alloc::boxed::Box::default());
        }
        if let Some(icap) = &mut self.icap {
            icap.asked(data, source);
        }
        self.icap.is_some()
    }

    /// Takes a server's bytes if this is ICAP.
    pub(super) fn icap_told(&mut self, data: &[u8], source: Source) -> bool {
        if self.icap.is_none() && data.starts_with(b"ICAP/1.") && !self.open.iter().any(|t| t.response.is_some()) {
            // The capture began in the middle of a request: what looked like one of HTTP lay inside it.
            let open = self.open.drain(..).next().and_then(|asked| asked.request).map(|request| request.first);
            (self.count, self.for_proxy, self.marked) = (0, 0, 0);
            self.paths.clear();
            self.sample = None;
            self.icap = Some(alloc::boxed::Box::new(Icap { open, failed: Vec::new() }));
        }
        if let Some(icap) = &mut self.icap {
            icap.told(data, source);
        }
        self.icap.is_some()
    }
}
