//! What must be fixed elsewhere: firewalls on the path, DNS servers and origin servers, whoever made the gateway.
//!
//! A category says what to change there in general. A party says it in the words of the usual makers: where the setting
//! is, which command shows it, and what to record. Its advice comes after the product's and the category's.

mod dns_server;
mod firewall;
mod origin;

use super::For;
use crate::categories::{Check, Fix, Id, Owner};

/// A party outside the gateway.
pub struct Party {
    /// Who it is.
    pub owner: Owner,
    /// Tests on its own devices, one for each maker.
    pub checks: &'static [For<Made>],
    /// Where the settings of the categories' fixes are, by maker.
    pub places: &'static [For<Place>],
    /// Changes that no category has.
    pub fixes: &'static [For<Fix>],
    /// What to record there, where the packets at the gateway do not show who made a failure.
    pub recordings: &'static [Check],
}

/// A test in the words of one maker.
pub struct Made {
    /// The log format that this maker's device writes: if its log is among the inputs, the other makers' tests are left out.
    pub log: &'static str,
    /// The test.
    pub check: Check,
}

/// Where makers have a setting of a category's fix.
pub struct Place {
    /// The fix's own `setting`.
    pub setting: &'static str,
    /// Maker and place, for each maker.
    pub path: &'static str,
    /// The makers' documents.
    pub source: &'static str,
}

/// All of them.
pub static PARTIES: &[&Party] = &[&firewall::PARTY, &dns_server::PARTY, &origin::PARTY];

const fn made(log: &'static str, check: Check) -> Made {
    Made { log, check }
}

const fn place(setting: &'static str, path: &'static str, source: &'static str) -> Place {
    Place { setting, path, source }
}

impl Party {
    /// Its tests for this failure; only those of the makers whose logs are here, if any is.
    pub fn checks(&'static self, category: Id, logs: impl Fn(&str) -> bool) -> impl Iterator<Item = &'static Check> {
        let known = self.made(category).any(|made| logs(made.log));
        self.made(category).filter(move |made| !known || logs(made.log)).map(|made| &made.check)
    }

    fn made(&'static self, category: Id) -> impl Iterator<Item = &'static Made> {
        self.checks.iter().filter(move |(ids, _)| ids.contains(&category)).map(|(_, made)| made)
    }

    /// Where its makers have the setting of this fix.
    pub fn place(&'static self, category: Id, fix: &Fix) -> Option<&'static Place> {
        let mut places = self.places.iter().filter(|(ids, _)| ids.contains(&category));
        places.find(|(_, place)| place.setting == fix.setting).map(|(_, place)| place)
    }

    /// Its changes for this failure.
    pub fn fixes(&'static self, category: Id) -> impl Iterator<Item = &'static Fix> {
        self.fixes.iter().filter(move |(ids, _)| ids.contains(&category)).map(|(_, fix)| fix)
    }
}
