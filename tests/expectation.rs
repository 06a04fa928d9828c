//! `case.toml`: what a case holds and what must come out.
//!
//! ```toml
//! about = "What happened, in a sentence."
//! inputs = ["capture.pcap"]        # read together, in this order
//! joined = ["access.log"]          # optional: once more with these added; the expectation stays
//!
//! [exchanges]                      # optional, each field too
//! total = 1
//! failed = 1
//! unseen = 0
//!
//! [[expect]]                       # one per finding, in time order; none: healthy
//! category = "tcp-syn-reset"       # a field that is not here is not checked; "null" is null
//! status = 503
//! candidates_begin = ["tcp-syn-reset"]         # how the list of candidates must begin
//! doubts = ["covers this time"]    # each text is in one of its doubts
//! says = ["firewall.pcap"]         # each text is in its summary
//! never = ["cannot be told"]       # none of these texts is in its summary or doubts
//! evidence = { "capture.pcap" = [9, 19, 20] }  # packets or lines that the finding must name, among others;
//!                                  # [9, [19, 20]]: where a packet was recorded twice, either will do
//! foreign = { "capture.pcap" = [13] }          # packets or lines that it must not name
//!
//! [[input]]                        # optional: what the report says of a file
//! name = "access.log"
//! clock_offset = 37.2              # within the uncertainty that the report states; "null": not compared
//! zone = 60
//! warning = "ahead of"             # this text is in one of its warnings
//!
//! [[verdict]]                      # optional: a verdict, by these of its fields, in the order of the report
//! category = "tcp-syn-reset"
//! host = "www.example.com"
//! count = 12
//! patterns = ["only-host: 31 other hosts"]     # there is one of this kind with this text
//! without = ["only-client"]        # there is none of this kind
//! causes = ["slower than a proxy"] # each text is in one of its causes
//!
//! [origin]                         # how it was made, for people; `made` and `licence` must be there
//! made = "recorded"                # or "built"
//! licence = "MIT OR Apache-2.0"
//! ```

use std::fs;
use std::path::Path;

use serde_json::Value;
use toml::{Table, Value as Toml};

/// A case as its folder describes it.
pub struct Expectation {
    /// Files read together.
    pub inputs: Vec<String>,
    /// Files added in a second run.
    pub joined: Vec<String>,
    counts: Table,
    findings: Vec<Table>,
    told: Vec<Table>,
    verdicts: Vec<Table>,
}

/// Fields of a finding that may be checked: a misspelt one is not passed over in silence.
const FIELDS: [&str; 20] = [
    "category",
    "confidence",
    "status",
    "first_status",
    "generated_by",
    "host",
    "upstream",
    "client",
    "gateway",
    "method",
    "target",
    "reset_by",
    "candidates",
    "candidates_begin",
    "doubts",
    "says",
    "never",
    "time",
    "evidence",
    "foreign",
];

impl Expectation {
    /// Reads a folder's `case.toml`; an error is one line.
    pub fn read(folder: &Path) -> Result<Self, String> {
        let text = fs::read_to_string(folder.join("case.toml")).map_err(|why| why.to_string())?;
        Self::parse(&text)
    }

    /// The categories expected, in time order; none of a healthy case.
    pub fn categories(&self) -> Vec<String> {
        let text = |finding: &Table| finding.get("category").and_then(Toml::as_str).unwrap_or("any").to_owned();
        self.findings.iter().map(text).collect()
    }

    fn parse(text: &str) -> Result<Self, String> {
        let mut table: Table = text.parse().map_err(|why: toml::de::Error| why.message().to_owned())?;
        for needed in ["made", "licence"] {
            if table.get("origin").and_then(|origin| origin.get(needed)).is_none() {
                return Err(format!("origin.{needed} is missing"));
            }
        }
        let inputs = names(table.get("inputs"));
        if inputs.is_empty() {
            return Err("inputs are missing".to_owned());
        }
        let joined = names(table.get("joined"));
        let counts = match table.remove("exchanges") {
            Some(Toml::Table(counts)) => counts,
            _ => Table::new(),
        };
        let mut findings = Vec::new();
        for finding in table.remove("expect").iter().filter_map(Toml::as_array).flatten() {
            let finding = finding.as_table().ok_or("expect is no table")?;
            if let Some(field) = finding.keys().find(|field| !FIELDS.contains(&field.as_str())) {
                return Err(format!("no such field: expect.{field}"));
            }
            findings.push(finding.clone());
        }
        let tables = |value: Option<Toml>| -> Vec<Table> {
            value.iter().filter_map(Toml::as_array).flatten().filter_map(Toml::as_table).cloned().collect()
        };
        let told = tables(table.remove("input"));
        let fields = ["name", "clock_offset", "zone", "warning"];
        if let Some(field) = told.iter().flat_map(Table::keys).find(|field| !fields.contains(&field.as_str())) {
            return Err(format!("no such field: input.{field}"));
        }
        let verdicts = tables(table.remove("verdict"));
        let fields = ["category", "host", "count", "patterns", "without", "causes"];
        if let Some(field) = verdicts.iter().flat_map(Table::keys).find(|field| !fields.contains(&field.as_str())) {
            return Err(format!("no such field: verdict.{field}"));
        }
        Ok(Self { inputs, joined, counts, findings, told, verdicts })
    }

