//! Every item of the vendors' articles has its place in the advice: so that none is deleted unseen.

use alloc::string::String;

use super::{Facts, Id, Seen, advise};
use crate::categories::Id as Category;

/// What a reader sees of the advice, in one text.
fn advice(product: Id, category: Category) -> String {
    let facts = Facts {
        host: Some("www.example.com".into()),
        upstream: Some([198, 51, 100, 80].into()),
        port: Some(80),
        client: Some([10, 10, 70, 50].into()),
        ..Facts::default()
    };
    // The order of the vendor's article for NONE/504.
    let candidates = [Category::TcpSynReset, Category::ResponseReset, Category::DnsNxdomain, Category::ResponseTimeout];
    let seen = Seen { candidates: &candidates, ..Seen::default() };
    serde_json::to_string(&advise(category, Some(product), &seen, &facts)).unwrap_or_default()
}

/// Category and words that must stand together in one advice.
type Item = (Category, &'static [&'static str]);

const CISCO_WSA: &[Item] = &[
    // 502: SYN without SYN-ACK; the article's four causes.
    (Category::TcpSynUnanswered, &["NONE/502", "no SYN-ACK"]),
    (Category::TcpSynUnanswered, &["server is down, or its network"]),
    (Category::TcpSynUnanswered, &["gateway's own network keeps its SYNs"]),
    (Category::TcpSynUnanswered, &["drops the gateway's SYN, or the server's SYN-ACK"]),
    (Category::TcpSynUnanswered, &["IP spoofing", "nothing on the way back"]),
    (Category::TcpSynUnanswered, &["ping www.example.com", "does not mean that the server is down", "layer 3"]),
    (Category::TcpSynUnanswered, &["\"telnet\"", "Auto, Management, P1", "telnet > interface > www.example.com > 80"]),
    (Category::TcpSynUnanswered, &["Ping works and telnet does not", "firewall"]),
    (Category::TcpSynUnanswered, &["ingress", "egress"]),
    // IP spoofing, with and without.
    (Category::ReturnPath, &["Without spoofing", "With spoofing", "SYN-ACK goes to the client"]),
    (Category::ReturnPath, &["Explicit proxying or telnet from the appliance works"]),
    (Category::ReturnPath, &["return path redirection", "WCCP"]),
    // 504: RST.
    (Category::TcpSynReset, &["Monitor > L4 Traffic Monitor", "Not listed: another device"]),
    (Category::TcpSynReset, &["L4 Traffic Monitor blocks the address"]),
    (Category::TcpSynReset, &["Security Services > L4 Traffic Monitor", "except proxy ports"]),
    (Category::TcpSynReset, &["a page that explains", "blocks by content"]),
    (Category::TcpSynReset, &["Web Security Manager > L4 Traffic Monitor > Allow List"]),
    (Category::TcpSynReset, &["firewall, IDS, IPS or other inspecting device"]),
    (Category::TcpSynReset, &["Some block without logging", "block logs"]),
    (Category::TcpSynReset, &["RST goes out on the ingress side", "nothing went through on the egress side"]),
    (Category::ResponseReset, &["Monitor > L4 Traffic Monitor", "Allow List", "NONE/504"]),
    // 504: a required service.
    (Category::RequiredService, &["DNS is not the only required service"]),
    (Category::DnsNoResponse, &["nslookup www.example.com", "504"]),
    (Category::DnsNxdomain, &["NONE/504"]),
    // 504: connected, request sent, no response.
    (Category::ResponseTimeout, &["NONE/504", "TCP passes", "HTTP content"]),
    (Category::ResponseTimeout, &["GET http://www.example.com/ HTTP/1.1", "HOST: www.example.com", "empty line"]),
    (Category::ResponseTimeout, &["isolates which HTTP data is blocked"]),
    (Category::ResponseTimeout, &["block without logging", "ingress", "egress"]),
    (Category::RequestUnacked, &["lets TCP connect but drops the HTTP content", "isolates which HTTP data"]),
    // A line NONE/504 alone leads to all of it.
    (Category::Undetermined, &["L4 Traffic Monitor", "nslookup", "isolates which HTTP data", "packetcapture", "%:>d"]),
];

