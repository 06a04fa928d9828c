//! What Squid's result tag, hierarchy code, status and error code say of a failure, and what they do not.
//!
//! From the sources (src/LogTags.cc, src/FwdState.cc, src/http.cc, src/tunnel.cc, src/errorpage.cc) and from failures
//! provoked on Squid 5.7, whose native log shows: a name that does not resolve is `TCP_MISS/502` (CONNECT:
//! `NONE_NONE/500`) with `HIER_NONE`; a connection that fails is `/503` with `HIER_DIRECT/address`, refused or silent
//! alike; a response cut off is `TCP_MISS/200` without any mark; an origin's own 5xx looks like Squid's.

use super::meaning::Meaning;
use super::squid_meanings::*;
use super::{Record, Tunnel, squid_errors};
use crate::time::Span;

/// The result code, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag {
    /// What kind of transaction.
    pub base: Base,
    /// `_TIMEDOUT`: ETIMEDOUT, or the read timeout.
    pub timed_out: bool,
    /// `_ABORTED`: any other failure; with status 000 the client had left.
    pub aborted: bool,
}

/// Kinds of transaction, as far as they matter here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// `NONE`, `NONE_NONE`, `TAG_NONE`: failed before it could be classified, or CONNECT.
    None,
    /// Refused by http_access or the like.
    Denied,
    /// Answered from the cache.
    Hit,
    /// Answered from the cache with an error that was kept.
    NegativeHit,
    /// A tunnel.
    Tunnel,
    /// Fetched, or meant to be.
    Fetched,
}

impl Tag {
    /// Takes a result code apart.
    #[must_use]
    pub fn read(code: &str) -> Self {
        // Most are this one.
        if code == "TCP_MISS" {
            return Self { base: Base::Fetched, timed_out: false, aborted: false };
        }
        let (code, aborted) = code.strip_suffix("_ABORTED").map_or((code, false), |rest| (rest, true));
        let (code, timed_out) = code.strip_suffix("_TIMEDOUT").map_or((code, false), |rest| (rest, true));
        let code = code.strip_suffix("_IGNORED").unwrap_or(code);
        let base = match code {
            "NONE" | "NONE_NONE" | "TAG_NONE" => Base::None,
            "TCP_TUNNEL" => Base::Tunnel,
            _ if code.starts_with("TCP_DENIED") => Base::Denied,
            _ if code.ends_with("NEGATIVE_HIT") => Base::NegativeHit,
            _ if code.ends_with("_HIT") || code.ends_with("_UNMODIFIED") || code.ends_with("_FAIL_OLD") => Base::Hit,
            _ => Base::Fetched,
        };
        Self { base, timed_out, aborted }
    }
}

/// Whom Squid contacted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Path {
    /// Nobody: no address, no parent, or no need.
    Nobody,
    /// The origin.
    Direct,
    /// Another proxy.
    Parent,
}

/// What a line says, as far as it bears on a failure.
#[derive(Clone, Copy, Debug)]
pub struct Failure<'a> {
    /// Result code.
    pub tag: Tag,
    /// Whom Squid contacted.
    pub path: Path,
    /// Status; `None` for 000.
    pub status: Option<u16>,
    /// How long it took; `None` where the line does not say.
    pub elapsed: Option<Span>,
    /// The method is CONNECT: the status is Squid's or a parent's, never the origin's.
    pub connect: bool,
    /// The URL is `https://`: decrypted.
    pub secure: bool,
    /// The connection was bound to the client's before the request.
    pub reused: bool,
    /// The answer was HTML, as Squid's error pages are, or had no type.
    pub html: bool,
    /// `%err_code` and `%err_detail` where they are logged.
    pub error: Option<(&'a str, &'a str)>,
}

/// What a line of any layout says beside what its record holds already.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// Result code, `%Ss`.
    pub code: &'a str,
    /// Hierarchy code, `%Sh`.
    pub hierarchy: &'a str,
    /// MIME type; empty or a dash where it is not known.
    pub mime: &'a str,
    /// `%err_code` and `%err_detail` where they are logged.
    pub error: Option<(&'a str, &'a str)>,
}

/// Adds what Squid's words say to the record: whom it contacted, tunnels, what failed.
pub fn tell(record: &mut Record<'_>, line: &Line<'_>) {
    let tag = Tag::read(line.code);
    let connect = record.method == Some("CONNECT");
    let inside = !connect && record.target.is_some_and(|target| target.starts_with("https://"));
    record.tunnel = match record.status {
        Some(200) if connect => match tag.base {
            Base::None => Tunnel::Opened,
            Base::Tunnel => Tunnel::Sealed,
            _ => Tunnel::Granted,
        },
        _ if inside => Tunnel::Inside,
        _ => Tunnel::Plain,
    };
    record.failure = meaning(&Failure {
        tag,
        path: match (record.attempted, record.parent) {
            (false, _) => Path::Nobody,
            (true, true) => Path::Parent,
            (true, false) => Path::Direct,
        },
        status: record.status,
        elapsed: record.elapsed,
        connect,
        secure: inside,
        reused: line.hierarchy.ends_with("PINNED"),
        html: matches!(line.mime, "-" | "" | "text/html"),
        error: line.error,
    });
    if record.failure.is_some() && record.tunnel == Tunnel::Opened {
        // Squid's own 200, with which it begins to decrypt: the client's answer is inside.
        record.status = None;
    }
    record.cut = record.failure.is_some() && record.status.is_some_and(|status| status < 500);
}

