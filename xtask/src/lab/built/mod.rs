//! Cases that are written packet by packet or line by line: what Squid cannot be made to show.
//!
//! They say what the documents say (the vendors' articles, RFCs), not what one product was seen to do.

mod compared;
mod generic;
mod h2;
mod healthy;
mod inferred;
mod limits;
mod logs;
mod messages;
mod pairing;
mod patterns;
mod resets;
mod scene;
mod semantics;
mod services;
mod shapes;
mod sides;
mod skyhigh;
mod tls;
mod tls_clients;
mod together;
mod transparent;
mod turns;
mod untidy;
mod wsa;

use std::fmt::Write;
use std::fs;
use std::path::Path;

use super::recipe::Expect;
use super::truth;

/// A case that needs no network.
pub struct Built {
    /// The folder under `tests/cases`.
    pub folder: &'static str,
    /// The case's name.
    pub name: &'static str,
    /// What it shows.
    pub about: String,
    /// What it imitates or is modelled on.
    pub after: &'static str,
    /// The files that are read, in order.
    pub files: Vec<(&'static str, Vec<u8>)>,
    /// The files that are added in a second run.
    pub joined: Vec<(&'static str, Vec<u8>)>,
    /// The findings, in time order.
    pub expect: Vec<Expect>,
    /// Exchanges: total, failed, unseen.
    pub exchanges: (usize, usize, usize),
    /// What the report says of a file: its name, and fields with their values.
    pub told: Vec<(&'static str, Vec<(&'static str, String)>)>,
    /// Patterns of the first verdict, each with its kind, and kinds that it must not have.
    pub patterns: (Vec<&'static str>, Vec<&'static str>),
}

impl Built {
    /// A case; [`Built::expects`] and [`Built::joined`] say more.
    pub fn new(folder: &'static str, name: &'static str, about: &str, after: &'static str) -> Self {
        Self {
            folder,
            name,
            about: about.to_owned(),
            after,
            files: Vec::new(),
            joined: Vec::new(),
            expect: Vec::new(),
            exchanges: (1, 0, 0),
            told: Vec::new(),
            patterns: (Vec::new(), Vec::new()),
        }
    }

    /// A file of the case.
    pub fn file(mut self, name: &'static str, bytes: Vec<u8>) -> Self {
        self.files.push((name, bytes));
        self
    }

    /// A log that is added in a second run.
    pub fn joined(mut self, name: &'static str, text: &str) -> Self {
        self.joined.push((name, text.as_bytes().to_vec()));
        self
    }

    /// A finding.
    pub fn expects(mut self, expect: Expect) -> Self {
        self.expect.push(expect);
        self.exchanges.1 += 1;
        self
    }

    /// What the report must say of a file.
    pub fn tells(mut self, file: &'static str, field: &'static str, value: &str) -> Self {
        match self.told.iter_mut().find(|(name, _)| *name == file) {
            Some((_, fields)) => fields.push((field, value.to_owned())),
            None => self.told.push((file, vec![(field, value.to_owned())])),
        }
        self
    }

    /// What the first verdict says of all its failures, and what it must not say.
    pub fn patterns(mut self, said: &[&'static str], not: &[&'static str]) -> Self {
        self.patterns = (said.to_vec(), not.to_vec());
        self
    }

    /// Exchanges in all, and tunnels whose inside is not seen.
    pub fn counts(mut self, total: usize, unseen: usize) -> Self {
        self.exchanges = (total, self.exchanges.1, unseen);
        self
    }

    /// Writes the case's files.
    pub fn write(&self, target: &Path) -> Result<(), String> {
        let failed = |why: std::io::Error| why.to_string();
        fs::create_dir_all(target).map_err(failed)?;
        for (name, bytes) in self.files.iter().chain(&self.joined) {
            fs::write(target.join(name), bytes).map_err(failed)?;
        }
        let mut out = String::new();
        let inputs: Vec<&str> = self.files.iter().map(|(name, _)| *name).collect();
        let joined: Vec<&str> = self.joined.iter().map(|(name, _)| *name).collect();
        truth::head(&mut out, &self.about, &inputs, &joined, self.exchanges);
        for expect in &self.expect {
            truth::finding(&mut out, expect);
        }
        for (name, fields) in &self.told {
            let _ = write!(out, "\n[[input]]\nname = {name:?}\n");
            for (field, value) in fields {
                let _ = writeln!(out, "{field} = {value}");
            }
        }
        let (said, not) = &self.patterns;
        if !said.is_empty() {
            let _ = write!(out, "\n[[verdict]]\npatterns = {said:?}\nwithout = {not:?}\n");
        }
        let _ = write!(out, "\n[origin]\nmade = \"built\"\nlicence = \"MIT OR Apache-2.0\"\n");
        let _ = writeln!(out, "command = \"cargo xtask lab {}\"\nafter = {:?}", self.name, self.after);
        let _ = fs::remove_file(target.join("report.json"));
        fs::write(target.join("case.toml"), out).map_err(failed)
    }
}

/// All of them.
pub fn all() -> Vec<Built> {
    let mut all = wsa::all();
    all.extend(skyhigh::all());
    all.extend(generic::all());
    all.extend(healthy::all());
    all.extend(inferred::all());
    all.extend(shapes::all());
    all.extend(pairing::all());
    all.extend(patterns::all());
    all.extend(logs::all());
    all.extend(untidy::all());
    all.extend(resets::all());
    all.extend(limits::all());
    all.extend(transparent::all());
    all.extend(semantics::all());
    all.extend(together::all());
    all.extend(services::all());
    all.extend(sides::all());
    all.extend(tls::all());
    all.extend(tls_clients::all());
    all.extend(h2::all());
    all.extend(compared::all());
    all.extend(messages::all());
    all.extend(turns::all());
    all
}
