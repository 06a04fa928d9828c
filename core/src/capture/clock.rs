//! The capturing host's clock: where does it step, and in which order did things really happen?
//!
//! Backwards: the clock was set. Times behind the step are moved on, so that what came later has the later time;
//! [`Clock::told`] gives back what the file says. Forwards: only where something contradicts the pause, the sender's own
//! clock in its TCP timestamps (RFC 7323) or a segment under way that nobody sent again. Nothing is moved there.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::exchange::Source;
use crate::time::{SECOND, Span, Timestamp};

/// Packets of one interface are out of order by less than this.
const REORDERED: Span = Span::milliseconds(100);
/// Packets of several interfaces, which wait in separate queues, by less than this.
pub const REORDERED_BETWEEN: Span = Span::seconds(1);
/// A pause from here on may be a step, if a sender's clock contradicts it.
const PAUSE: Span = Span::seconds(2);
/// A pause from here on may be a step, if a segment was under way all the time: TCP would have sent it again.
const PAUSE_IN_FLIGHT: Span = Span::seconds(10);
/// Packets this long behind a pause may contradict it.
const AFTER: Span = Span::seconds(5);
/// Steps that are kept; a clock that steps more often is of no use.
const KEPT: usize = 64;
/// A step back is taken back if the old time goes on within so many packets: it was a stray.
const STRAYS: u32 = 16;

/// The clock was set between two packets.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// Input and number of the first packet behind it.
    pub input: u32,
    /// Number of that packet.
    pub number: u64,
    /// By how much, as the file's times show it; negative: backwards.
    pub by: Span,
    /// Added to the file's times from here on.
    offset: i64,
}

/// A pause that may be a step.
#[derive(Clone, Copy)]
struct Pause {
    input: u32,
    number: u64,
    from: Timestamp,
    to: Timestamp,
}

/// Follows the times of one capture point.
#[derive(Default)]
pub struct Clock {
    offset: i64,
    /// The latest time so far, moved on.
    high: Option<Timestamp>,
    /// The latest time as the file says it.
    pub last: Option<Timestamp>,
    several: bool,
    section: u32,
    /// The last step back may still turn out a stray: the offset before, and packets since.
    fresh: Option<(i64, u32)>,
    pause: Option<Pause>,
    /// Where it stepped.
    pub steps: Vec<Step>,
    /// The input that is read.
    input: Option<u32>,
    /// The inputs read, by their numbers: place in the order of reading, and what is added to times at the beginning.
    inputs: Vec<(u32, usize, i64)>,
}

impl Clock {
    /// The time of the next packet, moved on by the steps before it.
    pub fn take(&mut self, time: Timestamp, input: u32, number: u64, interface: u32, section: u32) -> Timestamp {
        if time.0 == 0 {
            // The file gives no time.
            return time;
        }
        self.last = Some(time);
        self.several |= interface > 0;
        let other = self.input.replace(input) != Some(input);
        if other && let Err(at) = self.inputs.binary_search_by_key(&input, |(known, ..)| *known) {
            self.inputs.insert(at, (input, self.inputs.len(), self.offset));
        }
        if self.section != section && !other {
            // Another capture, put behind this one.
            let inputs = core::mem::take(&mut self.inputs);
            *self = Self { several: self.several, input: self.input, inputs, ..Self::default() };
            self.steps.clear();
        }
        self.section = section;
        let mut moved = Timestamp::from_nanoseconds(time.0.saturating_add(self.offset));
        let Some(high) = self.high else {
            self.high = Some(moved);
            return moved;
        };
        if let Some((before, since)) = self.fresh {
            let old = Timestamp::from_nanoseconds(time.0.saturating_add(before));
            if old.since(high).0.abs() < moved.since(high).0.abs() {
                self.steps.pop();
                self.offset = before;
                self.fresh = None;
                moved = old;
            } else {
                self.fresh = (since < STRAYS).then_some((before, since + 1));
            }
        }
        let limit = if self.several { REORDERED_BETWEEN } else { REORDERED };
        let ahead = moved.since(high);
        if -ahead.0 > limit.0 && self.steps.len() < KEPT {
            self.fresh = Some((self.offset, 0));
            self.offset = high.0.saturating_sub(time.0);
            self.steps.push(Step { input, number, by: ahead, offset: self.offset });
            return high;
        }
        if ahead >= PAUSE {
            self.pause = Some(Pause { input, number, from: high, to: moved });
        }
        self.high = Some(high.max(moved));
        moved
    }