    /// What in the report differs from what is expected: one line each.
    pub fn mismatches(&self, report: &Value) -> Vec<String> {
        let mut out = Vec::new();
        for (count, wanted) in &self.counts {
            compare(&mut out, &format!("exchanges.{count}"), wanted, &report["exchanges"][count]);
        }
        for told in &self.told {
            input(&mut out, told, report);
        }
        for (index, wanted) in self.verdicts.iter().enumerate() {
            verdict(&mut out, index, wanted, &report["verdicts"][index]);
        }
        let found = report["findings"].as_array().map_or(&[][..], Vec::as_slice);
        if found.len() != self.findings.len() {
            let categories: Vec<&str> = found.iter().filter_map(|finding| finding["category"].as_str()).collect();
            out.push(format!("{} findings instead of {}: {categories:?}", found.len(), self.findings.len()));
        }
        for (index, (wanted, finding)) in self.findings.iter().zip(found).enumerate() {
            for (field, value) in wanted {
                let what = format!("findings[{index}].{field}");
                match field.as_str() {
                    "doubts" => doubts(&mut out, &what, value, finding),
                    "foreign" => foreign(&mut out, &what, value, finding, report),
                    "never" => never(&mut out, &what, value, finding),
                    "says" => says(&mut out, &what, value, finding),
                    "evidence" => self.evidence(&mut out, index, value, finding, report),
                    "candidates_begin" => {
                        let wanted = value.as_array().map_or(0, Vec::len);
                        let found: Vec<Value> =
                            finding["candidates"].as_array().into_iter().flatten().take(wanted).cloned().collect();
                        compare(&mut out, &what, value, &Value::Array(found));
                    }
                    _ => compare(&mut out, &what, value, &finding[field]),
                }
            }
        }
        out
    }

    /// The finding must name each expected packet or line; it may name more. Evidence in a file that
    /// this run did not read is passed over.
    fn evidence(&self, out: &mut Vec<String>, index: usize, wanted: &Toml, finding: &Value, report: &Value) {
        let inputs = report["inputs"].as_array().map_or(&[][..], Vec::as_slice);
        let named = finding["evidence"].as_array().map_or(&[][..], Vec::as_slice);
        for (file, numbers) in wanted.as_table().into_iter().flatten() {
            let Some(input) = inputs.iter().position(|input| input["name"].as_str() == Some(file)) else {
                if self.inputs.contains(file) {
                    out.push(format!("inputs: {file} is missing"));
                }
                continue;
            };
            let has = |number: i64| {
                named.iter().any(|evidence| {
                    evidence["input"] == input && (evidence["packet"] == number || evidence["line"] == number)
                })
            };
            // A list within the list: copies of one packet, any of which will do.
            let missing: Vec<&Toml> = numbers
                .as_array()
                .into_iter()
                .flatten()
                .filter(|number| match number.as_array() {
                    Some(copies) => !copies.iter().filter_map(Toml::as_integer).any(has),
                    None => !number.as_integer().is_some_and(has),
                })
                .collect();
            let missing: Vec<String> = missing.iter().map(ToString::to_string).collect();
            if !missing.is_empty() {
                let there: Vec<&Value> = named
                    .iter()
                    .filter(|evidence| evidence["input"] == input)
                    .map(|evidence| if evidence["packet"].is_null() { &evidence["line"] } else { &evidence["packet"] })
                    .collect();
                let there: Vec<String> = there.iter().map(ToString::to_string).collect();
                out.push(format!(
                    "findings[{index}].evidence: {file} [{}] missing, there are [{}]",
                    missing.join(", "),
                    there.join(", ")
                ));
            }
        }
    }
}

/// Each text must be in one of the finding's doubts.
fn doubts(out: &mut Vec<String>, what: &str, wanted: &Toml, finding: &Value) {
    for text in names(Some(wanted)) {
        let doubts = finding["doubts"].as_array().into_iter().flatten().filter_map(Value::as_str);
        if !doubts.clone().any(|doubt| doubt.contains(&text)) {
            out.push(format!("{what}: “{text}” is missing, there are {:?}", doubts.collect::<Vec<_>>()));
        }
    }
}

