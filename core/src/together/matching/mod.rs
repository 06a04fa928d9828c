//! Which line is which request: one to one, in the order of time.
//!
//! Lines and requests that want the same thing form a group. In a group they are aligned like two texts: both stay in
//! order, each is used once, and the sum of what does not fit is as small as can be. So two hundred failures of one URL
//! meet their two hundred lines, and a line that is missing does not shift the others.

mod align;
mod groups;
mod inside;
mod likeness;
mod pairs;
#[cfg(test)]
mod tests;

pub use align::assign;
pub use groups::{Lines, Requests};
pub use inside::{during, inside};
pub use likeness::{Statuses, other_query, statuses};
pub use pairs::compare;

use crate::time::SECOND;

/// What does not fit may sum up to this, once the clocks are known: an answer's last packet and its line lie close, but
/// a client that left, or one that reads slowly, may be logged later.
pub const REACH: i64 = 5 * SECOND;
/// Tunnels, and lines of a group, looked at for one line.
const NEAREST: usize = 64;
