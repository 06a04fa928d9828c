//! Failures that the gateway itself makes, or the client.

use super::super::super::recipe::Recipe;

pub fn all() -> Vec<Recipe> {
    Vec::new()
}
