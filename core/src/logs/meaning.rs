//! What a log's token means for a failure, as static data: a failed line beyond those that are kept costs nothing.

use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

use crate::categories::Id;
use crate::exchange::Claim;
use crate::report::{Confidence, GeneratedBy};
use crate::time::Span;

/// The categories of each phase, in the order of the contract's table.
pub mod phase {
    use crate::categories::Id::{self, *};

    /// Name to address.
    pub const RESOLVE: &[Id] =
        &[DnsNxdomain, DnsNodata, DnsServfail, DnsRefused, DnsNoResponse, DnsUnreachable, DnsTcpFallbackBlocked];
    /// TCP handshake.
    pub const CONNECT: &[Id] =
        &[TcpSynUnanswered, TcpSynReset, TcpIcmpProhibited, TcpIcmpUnreachable, TcpRoutingLoop, ReturnPath];
    /// TLS handshake.
    pub const SECURE: &[Id] = &[TlsAlert, TlsCertificate, TlsNoResponse, TlsReset, TlsClosed, TlsNotSpoken];
    /// Sending the request.
    pub const SEND: &[Id] = &[RequestUnacked, PmtuBlackhole, KeepaliveRace];
    /// Waiting for the response.
    pub const WAIT: &[Id] = &[ResponseTimeout, ResponseReset, ResponseEmpty];
    /// Receiving the response, HTTP/1.
    pub const RECEIVE: &[Id] =
        &[ResponseInvalid, ResponseHeaderTooLarge, ResponseBadChunk, ResponseTruncated, ResponseStalled, ZeroWindow];
}

/// What one token, with what stands beside it on the line, says of a failure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Meaning {
    /// Every category that fits, likeliest first; one that stands in two groups counts where it stands first.
    pub candidates: &'static [&'static [Id]],
    /// How much the line's word is worth.
    pub confidence: Confidence,
    /// The line does not single out the first candidate.
    pub undetermined: bool,
    /// Who made the status, by the line.
    pub made_by: GeneratedBy,
    /// What the token means, after its name: `the appliance made this answer itself`.
    pub why: &'static str,
}

impl Meaning {
    /// The line singles out one category.
    #[must_use]
    pub const fn is(
        confidence: Confidence,
        candidates: &'static [&'static [Id]],
        made_by: GeneratedBy,
        why: &'static str,
    ) -> Self {
        Self { candidates, confidence, undetermined: false, made_by, why }
    }

    /// The line leaves several.
    #[must_use]
    pub const fn open(candidates: &'static [&'static [Id]], made_by: GeneratedBy, why: &'static str) -> Self {
        Self { candidates, confidence: Confidence::Possible, undetermined: true, made_by, why }
    }

    /// What the finding is called.
    #[must_use]
    pub fn category(&self) -> Id {
        let first = self.candidates.iter().flat_map(|group| group.iter()).next();
        if self.undetermined { Id::Undetermined } else { first.copied().unwrap_or(Id::Undetermined) }
    }

    /// True if an answer was on its way to the client when it failed: nothing can make up for that.
    #[must_use]
    pub fn within_answer(&self) -> bool {
        matches!(self.category(), Id::ResponseStalled | Id::ResponseTruncated | Id::ResponseBadChunk | Id::ZeroWindow)
    }

    /// True if the client left by this line.
    #[must_use]
    pub fn client_left(&self) -> bool {
        self.category() == Id::ClientAbort
    }

    /// The claim, for an exchange that is kept.
    #[must_use]
    pub fn claim(&self, token: &str, elapsed: Option<Span>) -> Claim {
        let mut candidates: Vec<Id> = Vec::new();
        for id in self.candidates.iter().flat_map(|group| group.iter()) {
            if !candidates.contains(id) {
                candidates.push(*id);
            }
        }
        let why = match (token, elapsed) {
            ("", _) => self.why.to_string(),
            (token, Some(elapsed)) => format!("{token} after {elapsed}: {}", self.why),
            (token, None) => format!("{token}: {}", self.why),
        };
        Claim {
            candidates,
            confidence: self.confidence,
            undetermined: self.undetermined,
            why,
            made_by: Some(self.made_by),
            elapsed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_groups_hold_every_upstream_category_once() {
        let groups = [phase::RESOLVE, phase::CONNECT, phase::SECURE, phase::SEND, phase::WAIT, phase::RECEIVE].concat();
        assert_eq!(groups, &Id::ALL[..groups.len()]);
        assert_eq!(Id::ALL[groups.len()], Id::H2Goaway);
    }

    #[test]
    fn a_candidate_counts_where_it_stands_first() {
        let meaning = Meaning::open(&[&[Id::ResponseReset, Id::TcpSynReset], phase::WAIT], GeneratedBy::Gateway, "why");
        let claim = meaning.claim("NONE/504", Some(Span::seconds(153)));
        assert_eq!(claim.candidates, [Id::ResponseReset, Id::TcpSynReset, Id::ResponseTimeout, Id::ResponseEmpty]);
        assert_eq!(claim.why, "NONE/504 after 153 s: why");
        assert_eq!(meaning.category(), Id::Undetermined);
    }
}
