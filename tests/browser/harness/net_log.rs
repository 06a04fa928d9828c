//! Chromium's own log of its network, which knows everything that the browser does there: requests of pages, workers and
//! service workers, beacons of tabs that are closed, sockets of WebRTC. Firefox keeps none of this kind.

use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// A request that the browser began.
#[derive(Debug)]
pub struct Request {
    /// The origin of the page for which, as in `http://127.0.0.1:8080`; `not an origin` where the browser itself or its
    /// driver wants it.
    pub initiator: String,
    /// As in HTTP.
    pub method: String,
    /// Whole.
    pub url: String,
}

/// The log of one browser, from its start to its end.
pub struct NetLog {
    events: Vec<(String, Value)>,
}

impl NetLog {
    /// Reads the file: the names of events first, then one event on each line.
    pub fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).expect("Chromium writes its log");
        let mut lines = text.lines();
        let first = lines.next().unwrap_or_default().trim_end_matches(',');
        let constants: Value = serde_json::from_str(&format!("{first}}}")).expect("the log begins with its names");
        let types = constants["constants"]["logEventTypes"].as_object().expect("the log names its events");
        for known in ["URL_REQUEST_START_JOB", "TCP_CONNECT_ATTEMPT", "UDP_BYTES_SENT"] {
            assert!(types.contains_key(known), "Chromium's log knows no {known} any more");
        }
        let names: BTreeMap<u64, &String> = types.iter().filter_map(|(name, id)| Some((id.as_u64()?, name))).collect();
        let events = lines.filter_map(|line| {
            let event: Value = serde_json::from_str(line.trim_end_matches([',', ']'])).ok()?;
            let name = names.get(&event["type"].as_u64()?)?;
            Some(((*name).clone(), event["params"].clone()))
        });
        Self { events: events.collect() }
    }

    fn of<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Value> {
        self.events.iter().filter(move |(event, _)| event == name).map(|(_, params)| params)
    }

    /// Every request.
    pub fn requests(&self) -> Vec<Request> {
        let text = |params: &Value, name: &str| params[name].as_str().unwrap_or_default().to_owned();
        let began = self.of("URL_REQUEST_START_JOB").filter(|params| params["url"].is_string());
        let request = |params| Request {
            initiator: text(params, "initiator"),
            method: text(params, "method"),
            url: text(params, "url"),
        };
        began.map(request).collect()
    }

    /// Addresses to which TCP connections were opened.
    pub fn connected(&self) -> Vec<String> {
        let addresses = self.of("TCP_CONNECT_ATTEMPT").filter_map(|params| params["address"].as_str());
        addresses.map(str::to_owned).collect()
    }

    /// Addresses to which something was sent over UDP, as WebRTC does.
    pub fn sent_by_udp(&self) -> Vec<String> {
        self.of("UDP_BYTES_SENT").map(|params| params["address"].to_string()).collect()
    }
}
