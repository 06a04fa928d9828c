//! What the delivered page is made of: every crate with version, licence and checksum, as CycloneDX 1.5 (ECMA-424), and the
//! tests that hold each licence against those that may be delivered.
//!
//! Cargo tells the crates, `Cargo.lock` their checksums. No time and no serial number: the same sources give the same file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

/// The package that is delivered, and the target that it is built for.
const ROOT: &str = "gateway-triage-app";
const TARGET: &str = "wasm32-unknown-unknown";

/// One crate.
#[derive(Debug)]
struct Part {
    name: String,
    version: String,
    /// An SPDX expression.
    licence: String,
    /// SHA-256 of its package; our own have none.
    sum: Option<String>,
    needs: BTreeSet<String>,
}

impl Part {
    /// Its package URL.
    fn url(&self) -> String {
        format!("pkg:cargo/{}@{}", self.name, self.version)
    }
}

/// The list, as it is delivered.
pub fn write() -> Result<String> {
    let parts = parts()?;
    let url = |id: &String| parts.get(id).map(Part::url);
    let component = |part: &Part, kind: &str| {
        let mut component = json!({
            "type": kind, "bom-ref": part.url(), "name": part.name, "version": part.version, "purl": part.url(),
            "licenses": [{ "expression": part.licence }],
        });
        if let Some(sum) = &part.sum {
            component["hashes"] = json!([{ "alg": "SHA-256", "content": sum }]);
        }
        component
    };
    let root =
        parts.values().find(|part| part.name == ROOT).with_context(|| format!("cargo tells nothing of {ROOT}"))?;
    let others = parts.values().filter(|part| part.name != ROOT);
    let list = json!({
        "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
        "metadata": { "component": component(root, "application") },
        "components": others.map(|part| component(part, "library")).collect::<Vec<_>>(),
        "dependencies": parts.values().map(|part| json!({
            "ref": part.url(), "dependsOn": part.needs.iter().filter_map(url).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
    });
    Ok(format!("{list:#}\n"))
}

/// All crates that the page is compiled of, by cargo's ids; those that only tests or build scripts need are none.
fn parts() -> Result<BTreeMap<String, Part>> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let lock = std::fs::read_to_string(workspace.join("Cargo.lock"))?;
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["metadata", "--locked", "--format-version=1", "--filter-platform", TARGET])
        .current_dir(&workspace)
        .output()?;
    if !output.status.success() {
        bail!("cargo metadata failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    let told: Value = serde_json::from_slice(&output.stdout)?;
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let packages = list(&told["packages"]);
    let nodes = list(&told["resolve"]["nodes"]);
    let root = packages.iter().find(|package| package["name"] == ROOT).map(|package| text(&package["id"]));
    let mut waiting: Vec<String> = root.into_iter().collect();
    let mut parts = BTreeMap::new();
    while let Some(id) = waiting.pop() {
        if parts.contains_key(&id) {
            continue;
        }
        let package = packages.iter().find(|package| package["id"] == *id).context("a crate without a package")?;
        let node = nodes.iter().find(|node| node["id"] == *id).context("a crate without its dependencies")?;
        let normal = |dependency: &&Value| list(&dependency["dep_kinds"]).iter().any(|kind| kind["kind"].is_null());
        let needs: BTreeSet<String> =
            list(&node["deps"]).iter().filter(normal).map(|dependency| text(&dependency["pkg"])).collect();
        waiting.extend(needs.iter().cloned());
        let (name, version) = (text(&package["name"]), text(&package["version"]));
        // What is written with a slash is an older way to say OR.
        let licence = text(&package["license"]).replace('/', " OR ");
        let sum = checksum(&lock, &name, &version);
        parts.insert(id, Part { name, version, licence, sum, needs });
    }
    Ok(parts)
}

/// The checksum of a package in the text of a Cargo.lock.
fn checksum(lock: &str, name: &str, version: &str) -> Option<String> {
    let begin = format!("[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n");
    let block = lock.split_once(&begin)?.1.split("[[package]]").next()?;
    let line = block.lines().find_map(|line| line.strip_prefix("checksum = \""))?;
    Some(line.trim_end_matches('"').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Licences that allow what is done here, under either of the project's own, with no more than a notice.
    const ALLOWED: [&str; 9] =
        ["MIT", "Apache-2.0", "Unicode-3.0", "Zlib", "BSL-1.0", "CC0-1.0", "0BSD", "BSD-3-Clause", "ISC"];
    /// Crates that the page holds in several versions, because others of its crates have not agreed on one yet.
    const TWICE: [&str; 6] = ["convert_case", "gloo-utils", "hashbrown", "syn", "thiserror", "thiserror-impl"];

    /// Whether an SPDX expression leaves a choice that is allowed: all of one side of an OR.
    fn allowed(expression: &str) -> bool {
        let mut depth = 0_i32;
        let cut = |at: usize, word: &str| (expression[..at].trim(), expression[at + word.len()..].trim());
        for word in [" OR ", " AND "] {
            for (at, letter) in expression.char_indices() {
                depth += i32::from(letter == '(') - i32::from(letter == ')');
                if depth == 0 && expression[at..].starts_with(word) {
                    let (one, other) = cut(at, word);
                    return if word == " OR " {
                        allowed(one) || allowed(other)
                    } else {
                        allowed(one) && allowed(other)
                    };
                }
            }
        }
        match expression.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
            Some(inside) => allowed(inside),
            None => ALLOWED.contains(&expression),
        }
    }

    #[test]
    fn expressions_of_licences_are_understood() {
        assert!(allowed("MIT OR GPL-3.0") && allowed("(GPL-3.0 OR MIT) AND Unicode-3.0"));
        assert!(
            !allowed("MIT AND GPL-3.0") && !allowed("GPL-3.0") && !allowed("") && !allowed("(MIT OR ISC) AND SSPL-1.0")
        );
    }

    #[test]
    fn every_licence_of_the_page_is_allowed() {
        let parts = parts().unwrap();
        assert!(parts.len() > 100, "{} crates", parts.len());
        let refused: Vec<_> = parts.values().filter(|part| !allowed(&part.licence)).collect();
        assert!(refused.is_empty(), "{refused:?}");
    }

    #[test]
    fn no_crate_comes_in_two_versions_unless_it_is_known() {
        let mut versions: BTreeMap<String, u32> = BTreeMap::new();
        parts().unwrap().into_values().for_each(|part| *versions.entry(part.name).or_default() += 1);
        let twice: Vec<_> = versions.iter().filter(|(_, count)| **count > 1).map(|(name, _)| name.as_str()).collect();
        assert_eq!(twice, TWICE);
    }

    #[test]
    fn the_list_names_every_crate_with_its_checksum() {
        let list: Value = serde_json::from_str(&write().unwrap()).unwrap();
        assert_eq!(list["metadata"]["component"]["name"], ROOT);
        let components = list["components"].as_array().unwrap();
        for component in components {
            let own = component["name"].as_str().unwrap().starts_with("gateway-triage");
            assert_eq!(
                component["hashes"][0]["content"].as_str().map_or(0, str::len),
                if own { 0 } else { 64 },
                "{component}"
            );
        }
        let leptos = components.iter().find(|component| component["name"] == "leptos").unwrap();
        assert!(leptos["purl"].as_str().unwrap().starts_with("pkg:cargo/leptos@0."), "{leptos}");
        assert_eq!(list["dependencies"].as_array().unwrap().len(), components.len() + 1);
    }
}
