//! A wait that equals a known default: a hint at the timer that ended it, never proof.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Id, Product, Timer, generic};
use crate::categories;
use crate::time::{SECOND, Span};

/// Defaults named at most for a hop that is not known.
const HOPS: usize = 4;

/// The default that a failure's wait equals, within 3 % or one second, whichever is more, as a sentence; `None` if it
/// equals none. The product's own defaults go before those of operating systems.
#[must_use]
pub fn timer_hint(product: Option<Id>, category: categories::Id, waited: Span) -> Option<String> {
    let own = product.and_then(Id::product);
    let products = own.into_iter().chain([&generic::PRODUCT]);
    products.filter_map(|product| Some((product, closest(product, category, waited)?))).next().map(
        |(product, timer)| {
            let whose = if product.id == Id::Generic { "" } else { product.name };
            let space = if whose.is_empty() { "" } else { " " };
            format!(
                "The wait of {waited} equals the {} default of {whose}{space}{}: a hint, no proof.",
                timer.wait, timer.name
            )
        },
    )
}

/// Gateways whose default wait for an answer has this length, as `nginx proxy_read_timeout 60 s`: which of them stands before
/// this one is not known.
#[must_use]
pub fn hop_timers(waited: Span) -> Vec<String> {
    let fitting = super::TABLE.iter().filter(|product| product.id != Id::Generic).filter_map(|product| {
        let timer = closest(product, categories::Id::ResponseTimeout, waited)?;
        Some(format!("{} {} {}", product.name, timer.name, timer.wait))
    });
    fitting.take(HOPS).collect()
}

fn closest(product: &'static Product, category: categories::Id, waited: Span) -> Option<&'static Timer> {
    let off = |timer: &Timer| timer.wait.0.abs_diff(waited.0);
    let tolerance = |timer: &Timer| (timer.wait.0 / 100 * 3).max(SECOND).unsigned_abs();
    let fitting = product.timers.iter().filter(|timer| timer.categories.contains(&category));
    fitting.filter(|timer| off(timer) <= tolerance(timer)).min_by_key(|timer| off(timer))
}

#[cfg(test)]
mod tests {
    use super::*;
    use categories::Id as Category;

    #[test]
    fn equals_within_three_percent_or_a_second() {
        let hint = |seconds| timer_hint(Some(Id::Skyhigh), Category::ResponseTimeout, Span::milliseconds(seconds));
        for equal in [120_000, 120_900, 123_600, 116_400] {
            let hint = hint(equal).unwrap_or_default();
            assert!(hint.contains("equals the 120 s default of Skyhigh"), "{equal}: {hint}");
        }
        for other in [1_000, 116_300, 123_700, 0, -120_000] {
            assert_eq!(hint(other), None, "{other}");
        }
    }

    #[test]
    fn only_timers_of_the_failure_count() {
        assert_eq!(timer_hint(Some(Id::Skyhigh), Category::DnsNxdomain, Span::seconds(120)), None);
        let squid = timer_hint(Some(Id::Squid), Category::TcpSynUnanswered, Span::seconds(60));
        assert!(squid.is_some_and(|hint| hint.contains("connect_timeout")));
        let kernel = timer_hint(None, Category::TcpSynUnanswered, Span::seconds(127));
        assert!(kernel.is_some_and(|hint| hint.contains("Linux")));
        assert_eq!(timer_hint(None, Category::ResponseTimeout, Span::seconds(120)), None);
    }
}
