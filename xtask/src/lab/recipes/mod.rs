//! The recorded cases, by the phase in which they fail.

mod connect;
mod dns;
mod each;
mod gateway;
mod healthy;
mod response;

use super::recipe::Recipe;

/// All recorded cases.
pub fn all() -> Vec<Recipe> {
    [dns::all(), connect::all(), each::all(), response::all(), gateway::all(), healthy::all()].concat()
}
