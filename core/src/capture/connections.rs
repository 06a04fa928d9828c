//! All connections of one capture point.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::connection::Connection;

/// Connections in order of their first packet. Each has a place of its own: where there may be a million of them, a list
/// of the connections themselves would be copied, and take twice its room, each time that it grows.
#[expect(clippy::vec_box, reason = "so that the list can grow without copying what it holds")]
#[derive(Default)]
pub struct Connections(Vec<Box<Connection>>);

impl Connections {
    /// How many.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// There is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The one at this place.
    pub fn get(&self, at: usize) -> Option<&Connection> {
        self.0.get(at).map(|connection| &**connection)
    }

    /// The one at this place.
    pub fn get_mut(&mut self, at: usize) -> Option<&mut Connection> {
        self.0.get_mut(at).map(|connection| &mut **connection)
    }

    /// One more.
    pub fn push(&mut self, connection: Connection) {
        self.0.push(Box::new(connection));
    }

    /// All of them.
    pub fn iter(&self) -> Iter<'_> {
        Iter(self.0.iter())
    }
}

/// Over all of them, in order.
#[derive(Clone)]
pub struct Iter<'a>(core::slice::Iter<'a, Box<Connection>>);

impl<'a> Iterator for Iter<'a> {
    type Item = &'a Connection;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|connection| &**connection)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl DoubleEndedIterator for Iter<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.0.next_back().map(|connection| &**connection)
    }
}

impl ExactSizeIterator for Iter<'_> {}

impl<'a> IntoIterator for &'a Connections {
    type Item = &'a Connection;
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for Connections {
    type Item = Connection;
    type IntoIter = core::iter::Map<alloc::vec::IntoIter<Box<Connection>>, fn(Box<Connection>) -> Connection>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter().map(|connection| *connection)
    }
}

impl FromIterator<Connection> for Connections {
    fn from_iter<I: IntoIterator<Item = Connection>>(connections: I) -> Self {
        Self(connections.into_iter().map(Box::new).collect())
    }
}
