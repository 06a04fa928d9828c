//! What the deliveries may weigh.

use anyhow::{Result, bail};

/// Files of the first view: name, size, size as it goes over the wire.
pub type Sizes = Vec<(String, usize, usize)>;

/// First view of the site over the wire, by brotli, everything included, in bytes.
const FIRST_VIEW: usize = 450_000;

/// The one file, in bytes.
const ONE_FILE: usize = 1_500_000;

/// Prints the sizes, also of what is fetched when the page stands; an error where they are over budget. What is too large has been
/// written all the same.
pub fn hold(sizes: &Sizes, later: &Sizes, one_file: usize) -> Result<()> {
    let mut sizes = sizes.clone();
    sizes.sort_by_key(|(_, _, wire)| std::cmp::Reverse(*wire));
    println!("\n{:>9}  {:>9}  first view", "bytes", "brotli");
    for (name, bytes, wire) in &sizes {
        println!("{bytes:>9}  {wire:>9}  {name}");
    }
    let (bytes, wire) = sizes.iter().fold((0, 0), |(bytes, wire), (_, b, w)| (bytes + b, wire + w));
    println!("{bytes:>9}  {wire:>9}  in all, of at most {FIRST_VIEW}");
    for (name, bytes, wire) in later {
        println!("{bytes:>9}  {wire:>9}  when the page stands: {name}");
    }
    println!("{one_file:>9}  {:>9}  one file, of at most {ONE_FILE}", "");
    let over = over(wire, one_file);
    if !over.is_empty() {
        bail!("over budget: {}", over.join("; "));
    }
    Ok(())
}

fn over(first_view: usize, one_file: usize) -> Vec<String> {
    let limits = [("the first view", first_view, FIRST_VIEW), ("the one file", one_file, ONE_FILE)];
    let over = limits.into_iter().filter(|(_, size, limit)| size > limit);
    over.map(|(what, size, limit)| format!("{what} has {size} bytes, {} too many", size - limit)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_large_is_said() {
        assert!(over(FIRST_VIEW, ONE_FILE).is_empty());
        assert_eq!(over(FIRST_VIEW + 1, 0), ["the first view has 450001 bytes, 1 too many"]);
        assert_eq!(over(0, ONE_FILE + 2).len(), 1);
    }
}
