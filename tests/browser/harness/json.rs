//! Comparing reports.

use serde_json::Value;

/// Where two values differ first and how, so that a failing test says one line and not two reports.
pub fn difference(left: &Value, right: &Value) -> Option<String> {
    differ("$", left, right)
}

fn differ(path: &str, left: &Value, right: &Value) -> Option<String> {
    match (left, right) {
        (Value::Object(left), Value::Object(right)) => {
            let only = |these: &serde_json::Map<String, Value>, those: &serde_json::Map<String, Value>| {
                these.keys().find(|key| !those.contains_key(*key)).cloned()
            };
            if let Some(key) = only(left, right) {
                return Some(format!("{path}.{key} is only on the left"));
            }
            if let Some(key) = only(right, left) {
                return Some(format!("{path}.{key} is only on the right"));
            }
            left.iter().find_map(|(key, value)| differ(&format!("{path}.{key}"), value, &right[key]))
        }
        (Value::Array(left), Value::Array(right)) => left
            .iter()
            .zip(right)
            .enumerate()
            .find_map(|(index, (left, right))| differ(&format!("{path}[{index}]"), left, right))
            .or_else(|| {
                (left.len() != right.len()).then(|| format!("{path} has {} items, not {}", left.len(), right.len()))
            }),
        _ => (left != right).then(|| format!("{path} is {left}, not {right}")),
    }
}

#[test]
fn a_difference_is_named_by_its_path() {
    use serde_json::json;
    let left = json!({"a": [1, {"b": null}]});
    assert_eq!(difference(&left, &left), None);
    let said = |right| difference(&left, &right);
    assert_eq!(said(json!({"a": [1, {"b": 2}]})).as_deref(), Some("$.a[1].b is null, not 2"));
    assert_eq!(said(json!({"a": [1]})).as_deref(), Some("$.a has 2 items, not 1"));
    assert_eq!(said(json!({})).as_deref(), Some("$.a is only on the left"));
}