/// Each text must be in the finding's summary.
fn says(out: &mut Vec<String>, what: &str, wanted: &Toml, finding: &Value) {
    let summary = finding["summary"].as_str().unwrap_or_default();
    for text in names(Some(wanted)).iter().filter(|text| !summary.contains(text.as_str())) {
        out.push(format!("{what}: “{text}” is not in “{summary}”"));
    }
}

/// None of these packets or lines may be among the finding's evidence: they belong to something else.
fn foreign(out: &mut Vec<String>, what: &str, wanted: &Toml, finding: &Value, report: &Value) {
    for (file, numbers) in wanted.as_table().into_iter().flatten() {
        let of_file = |evidence: &&Value| {
            let input = evidence["input"].as_u64().and_then(|at| usize::try_from(at).ok()).unwrap_or(usize::MAX);
            report["inputs"][input]["name"].as_str() == Some(file)
        };
        let named = finding["evidence"].as_array().into_iter().flatten().filter(of_file);
        let place = |evidence: &Value| evidence["packet"].as_i64().or_else(|| evidence["line"].as_i64());
        let named: Vec<i64> = named.filter_map(place).collect();
        for number in numbers.as_array().into_iter().flatten().filter_map(Toml::as_integer) {
            if named.contains(&number) {
                out.push(format!("{what}: {file} {number} is named"));
            }
        }
    }
}

/// None of these texts may be in the finding's summary or doubts: they would be untrue.
fn never(out: &mut Vec<String>, what: &str, wanted: &Toml, finding: &Value) {
    let doubts = finding["doubts"].as_array().into_iter().flatten().chain([&finding["summary"]]);
    let told: Vec<&str> = doubts.filter_map(Value::as_str).collect();
    for text in names(Some(wanted)).iter().filter(|text| told.iter().any(|told| told.contains(text.as_str()))) {
        out.push(format!("{what}: “{text}” is said in {told:?}"));
    }
}

/// What the report says of a file.
fn input(out: &mut Vec<String>, wanted: &Table, report: &Value) {
    let name = wanted.get("name").and_then(Toml::as_str).unwrap_or_default();
    let inputs = report["inputs"].as_array().map_or(&[][..], Vec::as_slice);
    let Some(input) = inputs.iter().find(|input| input["name"].as_str() == Some(name)) else {
        out.push(format!("inputs: {name} is missing"));
        return;
    };
    for (field, value) in wanted {
        let what = format!("inputs.{name}.{field}");
        match (field.as_str(), value) {
            ("clock_offset", Toml::Float(seconds)) => {
                let (found, give) = (input[field].as_f64(), input["clock_uncertainty"].as_f64());
                if !found.zip(give).is_some_and(|(found, give)| (found - seconds).abs() <= give && give <= 1.0) {
                    out.push(format!("{what}: {} ± {} instead of {seconds}", input[field], input["clock_uncertainty"]));
                }
            }
            ("warning", Toml::String(text)) => {
                let warnings = input["warnings"].as_array().into_iter().flatten().filter_map(Value::as_str);
                if !warnings.clone().any(|warning| warning.contains(text)) {
                    out.push(format!("{what}: “{text}” is missing, there are {:?}", warnings.collect::<Vec<_>>()));
                }
            }
            _ => compare(out, &what, value, &input[field]),
        }
    }
}

/// What the report says of a cause.
fn verdict(out: &mut Vec<String>, index: usize, wanted: &Table, verdict: &Value) {
    let texts = |list: &str, field: &str| -> Vec<String> {
        let entries = verdict[list].as_array().into_iter().flatten();
        entries
            .map(|entry| {
                format!("{}: {}", entry["kind"].as_str().unwrap_or_default(), entry[field].as_str().unwrap_or_default())
            })
            .collect()
    };
    let patterns = texts("patterns", "text");
    let advice = verdict["advice"]["causes"].as_array().into_iter().flatten();
    let causes: Vec<&str> = advice.filter_map(|cause| cause["text"].as_str()).collect();
    for (field, value) in wanted {
        let what = format!("verdicts[{index}].{field}");
        for text in names(Some(value)) {
            let there = match field.as_str() {
                "patterns" => {
                    let (kind, piece) = text.split_once(": ").unwrap_or((&text, ""));
                    patterns.iter().any(|pattern| pattern.starts_with(&format!("{kind}: ")) && pattern.contains(piece))
                }
                "without" => !patterns.iter().any(|pattern| pattern.starts_with(&format!("{text}: "))),
                "causes" => causes.iter().any(|cause| cause.contains(&text)),
                _ => true,
            };
            if !there {
                out.push(format!("{what}: “{text}” does not hold of {patterns:?} {causes:?}"));
            }
        }
        if !value.is_array() {
            compare(out, &what, value, &verdict[field]);
        }
    }
}

