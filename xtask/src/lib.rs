//! What the commands and the browser tests share: serving the built page, what it may do, and a made capture.
//!
//! Standard library only, so that linking it into the tests costs nothing.

pub mod policy;
pub mod site;
pub mod synthetic;
