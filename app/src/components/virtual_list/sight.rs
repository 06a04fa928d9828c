//! Which rows are in sight: rows are equally high, so that a row's place follows from its number.

use std::ops::Range;

use web_sys::Element;

use crate::query::Rows;

/// Rows drawn above and below those in sight.
const MARGIN: u64 = 6;
/// A row's height in pixels until one has been drawn.
pub(super) const HEIGHT: f64 = 36.0;

/// What is in sight.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Sight {
    /// The first row.
    pub first: u64,
    /// Rows that fit.
    pub fits: u64,
    /// A row's height in pixels.
    pub height: f64,
}

/// The rows drawn.
pub(super) fn drawn(sight: Sight) -> Range<u64> {
    sight.first.saturating_sub(MARGIN)..sight.first + sight.fits + MARGIN
}

/// Whether the rows wanted are all there, as far as there are such.
pub(super) fn covers(have: &Rows, wanted: &Range<u64>) -> bool {
    have.from <= wanted.start && have.from + have.rows.len() as u64 >= wanted.end.min(have.total)
}

/// What is in sight; `height` is used until a row has been drawn.
pub(super) fn measure(scroller: &Element, height: f64) -> Sight {
    let line = scroller.query_selector(".list-rows > .line").ok().flatten();
    let height =
        line.map(|line| line.get_bounding_client_rect().height()).filter(|known| *known > 1.0).unwrap_or(height);
    Sight { first: whole(f64::from(scroller.scroll_top()) / height), fits: whole(room(scroller) / height) + 2, height }
}

/// Pixels of the scroller that its heading leaves to rows.
fn room(scroller: &Element) -> f64 {
    let head = scroller.query_selector(".list-head").ok().flatten().map_or(0, |head| head.client_height());
    f64::from((scroller.client_height() - head).max(0))
}

/// Scrolls just so far that a row is seen whole.
pub(super) fn reveal(scroller: &Element, at: u64, height: f64) {
    let (above, shown) = (float(at) * height, f64::from(scroller.scroll_top()));
    let room = room(scroller);
    let to = if above < shown {
        above
    } else if above + height > shown + room {
        above + height - room
    } else {
        return;
    };
    #[allow(clippy::cast_possible_truncation, reason = "no list is that high")]
    scroller.set_scroll_top(to.ceil() as i32);
}

/// A number of rows as one of pixels.
#[allow(clippy::cast_precision_loss, reason = "rows are far fewer")]
pub(super) fn float(rows: u64) -> f64 {
    rows as f64
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of rows, never negative")]
fn whole(rows: f64) -> u64 {
    rows.max(0.0) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_drawn_stays_small_however_long_the_list_is() {
        for first in [0, 5, 99_980] {
            let rows = drawn(Sight { first, fits: 20, height: HEIGHT });
            assert!(rows.end - rows.start <= 20 + 2 * MARGIN);
            assert!(rows.contains(&first));
        }
    }

    #[test]
    fn at_the_end_fewer_rows_are_enough() {
        let rows = Rows { from: 90, rows: Vec::new(), total: 100, matching: 100, all: 100 };
        assert!(!covers(&rows, &(92..120)));
        assert!(covers(&Rows { total: 90, ..rows.clone() }, &(92..120)));
        assert!(!covers(&rows, &(80..95)));
    }
}