    /// Whether the packet at this time may contradict a pause before it.
    pub fn in_doubt(&self, now: Timestamp) -> bool {
        self.pause.is_some_and(|pause| now.since(pause.to) <= AFTER)
    }

    /// A sender's own clock: its first and latest TCP timestamp before this one.
    pub fn stamped(&mut self, now: Timestamp, [first, last]: [(u32, Timestamp); 2], stamp: u32) {
        let Some(pause) = self.pause.filter(|pause| last.1 <= pause.from && now.since(pause.to) <= AFTER) else {
            return;
        };
        // A clock that shows nothing does not tick: some devices clear the timestamps of what they pass on.
        if stamp == 0 && last.0 == 0 {
            return;
        }
        let claimed = now.since(last.1);
        let ticks = i64::from(stamp.wrapping_sub(last.0));
        if ticks > i64::from(i32::MAX) {
            return;
        }
        // Between one tick in a second and, as a rule, a thousand; seen over a while, its pace is known.
        let seen = last.1.since(first.1);
        let pace = if seen >= Span::milliseconds(100) {
            (i64::from(last.0.wrapping_sub(first.0)).saturating_mul(SECOND) / seen.0).max(1)
        } else {
            1
        };
        let elapsed = Span(ticks.saturating_mul(SECOND) / pace);
        let too_much = Span(claimed.0.saturating_sub(elapsed.0));
        if too_much > PAUSE && too_much.0 > claimed.0 / 2 {
            self.stepped(pause, too_much);
        }
    }

    /// A segment sent at `sent` was under way over the pause, was not sent again, and is answered now.
    pub fn in_flight(&mut self, sent: Timestamp) {
        let long = |pause: &Pause| pause.to.since(pause.from) >= PAUSE_IN_FLIGHT;
        let just_before = |pause: &Pause| sent <= pause.from && pause.from.since(sent) < PAUSE;
        if let Some(pause) = self.pause.filter(|pause| long(pause) && just_before(pause)) {
            self.stepped(pause, pause.to.since(pause.from));
        }
    }

    fn stepped(&mut self, pause: Pause, by: Span) {
        self.pause = None;
        if self.steps.len() < KEPT {
            self.steps.push(Step { input: pause.input, number: pause.number, by, offset: self.offset });
        }
    }

    /// The step between two packets, if there is one.
    pub fn between(&self, one: Source, other: Source) -> Option<&Step> {
        if self.steps.is_empty() {
            return None;
        }
        let (first, last) = (self.place(one.input(), one.number), self.place(other.input(), other.number));
        let (first, last) = (first.min(last), first.max(last));
        self.steps.iter().find(|step| {
            let at = self.place(step.input, step.number);
            first < at && at <= last
        })
    }

    /// Where a packet stands in the order of reading.
    fn place(&self, input: u32, number: u64) -> (usize, u64) {
        (self.of(input).map_or(usize::MAX, |(place, _)| place), number)
    }

    /// The place of an input in the order of reading, and what is added to times at its beginning; `None`: it is of
    /// another capture.
    fn of(&self, input: u32) -> Option<(usize, i64)> {
        let at = self.inputs.binary_search_by_key(&input, |(known, ..)| *known).ok()?;
        self.inputs.get(at).map(|(_, place, begun)| (*place, *begun))
    }

    /// Whether an input is of this capture.
    pub fn reads(&self, input: u32) -> bool {
        self.of(input).is_some()
    }

