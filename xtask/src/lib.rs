//! What the commands and the browser tests share: serving the built page.
//!
//! Standard library only, so that linking it into the tests costs nothing.

pub mod site;
