//! From symptom to category without any file: questions, what each answer says, and what is left.
//!
//! A question is a row of [`TABLE`]: how to find out, and for each answer which categories it supports, speaks against or
//! rules out, each with its reason and where that comes from. [`Given`] holds the answers of one reader; [`Given::list`]
//! says how every category stands, [`Given::next`] what to ask next, [`Given::contradiction`] which answers cannot all be
//! true. What to do about a category is the products' business ([`crate::products::advise`]).
//!
//! What experience alone says never rules out: that takes a document or the protocol. Non-goals: reading files, and any
//! conclusion that the reader could not follow from the reasons shown.

mod content;
mod devices;
mod given;
mod how;
mod names;
mod next;
mod probes;
mod reach;
mod said;
mod scope;
mod seen;
mod standing;
mod status;
mod timing;

#[cfg(test)]
mod articles;
#[cfg(test)]
mod looks;
#[cfg(test)]
mod tests;

use alloc::borrow::Cow;
use alloc::vec::Vec;

use crate::categories::{Check, Id};
use crate::logs::phase;
use crate::products;

pub use given::{Given, UNKNOWN};
pub use how::{collect, how};
pub use standing::{Contradiction, Place, Reason, Standing};

/// What an answer says of a category.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bearing {
    /// It speaks for it.
    Supports,
    /// It speaks against it, and leaves it possible.
    Against,
    /// It cannot be it, by a document or by the protocol.
    RulesOut,
}

/// What an answer says of some categories. Of the entries of one answer the first that names a category counts.
pub struct Says {
    /// Which way.
    pub bearing: Bearing,
    /// Of these.
    pub of: &'static [&'static [Id]],
    /// Why, as a sentence.
    pub why: &'static str,
    /// The document or protocol; [`products::PRACTICE`] where it is experience.
    pub source: &'static str,
}

const fn yes(of: &'static [&'static [Id]], why: &'static str, source: &'static str) -> Says {
    Says { bearing: Bearing::Supports, of, why, source }
}

const fn no(of: &'static [&'static [Id]], why: &'static str, source: &'static str) -> Says {
    Says { bearing: Bearing::Against, of, why, source }
}

const fn out(of: &'static [&'static [Id]], why: &'static str, source: &'static str) -> Says {
    Says { bearing: Bearing::RulesOut, of, why, source }
}

/// A possible answer.
pub struct Answer {
    /// In links; unique in its question.
    pub id: &'static str,
    /// As the reader sees it.
    pub text: &'static str,
    /// What it says; of categories that are not named, nothing.
    pub says: &'static [Says],
}

const fn answer(id: &'static str, text: &'static str, says: &'static [Says]) -> Answer {
    Answer { id, text, says }
}

/// When a question has its turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// What the users see: in the order of the table.
    Seen,
    /// What one knows without a test: the one that divides best goes first.
    Scope,
    /// Tests, in the order in which an expert takes them.
    Test,
}

/// A question.
pub struct Question {
    /// In links; unique.
    pub id: &'static str,
    /// A word or two, for the list of answers.
    pub name: &'static str,
    /// The question.
    pub ask: &'static str,
    /// What to mind; may be empty.
    pub note: &'static str,
    /// When.
    pub stage: Stage,
    /// Its answers at this product (`None`: not known); none where it does not apply.
    pub answers: fn(Option<products::Id>) -> &'static [Answer],
    /// What an answer says beyond its [`Answer::says`], from the product's tables.
    pub also: fn(Option<products::Id>, &'static Answer) -> Vec<Told>,
    /// How to find out at any gateway.
    pub how: &'static [Check],
    /// A product's own tests that answer it: of its advice for these categories, those whose command, path or text has one
    /// of these words. They take the place of `how`.
    pub own: &'static [(&'static [Id], &'static [&'static str])],
    /// Whether it makes sense after these answers.
    pub applies: fn(&Given) -> bool,
}

impl Question {
    /// What most questions have; each says the rest.
    const EMPTY: Self = Self {
        id: "",
        name: "",
        ask: "",
        note: "",
        stage: Stage::Test,
        answers: |_| &[],
        also: |_, _| Vec::new(),
        how: &[],
        own: &[],
        applies: |_| true,
    };

