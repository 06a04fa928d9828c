//! Which capture point a file belongs to: one that it continues, or one of its own.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::Purpose;
use crate::capture::point::Point;
use crate::capture::{Frame, Kept};
use crate::time::Span;

/// A later file continues an earlier one over a pause no longer than this.
const LONGEST_PAUSE: Span = Span::seconds(900);
/// After a pause this short a file continues the one before, whoever it begins with.
const SHORT_PAUSE: Span = Span::seconds(60);
/// A pause between two files that is worth telling.
const PAUSE_TOLD: Span = Span::seconds(5);

/// The capture point of a file that begins with these frames, which it now gets; `None` without any.
pub(super) fn settle(
    points: &mut Vec<Point>,
    ahead: &mut Vec<Kept>,
    purpose: Purpose,
    warnings: &mut Vec<String>,
    id: u32,
) -> Option<usize> {
    let ahead = core::mem::take(ahead);
    let first = ahead.first()?.frame();
    let continued = points.iter().position(|point| continues(point, &first, &ahead));
    let at = match continued {
        Some(at) => {
            if let Some(point) = points.get_mut(at) {
                let ended = point.clock.last.or(point.ended).unwrap_or(first.time);
                let pause = first.time.since(ended);
                if pause > PAUSE_TOLD {
                    let text = format!("Nothing was captured for {pause} between two files of this capture.");
                    warnings.push(format!(
                        "begins {pause} after the file that it continues: nothing in between was captured"
                    ));
                    let from = point.ended.unwrap_or(ended);
                    point.gaps.push((from, from.plus(pause), text));
                }
            }
            at
        }
        None => {
            let mut point = Point::default();
            point.seam.recording = purpose.several;
            point.keep = purpose.keep();
            points.push(point);
            points.len() - 1
        }
    };
    let point = points.get_mut(at)?;
    point.inputs.push(id);
    for kept in &ahead {
        point.frame(&kept.frame(), id);
    }
    Some(at)
}

/// Whether a file that begins with these frames was captured at a point, after it.
fn continues(point: &Point, first: &Frame<'_>, ahead: &[Kept]) -> bool {
    if point.link != Some(first.link) {
        return false;
    }
    let last = point.clock.last.or(point.ended);
    if point.seam.before_contains(first) {
        // Cut with an overlap: until the other one ends both hold the same frames. Else one is a selection of the other.
        let overlap = ahead.iter().map(Kept::frame).take_while(|frame| last.is_some_and(|end| frame.time < end));
        return overlap.into_iter().all(|frame| point.seam.before_contains(&frame));
    }
    let Some(pause) = last.map(|ended| first.time.since(ended)) else { return false };
    if pause.0 < 0 || pause > LONGEST_PAUSE || ahead.iter().any(|kept| point.met.repeats(&kept.frame())) {
        return false;
    }
    // The same machines send there, where the link layer names them.
    let known: Vec<bool> = ahead.iter().filter_map(|kept| point.met.knows_sender(&kept.frame())).collect();
    match known.len() {
        0 => pause <= SHORT_PAUSE || point.met.knows(first),
        all => known.iter().filter(|known| **known).count() * 2 >= all,
    }
}
