//! What went before a failure and explains it.

use alloc::string::String;

/// The gateway's own names, by its log, for where a request went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// The machine that served it; empty where nothing says it.
    pub node: String,
    /// The group of servers that it was for (HAProxy: the backend); empty where the log has none.
    pub pool: String,
    /// The server in it; empty where the log has its address, or none.
    pub server: String,
}

/// An earlier event, in the gateway's own log, of which the failure is a consequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    /// What it was, in a sentence with names and numbers.
    pub text: String,
    /// What that means for the failure, as a cause.
    pub cause: &'static str,
}
