//! The page as a whole and its screens.

mod case;
mod failed;
mod guided;
mod shell;
mod start;

pub use shell::open;