fn names(value: Option<&Toml>) -> Vec<String> {
    value.and_then(Toml::as_array).into_iter().flatten().filter_map(Toml::as_str).map(str::to_owned).collect()
}

fn compare(out: &mut Vec<String>, what: &str, wanted: &Toml, found: &Value) {
    let wanted = match wanted {
        Toml::String(text) if text == "null" => Value::Null,
        other => serde_json::to_value(other).unwrap_or(Value::Null),
    };
    if wanted != *found {
        out.push(format!("{what}: {found} instead of {wanted}"));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const CASE: &str = "inputs = [\"a.pcap\"]
[exchanges]
total = 1
[[expect]]
category = \"tcp-syn-reset\"
upstream = \"null\"
candidates_begin = [\"tcp-syn-reset\"]
evidence = { \"a.pcap\" = [3, [4, 5]] }
[origin]
made = \"built\"
licence = \"MIT OR Apache-2.0\"
";

    fn report(packets: &[u64]) -> Value {
        let evidence: Vec<Value> =
            packets.iter().map(|packet| json!({ "input": 0, "packet": packet, "line": null })).collect();
        json!({
            "inputs": [{ "name": "a.pcap" }],
            "exchanges": { "total": 1 },
            "findings": [{
                "category": "tcp-syn-reset",
                "upstream": null,
                "candidates": ["tcp-syn-reset", "response-reset"],
                "evidence": evidence,
            }],
        })
    }

    #[test]
    fn a_right_report_passes_with_either_copy() {
        let case = Expectation::parse(CASE).unwrap();
        assert_eq!(case.mismatches(&report(&[1, 3, 4])), Vec::<String>::new());
        assert_eq!(case.mismatches(&report(&[3, 5])), Vec::<String>::new());
    }

    #[test]
    fn missing_evidence_and_wrong_values_are_told() {
        let case = Expectation::parse(CASE).unwrap();
        assert_eq!(case.mismatches(&report(&[3])), ["findings[0].evidence: a.pcap [[4, 5]] missing, there are [3]"]);
        let mut wrong = report(&[3, 4]);
        wrong["findings"][0]["category"] = json!("tcp-syn-unanswered");
        wrong["findings"][0]["upstream"] = json!("192.0.2.10:80");
        assert_eq!(case.mismatches(&wrong).len(), 2);
        wrong["findings"] = json!([]);
        assert_eq!(case.mismatches(&wrong), ["0 findings instead of 1: []"]);
    }

    #[test]
    fn clocks_warnings_and_doubts_are_held_against_the_report() {
        let text = CASE.replace(
            "[origin]",
            "doubts = [\"covers\"]\n[[input]]\nname = \"a.pcap\"\nclock_offset = 37.0\nzone = 60\nwarning = \"ahead\"\n[origin]",
        );
        let case = Expectation::parse(&text).unwrap();
        let mut report = report(&[3, 4]);
        assert_eq!(case.mismatches(&report).len(), 4, "{:?}", case.mismatches(&report));
        report["inputs"][0] = json!({
            "name": "a.pcap", "clock_offset": 37.2, "clock_uncertainty": 0.25, "zone": 60, "warnings": ["is ahead of"]
        });
        report["findings"][0]["doubts"] = json!(["The log covers this time."]);
        assert_eq!(case.mismatches(&report), Vec::<String>::new());
        report["inputs"][0]["clock_offset"] = json!(36.5);
        assert_eq!(case.mismatches(&report).len(), 1);
    }

    #[test]
    fn foreign_evidence_is_told() {
        let case = CASE.replace("upstream =", "foreign = { \"a.pcap\" = [2] }\nupstream =");
        let case = Expectation::parse(&case).unwrap();
        assert_eq!(case.mismatches(&report(&[3, 4])), Vec::<String>::new());
        assert_eq!(case.mismatches(&report(&[2, 3, 4])), ["findings[0].foreign: a.pcap 2 is named"]);
    }

    #[test]
    fn untrue_words_are_told() {
        let case = Expectation::parse(&CASE.replace("upstream =", "never = [\"which of them\"]\nupstream =")).unwrap();
        let mut report = report(&[3, 4]);
        assert_eq!(case.mismatches(&report), Vec::<String>::new());
        report["findings"][0]["doubts"] = json!(["One was in use; which of them cannot be told."]);
        assert_eq!(case.mismatches(&report).len(), 1);
        report["findings"][0]["doubts"] = json!([]);
        report["findings"][0]["summary"] = json!("which of them");
        assert_eq!(case.mismatches(&report).len(), 1);
    }

    #[test]
    fn misspelt_fields_are_refused() {
        assert!(Expectation::parse(&CASE.replace("upstream =", "upstreams =")).is_err());
        assert!(Expectation::parse(&CASE.replace("[origin]", "[[input]]\nnames = \"a\"\n[origin]")).is_err());
    }
}