/// Whether a hierarchy code says that somebody was contacted.
#[must_use]
pub fn contacted(hierarchy: &str) -> bool {
    !(hierarchy.is_empty() || hierarchy.ends_with("NONE") || hierarchy.ends_with("NO_DIRECT_FAIL"))
}

/// What failed; `None` for a request that did not fail.
#[must_use]
pub fn meaning(line: &Failure<'_>) -> Option<Meaning> {
    let failed = match line.status {
        Some(401 | 403 | 407) => return None,
        Some(500..) => true,
        _ => line.tag.aborted || line.tag.timed_out,
    };
    // A tunnel ends by somebody closing it: no word about that is a failure.
    if line.connect && line.status == Some(200) && line.tag.base != Base::None {
        return None;
    }
    match line.error {
        Some((code, detail)) if code.starts_with("ERR_") => return squid_errors::by_error(code, detail, line, failed),
        Some(("-", _)) if failed && !line.tag.aborted && !line.tag.timed_out => return Some(passed_on(line.path)),
        _ => {}
    }
    if !failed {
        return None;
    }
    Some(match line.status {
        None => {
            if line.reused {
                LEFT_OR_CLOSED
            } else {
                CLIENT_LEFT
            }
        }
        Some(200) if line.connect && line.tag.timed_out => BUMP_TIMED_OUT,
        Some(200) if line.connect => BUMP_ABORTED,
        Some(500..) => match line.tag.base {
            Base::Denied => DENIED,
            Base::Hit | Base::NegativeHit => FROM_CACHE,
            _ => by_path(line),
        },
        Some(_) if line.tag.timed_out => STALLED_OR_CLIENT,
        Some(_) => CUT_OR_CLIENT,
    })
}

/// A 5xx without an error code.
fn by_path(line: &Failure<'_>) -> Meaning {
    let status = line.status.unwrap_or(0);
    let slow = line.elapsed.is_some_and(|elapsed| elapsed >= Span::seconds(2));
    // connect_timeout is 60 s by default.
    let connect_timeout =
        line.elapsed.is_some_and(|elapsed| elapsed >= Span::seconds(59) && elapsed <= Span::seconds(62));
    match (line.path, status) {
        (Path::Nobody, 501 | 505..) => NO_ATTEMPT,
        (Path::Nobody, 504) if line.secure && line.tag.base == Base::None => INSIDE_504,
        (Path::Nobody, _) if line.secure && line.tag.base == Base::None => INSIDE_503,
        (Path::Nobody, 504) => NOBODY_504,
        (Path::Nobody, 500) if !line.connect => NOBODY_500,
        (Path::Nobody, _) if slow => NOBODY_SLOW,
        (Path::Nobody, _) => NOBODY,
        (Path::Direct, _) if line.connect && (connect_timeout || line.tag.timed_out) => CONNECT_TIMED_OUT,
        (Path::Direct, _) if line.connect && slow => CONNECT_SLOW,
        (Path::Direct, _) if line.connect && line.elapsed.is_none() => CONNECT_UNTIMED,
        (Path::Direct, _) if line.connect => CONNECT_FAST,
        // Squid's error pages are HTML.
        (Path::Direct | Path::Parent, _) if !line.html => passed_on(line.path),
        (Path::Direct, 503) if line.tag.timed_out => CONNECT_TIMED_OUT,
        (Path::Direct, 503) if line.secure && slow => DIRECT_503_TLS_SLOW,
        (Path::Direct, 503) if line.secure => DIRECT_503_TLS,
        (Path::Direct, 503) if slow => DIRECT_503_SLOW,
        (Path::Direct, 503) => DIRECT_503,
        (Path::Direct, 504) if line.tag.timed_out => READ_TIMED_OUT,
        (Path::Direct, 504) if line.secure => DIRECT_504_TLS,
        (Path::Direct, 504) => DIRECT_504,
        (Path::Direct, 502) => DIRECT_502,
        (Path::Direct, _) => DIRECT_OTHER,
        (Path::Parent, _) => PARENT,
    }
}

const fn passed_on(path: Path) -> Meaning {
    match path {
        Path::Parent => FROM_PARENT,
        Path::Direct | Path::Nobody => FROM_ORIGIN,
    }
}

/// The meaning without the error code, where the code says nothing of its own.
pub fn by_path_of_unknown(line: &Failure<'_>) -> Meaning {
    meaning(&Failure { error: None, ..*line }).unwrap_or(DIRECT_OTHER)
}
