//! What the commands and the browser tests share: serving the built page, and a made capture.
//!
//! Standard library only, so that linking it into the tests costs nothing.

pub mod site;
pub mod synthetic;