    /// The question with this id.
    #[must_use]
    pub fn find(id: &str) -> Option<&'static Self> {
        TABLE.iter().copied().find(|question| question.id == id)
    }

    /// Its answer with this id, at any product.
    fn answer(&self, product: Option<products::Id>, id: &str) -> Option<&'static Answer> {
        (self.answers)(product).iter().find(|answer| answer.id == id)
    }
}

/// What an answer says of one category.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Of this.
    pub category: Id,
    /// Which way.
    pub bearing: Bearing,
    /// Why, as a sentence.
    pub why: Cow<'static, str>,
    /// Where that comes from.
    pub source: Cow<'static, str>,
}

/// All of an answer, each category once.
fn told(question: &Question, product: Option<products::Id>, answer: &'static Answer) -> Vec<Told> {
    let mut all: Vec<Told> = Vec::new();
    let own = answer.says.iter().flat_map(|says| {
        says.of.iter().flat_map(|ids| ids.iter()).map(|id| Told {
            category: *id,
            bearing: says.bearing,
            why: says.why.into(),
            source: says.source.into(),
        })
    });
    for told in own.chain((question.also)(product, answer)) {
        if all.iter().all(|known| known.category != told.category) {
            all.push(told);
        }
    }
    all
}

/// Every question, in the order of an expert.
pub static TABLE: &[&Question] = &[
    &seen::PRODUCT,
    &seen::STATUS,
    &seen::SAID,
    &seen::MADE_BY,
    &seen::TLS_LEG,
    &scope::SITES,
    &scope::CLIENTS,
    &scope::DIRECT,
    &timing::TIME,
    &scope::OFTEN,
    &scope::SINCE,
    &reach::PING,
    &names::LOOKUP,
    &reach::TCP,
    &content::REQUEST,
    &content::VARY,
    &devices::MONITOR,
    &devices::LOGS,
    &devices::BOTH_SIDES,
    &reach::SPOOFING,
    &names::HOSTS,
    &content::PATIENCE,
    &reach::TRACEROUTE,
    &probes::THROUGH,
    &probes::HANDSHAKE,
    &probes::SIZE,
    &devices::HEALTH,
    &devices::POLICY,
    &devices::SERVICES,
    &devices::LIMITS,
];

/// The TCP handshake as the gateway's own shell can test it: not the way back of a client's address.
const REFUSALS: &[Id] =
    &[Id::TcpSynUnanswered, Id::TcpSynReset, Id::TcpIcmpProhibited, Id::TcpIcmpUnreachable, Id::TcpRoutingLoop];
/// HTTP/2 towards the server.
const HTTP2: &[Id] = &[Id::H2Goaway, Id::H2RstStream];
/// What only a gateway can run into, and no request that passes beside it.
const OWN: &[Id] = &[
    Id::NoAttempt,
    Id::NoHealthyUpstream,
    Id::PolicyDenied,
    Id::ProxyLoop,
    Id::RequiredService,
    Id::EphemeralPortExhaustion,
    Id::LocalEgressDenied,
    Id::ProxyOverload,
];
/// The client's side.
const CLIENT: &[Id] = &[Id::ClientAbort, Id::ClientTlsRejected];
/// Everything between the gateway and the server once TCP stands, in the clear or not.
const LATER: &[&[Id]] = &[phase::SEND, phase::WAIT, phase::RECEIVE, HTTP2];
/// Every failure towards a server, in the order of the contract.
const TOWARDS: &[&[Id]] =
    &[phase::RESOLVE, phase::CONNECT, phase::SECURE, phase::SEND, phase::WAIT, phase::RECEIVE, HTTP2];

// Sources used by several questions.
const PRACTICE: &str = products::PRACTICE;
const CISCO: &str = "Cisco article on WSA 502 and 504 GATEWAY_TIMEOUT errors (undated)";
const SKYHIGH: &str = "Skyhigh article on HTTP 502 of Web Gateway (for 7.x, much of it valid for 6.x)";
const TCP: &str = "RFC 9293 (TCP), section 3.5";
const ICMP: &str = "RFC 792 and RFC 4443 (ICMP)";
const TLS: &str = "RFC 8446 (TLS 1.3) and RFC 5246 (TLS 1.2)";
const HTTP: &str = "RFC 9110 and RFC 9112 (HTTP)";
