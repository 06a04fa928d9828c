//! The hash tables of the engine, which no file can flood.
//!
//! Addresses, ports, names and packets are keys that whoever wrote a file chose. With a hash that is known beforehand, a file
//! can be made whose keys all fall into one place, and each look-up then walks through all of them: work that grows with the
//! square of the file. So each run mixes keys with a number that no file can know: where there is an operating system, its
//! random numbers; where there is none, what [`seed`] is given.
//!
//! foldhash calls itself minimally resistant: who can watch hashes, or time them, can find the number out. A file cannot.
//! What a table holds is never told in the table's order, so that one input gives one report.

use alloc::boxed::Box;
use core::hash::{BuildHasher, Hash};
use core::sync::atomic::{AtomicUsize, Ordering};

use foldhash::SharedSeed;
use foldhash::fast::{FoldHasher, SeedableRandomState};
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use once_cell::race::OnceBox;

/// A map whose keys may come from a file.
#[expect(clippy::disallowed_types, reason = "the hash that makes it safe is named here")]
pub type HashMap<K, V> = hashbrown::HashMap<K, V, Seeded>;
/// A set whose members may come from a file.
#[expect(clippy::disallowed_types, reason = "the hash that makes it safe is named here")]
pub type HashSet<T> = hashbrown::HashSet<T, Seeded>;

/// This run's number, as the hash function takes it.
static SEED: OnceBox<SharedSeed> = OnceBox::new();
/// Tables so far: each hashes differently, because filling one in the order of another takes quadratic time where both agree.
static TABLES: AtomicUsize = AtomicUsize::new(1);

/// Sets the number that keys are mixed with. For machines that give programs no random numbers, like a browser's
/// WebAssembly: call it once with random bits, before the first case; later calls do nothing.
pub fn seed(random: u64) {
    // Whoever came first has won: tables that exist keep their hashes.
    let _ = SEED.set(Box::new(SharedSeed::from_u64(random)));
}

/// What the machine knows by itself.
fn own() -> u64 {
    let place = core::ptr::from_ref(&SEED) as usize as u64;
    #[cfg(feature = "std")]
    let place = std::hash::RandomState::new().hash_one(place);
    place
}

/// Makes the hashers of one table.
#[derive(Clone)]
pub struct Seeded(SeedableRandomState);

impl Default for Seeded {
    fn default() -> Self {
        let shared = SEED.get_or_init(|| Box::new(SharedSeed::from_u64(own())));
        Self::of(shared, TABLES.fetch_add(1, Ordering::Relaxed))
    }
}

impl Seeded {
    fn of(shared: &'static SharedSeed, table: usize) -> Self {
        // The golden ratio spreads small numbers over all bits.
        Self(SeedableRandomState::with_seed((table as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15), shared))
    }
}

impl BuildHasher for Seeded {
    type Hasher = FoldHasher<'static>;

    #[inline(always)]
    fn build_hasher(&self) -> Self::Hasher {
        self.0.build_hasher()
    }
}

/// Finds the entries of a list by a key that they know themselves: it holds their places, not the keys, because there may be a
/// million of them.
#[derive(Debug, Default)]
pub struct Places {
    /// Hash and place. The hash stands here so that the table can grow without asking the list.
    table: HashTable<(u32, u32)>,
    seeded: Seeded,
}

impl Places {
    /// The place of this key; `is` says whether the entry at a place has it.
    pub fn get(&self, key: impl Hash, is: impl Fn(usize) -> bool) -> Option<usize> {
        self.find(self.hash(key), &is)
    }

    /// Whoever has this key is at another place from now on.
    pub fn set(&mut self, key: impl Hash, at: usize, is: impl Fn(usize) -> bool) {
        self.put(self.hash(key), u32::try_from(at).unwrap_or(u32::MAX), &is);
    }

    /// As [`Places::get`], by [`Places::hash`] of the key.
    // Not generic, and `put` neither: there is one of each and not one for every kind of key.
    pub fn find(&self, hash: u32, is: &dyn Fn(usize) -> bool) -> Option<usize> {
        let found = self.table.find(spread(hash), |(its, at)| *its == hash && is(*at as usize));
        found.map(|(_, at)| *at as usize)
    }

    /// As [`Places::set`], by [`Places::hash`] of the key.
    pub fn put(&mut self, hash: u32, at: u32, is: &dyn Fn(usize) -> bool) {
        let same = |(its, at): &(u32, u32)| *its == hash && is(*at as usize);
        match self.table.entry(spread(hash), same, |(hash, _)| spread(*hash)) {
            Entry::Occupied(mut known) => known.get_mut().1 = at,
            Entry::Vacant(place) => {
                place.insert((hash, at));
            }
        }
    }

    /// Of a key that is looked for and then set: a name is long.
    pub fn hash(&self, key: impl Hash) -> u32 {
        self.seeded.hash_one(key) as u32
    }
}

/// 32 bits for a table that looks at the upper ones as well.
fn spread(hash: u32) -> u64 {
    u64::from(hash).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

impl core::fmt::Debug for Seeded {
    /// Without the number.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Seeded")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn with(random: u64) -> Seeded {
        Seeded::of(Box::leak(Box::new(SharedSeed::from_u64(random))), 1)
    }

    /// Pairs that fall into one of 256 places, found by trying, as whoever knows the number can.
    fn flood(known: &Seeded, wanted: usize) -> Vec<(u64, u64)> {
        let target = known.hash_one((0_u64, 0_u64)) & 0xff;
        (0..).map(|at| (at, at ^ 7)).filter(|pair| known.hash_one(pair) & 0xff == target).take(wanted).collect()
    }

    /// Keys chosen to fall into one of 256 places by one run's number are spread evenly by another's.
    #[test]
    fn keys_that_collide_in_one_run_do_not_in_another() {
        let keys = flood(&with(1), 2000);
        let mut places = [0; 256];
        for key in &keys {
            places[(with(2).hash_one(key) & 0xff) as usize] += 1;
        }
        // Eight on average: beyond forty is no chance.
        assert!(places.iter().all(|count| *count < 40), "{places:?}");
    }

    #[test]
    fn places_are_found_by_what_stands_there() {
        let list = ["one", "two", "three"];
        let mut places = Places::default();
        for (at, key) in list.iter().enumerate() {
            places.set(key, at, |at| list[at] == *key);
        }
        assert!(list.iter().enumerate().all(|(at, key)| places.get(key, |at| list[at] == *key) == Some(at)));
        assert_eq!(places.get("four", |at| list[at] == "four"), None);
        // Another key of the same hash stands beside it.
        assert_eq!(places.get("one", |_| false), None);
        places.set("one", 2, |_| false);
        assert_eq!(places.get("one", |at| at == 0), Some(0));
        assert_eq!(places.get("one", |at| at == 2), Some(2));
        // The same key at another place is found there alone.
        places.set("two", 7, |at| at == 1);
        assert_eq!(places.get("two", |at| at == 1), None);
        assert_eq!(places.get("two", |at| at == 7), Some(7));
    }

    #[test]
    fn two_tables_of_one_run_hash_differently() {
        let (one, other) = (Seeded::default(), Seeded::default());
        assert!((0..64_u32).any(|key| one.hash_one(key) != other.hash_one(key)));
        assert_eq!(one.hash_one("key"), one.clone().hash_one("key"));
    }
}