    /// All inputs of this capture.
    pub fn inputs(&self) -> impl Iterator<Item = u32> {
        self.inputs.iter().map(|(input, ..)| *input)
    }

    /// The time of a packet as its file says it.
    pub fn told(&self, source: Source) -> Timestamp {
        let Some((_, begun)) = self.of(source.input()) else { return source.time };
        let within = |step: &&Step| step.input == source.input() && step.number <= source.number;
        let offset = self.steps.iter().rfind(within).map_or(begun, |step| step.offset);
        Timestamp::from_nanoseconds(source.time.0.saturating_sub(offset))
    }

    /// Sentences about the steps in a file.
    pub fn warnings(&self, input: u32) -> impl Iterator<Item = String> {
        self.steps.iter().filter(move |step| step.input == input).map(Step::sentence)
    }
}

impl Step {
    /// What happened, in a sentence.
    pub fn sentence(&self) -> String {
        let (by, number) = (Span(self.by.0.abs()), self.number);
        if self.by.0 < 0 {
            format!("the capture's clock went back by {by} at packet {number}: nothing is measured across it")
        } else {
            format!(
                "the capture's clock jumped ahead by {by} at packet {number}, or nothing was captured for so long: nothing is measured across it"
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(number: u64, time: Timestamp) -> Source {
        Source { time, file: 0, number, line: false, offset: 0, length: 0 }
    }

    fn run(times: &[i64]) -> (Clock, Vec<i64>) {
        let mut clock = Clock::default();
        let moved = times.iter().zip(1..).map(|(ms, number)| {
            let time = Timestamp(*ms * 1_000_000 + 1_000_000 * SECOND);
            (clock.take(time, 0, number, 0, 0).0 - 1_000_000 * SECOND) / 1_000_000
        });
        let moved: Vec<i64> = moved.collect();
        (clock, moved)
    }

    #[test]
    fn a_step_back_keeps_the_order_and_gives_back_the_files_times() {
        let (clock, moved) = run(&[0, 10_000, 4_000, 4_100, 4_200]);
        assert_eq!(moved, [0, 10_000, 10_000, 10_100, 10_200]);
        assert_eq!(clock.steps.len(), 1);
        assert_eq!(clock.steps[0].number, 3);
        let at = |ms: i64| Timestamp(ms * 1_000_000 + 1_000_000 * SECOND);
        assert_eq!(clock.told(source(4, at(10_100))), at(4_100));
        assert_eq!(clock.told(source(2, at(10_000))), at(10_000));
        assert!(clock.between(source(2, at(0)), source(3, at(0))).is_some());
        assert!(clock.between(source(3, at(0)), source(5, at(0))).is_none());
    }

    #[test]
    fn a_stray_packet_is_no_step() {
        let (clock, moved) = run(&[0, 10_000, 4_000, 10_010, 10_020]);
        assert_eq!(moved, [0, 10_000, 10_000, 10_010, 10_020]);
        assert!(clock.steps.is_empty());
    }

    #[test]
    fn reordering_is_no_step() {
        let (clock, moved) = run(&[0, 60, 20, 70]);
        assert_eq!(moved, [0, 60, 20, 70]);
        assert!(clock.steps.is_empty());
    }

    #[test]
    fn a_pause_is_a_step_only_where_a_clock_contradicts_it() {
        let base = 1_000_000 * SECOND;
        let at = |ms: i64| Timestamp(ms * 1_000_000 + base);
        let (mut clock, _) = run(&[0, 1_000, 3_601_000]);
        clock.stamped(at(3_601_000), [(500, at(0)), (1_500, at(1_000))], 3_601_500);
        assert!(clock.steps.is_empty());
        clock.stamped(at(3_601_000), [(500, at(0)), (1_500, at(1_000))], 1_520);
        assert_eq!(clock.steps.len(), 1);
        let (mut clock, _) = run(&[0, 1_000, 3_601_000]);
        clock.in_flight(at(990));
        assert_eq!(clock.steps.len(), 1);
    }
}
