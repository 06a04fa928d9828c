//! `Via` (RFC 9110 section 7.6.3): which gateways a message came through.

/// Gateways that are read of one list: more hops than this are a loop by themselves.
const HOPS: usize = 64;

/// The names (`received-by`) in a list, in the order in which the message came through them; comments are left out.
pub fn names(list: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_u32;
    let members = list.split(move |letter| {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        letter == ',' && depth == 0
    });
    // `1.1 gateway.example.net:3128 (squid/5.7)`: protocol, name, comment.
    members.filter_map(|member| member.split_ascii_whitespace().nth(1)).take(HOPS)
}

/// Whether an answer with this list was made by one gateway and passed on by another: each adds its name behind.
#[must_use]
pub fn passed_on(list: &str) -> bool {
    let mut names = names(list);
    let maker = names.next();
    maker.is_some_and(|maker| names.last().is_some_and(|last| !same(maker, last)))
}

/// Whether two names are the same: host names know no case.
#[must_use]
pub fn same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn names_stand_behind_the_protocol() {
        let list = "1.0 fred, 1.1 p.example.net:3128 (Apache/1.1, (beta)),HTTP/1.1 GWA ,, 2";
        assert_eq!(names(list).collect::<Vec<_>>(), ["fred", "p.example.net:3128", "GWA"]);
        assert!(same("Fred", "fred"));
        assert!(passed_on("1.1 parent (squid/5.7), 1.1 child"));
        assert!(!passed_on("1.1 child"));
        assert!(!passed_on("1.1 child, 1.1 Child"), "it came back to itself");
    }
}
