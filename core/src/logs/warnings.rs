//! What is wrong with one log, or worth knowing of it, as sentences.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::reader::{LogReader, NO_ZONE};
use super::waiting::State;
use crate::time::Span;

impl LogReader {
    /// What is wrong or worth knowing, so far.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        let mut out = Vec::new();
        if let State::Known { warning: Some(warning), .. } = &self.state {
            out.push(warning.clone());
        }
        let readers = || self.all().filter(|reader| reader.records > 0);
        if readers().any(Self::local) {
            out.push(NO_ZONE.to_string());
        }
        let name = |zone: i32| crate::together::utc(Span::seconds(i64::from(zone) * 60));
        if let Some(zone) = readers().filter(|reader| reader.untold()).find_map(|reader| reader.zone_set) {
            out.push(format!("the lines say no time zone: read as {}, as it was set", name(zone)));
        }
        if let Some(zone) = readers().find_map(|reader| reader.zone_told) {
            let zone = name(zone);
            out.push(format!("the lines say no time zone: {zone}, by the times that their transport put before them"));
        }
        if readers().any(|reader| reader.year_guessed) {
            out.push("the lines say no year: taken for the newest that does not put them after today".to_string());
        }
        let understood: u64 = self.all().map(|reader| reader.understood).sum();
        let of_requests = self.format().is_some_and(|format| !format.of_errors());
        if of_requests && understood > 0 && readers().next().is_none() {
            out.push("none of its lines tells of a request".to_string());
        }
        self.tell_formats(&mut out);
        self.troubles.tell(&mut out);
        out.extend(self.checks.tell());
        if self.passed_over > 0 {
            out.push(format!(
                "{} more healthy lines may be of requests in the captures; they were not held against them and may count twice",
                self.passed_over
            ));
        }
        if self.rulings.over > 0 {
            out.push(format!("{} lines more than are kept were not held against the failures", self.rulings.over));
        }
        for reader in self.all().filter(|reader| reader.failed > reader.exchanges.len() as u64) {
            let (failed, kept) = (reader.failed, reader.exchanges.len());
            out.push(format!("{failed} requests failed; the first {kept} are kept, the others are counted"));
        }
        out
    }
}
