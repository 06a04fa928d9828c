//! Sample cases that ship with the page: test cases, copied beside it by the links in `index.html`.

use gloo::file::File;
use wasm_bindgen::JsValue;

use crate::boot;

/// A case to try.
pub struct Sample {
    /// What it shows.
    pub title: &'static str,
    /// The folder under `samples/`.
    pub folder: &'static str,
    /// Its files.
    pub files: &'static [&'static str],
}

/// The first three for the products of the vendors' articles, then one per family of failures.
pub static SAMPLES: [Sample; 10] = [
    Sample {
        title: "Squid: the name does not exist",
        folder: "squid-nxdomain",
        files: &["capture.pcap", "access.log"],
    },
    Sample {
        title: "Skyhigh Web Gateway: the site never answers the SYN",
        folder: "skyhigh-syn-without-answer",
        files: &["capture.pcap", "access.log"],
    },
    Sample {
        title: "Cisco WSA: the connection is reset after the request",
        folder: "wsa-504-reset-after-get",
        files: &["capture.pcap", "accesslog"],
    },
    Sample {
        title: "nginx: the server's certificate has expired",
        folder: "nginx-tls-expired-tls12",
        files: &["capture.pcap", "error.log"],
    },
    Sample {
        title: "HAProxy: a kept-alive connection closes just as a request is sent",
        folder: "haproxy-fin-crosses-request",
        files: &["capture.pcap", "haproxy.log"],
    },
    Sample {
        title: "nginx: the answer breaks off",
        folder: "nginx-short-body",
        files: &["capture.pcap", "error.log", "upstream.log"],
    },
    Sample { title: "AWS load balancer: the server itself answers 502", folder: "aws-alb-log", files: &["alb.log"] },
    Sample {
        title: "HAProxy: all servers are marked down",
        folder: "logs-haproxy-servers-down",
        files: &["haproxy.log"],
    },
    Sample {
        title: "nginx: clients leave, because a hop before gives up",
        folder: "logs-hop-timer",
        files: &["access.log"],
    },
    Sample {
        title: "A firewall drops the SYN: captured on both of its sides",
        folder: "sides-firewall-drops-syn",
        files: &["inside.pcap", "outside.pcap"],
    },
];

/// Fetches its files, from where the page came from.
///
/// # Errors
/// When one is not there.
pub async fn fetch(sample: &Sample) -> Result<Vec<File>, JsValue> {
    let mut files = Vec::new();
    for name in sample.files {
        let blob = boot::file(&format!("samples/{}/{name}", sample.folder)).await?;
        let parts = js_sys::Array::of(&[JsValue::from(blob)]);
        files.push(File::from(web_sys::File::new_with_blob_sequence(&parts, name)?));
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sample_is_copied_beside_the_page() {
        let page = include_str!("../index.html");
        for sample in &SAMPLES {
            for file in sample.files {
                let link = format!("{}/{file}\" data-target-path=\"samples/{}\"", sample.folder, sample.folder);
                assert!(page.contains(&link), "index.html does not copy {link}");
            }
        }
    }
}