const SKYHIGH: &[Item] = &[
    (Category::DnsNxdomain, &["Host Not Resolvable", "No Such Name", "502"]),
    (Category::DnsNoResponse, &["Host Not Resolvable", "DNS server could not be reached"]),
    (Category::DnsNxdomain, &["(ip.addr == 10.10.70.50 && (http.response.code == 502 || http.request)) || dns"]),
    (Category::DnsNxdomain, &["A record"]),
    (Category::DnsNxdomain, &["Configuration > File Editor > hosts (Web Gateway 7.x)"]),
    (Category::ResponseInvalid, &["Bad Response", "no valid HTTP"]),
    (
        Category::ResponseInvalid,
        &["(ip.addr == 10.10.70.50 || ip.addr == 198.51.100.80) && (http.request || http.response)"],
    ),
    (Category::ResponseInvalid, &["200 OK", "502 badgateway", "same stream"]),
    (Category::ResponseInvalid, &["Follow TCP Stream", "status line such as HTTP/1.0 200 OK"]),
    (Category::ResponseInvalid, &["next upstream device", "at the same time"]),
    (
        Category::ResponseInvalid,
        &["server or its application sends no valid response", "device between gateway and server"],
    ),
    (Category::ResponseTimeout, &["Bad Response", "two minutes", "report"]),
    (Category::ResponseTimeout, &["Policy > Settings > Engines > Proxy Control", "480 s instead of 120 s", "URL.Host"]),
    (Category::TcpSynUnanswered, &["Cannot Connect", "handshake"]),
    (
        Category::TcpSynUnanswered,
        &["(ip.addr == 10.10.70.50 && (http.response.code == 502 || http.request)) || \
             (ip.addr == 198.51.100.80 && tcp.port == 80)"],
    ),
    (Category::TcpSynUnanswered, &["again after 3 s", "growing gaps"]),
    (Category::TcpSynUnanswered, &["drops the gateway's SYN", "destination itself ignores"]),
    (Category::TcpSynReset, &["RST after each SYN", "set to refuse connections"]),
    (Category::TcpIcmpProhibited, &["Host administratively prohibited", "actively denies"]),
    (Category::TcpSynUnanswered, &["Test the service without the gateway", "own network", "next upstream device"]),
    (Category::TcpSynUnanswered, &["Troubleshooting > Network Tools", "traceroute", "Ping"]),
    (Category::TcpSynUnanswered, &["default gateway and the static routes", "routers upstream"]),
    (Category::ReturnPath, &["answers not back to the gateway", "static routes"]),
    (Category::Undetermined, &["tcpdump -s 0 -i any -w filename.pcap", "-s 0 keeps packets whole", "CTRL+C"]),
    (Category::Undetermined, &["Troubleshooting > Packet tracing", "\"-s 0 -i any\"", "200,000 packets", "150 MB"]),
    (Category::Undetermined, &["just long enough", "tcpdump stop"]),
    (
        Category::Undetermined,
        &["\"ip.addr == 10.10.70.50 && (http.response.code == 502 || http.request)\"", "right above"],
    ),
    (Category::Undetermined, &["9090", "Edit > Preferences > Protocols > HTTP > TCP Ports"]),
    (Category::Undetermined, &["File > Export Specified Packets", "Range"]),
    (Category::Undetermined, &["7.x", "6.x"]),
];

#[test]
fn every_item_of_the_articles_has_its_place() {
    let mut missing = String::new();
    for (product, items) in [(Id::CiscoWsa, CISCO_WSA), (Id::Skyhigh, SKYHIGH)] {
        for (category, words) in items {
            let advice = advice(product, *category);
            for word in *words {
                // JSON writes a quotation mark of a command's own with a backslash; those here are of the JSON.
                if !advice.contains(word) {
                    missing += &alloc::format!("\n{} {category}: {word}", product.as_str());
                }
            }
        }
    }
    assert!(missing.is_empty(), "no longer said:{missing}");
}

#[test]
fn the_products_say_what_their_statuses_mean() {
    let statuses = |id: Id| id.product().map_or("", |product| product.statuses);
    for word in ["502: its SYNs got no SYN-ACK", "504: a RST", "DNS", "no response", "NONE/502 and NONE/504"] {
        assert!(statuses(Id::CiscoWsa).contains(word), "{word}");
    }
    for word in ["Host Not Resolvable", "Cannot Connect", "Bad Response", "120 s", "same stream"] {
        assert!(statuses(Id::Skyhigh).contains(word), "{word}");
    }
}
