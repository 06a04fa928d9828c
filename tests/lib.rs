//! What the tests and the lab share: captures built packet by packet.
//!
//! The builder writes headers by hand instead of through the library that the engine reads with, so
//! that a mistake in one is not hidden by the same mistake in the other.

pub mod build;
