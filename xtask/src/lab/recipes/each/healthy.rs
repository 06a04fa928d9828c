//! Traffic that works.

use super::super::super::proxies::APACHE_REVERSE;
use super::super::super::recipe::{Recipe, recipe};

pub fn all() -> Vec<Recipe> {
    vec![recipe("healthy", "apache-reverse-get", "One GET through Apache as a reverse proxy, answered.").via(
        &APACHE_REVERSE,
        &[],
        &["access.log"],
    )]
}
