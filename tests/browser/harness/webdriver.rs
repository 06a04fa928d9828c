//! A WebDriver session: JSON over HTTP to a driver on this machine.
//!
//! Written by hand on purpose. The protocol is a dozen POSTs; fantoccini 0.22 brings 95 crates for them (two
//! HTTP, cookie and ICU versions among them), thirtyfour 0.38 more, and both an async runtime that tests which wait for
//! one thing after the other have no use for. What drivers add to the standard (console, DevTools) they leave out.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

/// The key of an element's id in the protocol's JSON.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// Why a command failed: the driver's error code and its message.
pub type Refusal = String;

/// One browser window under our control.
pub struct Session {
    driver: SocketAddr,
    path: String,
}

/// An element of the page, valid as long as it is in the page.
#[derive(Debug, Clone)]
pub struct Element(String);

impl Element {
    /// The element that a script returned; `None` for anything else.
    pub fn returned(value: &Value) -> Option<Self> {
        value[ELEMENT].as_str().map(|id| Self(id.to_owned()))
    }

    /// As an argument of a script.
    pub fn argument(&self) -> Value {
        json!({ ELEMENT: self.0 })
    }
}

impl Session {
    /// Opens a window.
    pub fn open(port: u16, capabilities: Value) -> Result<Self, Refusal> {
        let driver = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let body = json!({ "capabilities": { "alwaysMatch": capabilities } });
        let answer = call(driver, "POST", "/session", Some(&body))?;
        let id = answer["sessionId"].as_str().ok_or_else(|| format!("no session id in {answer}"))?;
        Ok(Self { driver, path: format!("/session/{id}") })
    }

    /// Sends a command below the session's path.
    pub fn post(&self, command: &str, body: Value) -> Result<Value, Refusal> {
        let path = format!("{}/{command}", self.path);
        call(self.driver, "POST", &path, Some(&body))
    }

    /// Asks for something below the session's path.
    pub fn get(&self, what: &str) -> Result<Value, Refusal> {
        call(self.driver, "GET", &format!("{}/{what}", self.path), None)
    }

    /// Takes something away below the session's path.
    pub fn delete(&self, what: &str) -> Result<Value, Refusal> {
        call(self.driver, "DELETE", &format!("{}/{what}", self.path), None)
    }

    /// Closes the window and with it the browser.
    pub fn close(&self) -> Result<Value, Refusal> {
        call(self.driver, "DELETE", &self.path, None)
    }

    /// Runs the body of a function in the page and returns what it returns.
    pub fn execute(&self, script: &str, args: Value) -> Result<Value, Refusal> {
        self.post("execute/sync", json!({ "script": script, "args": args }))
    }

    /// All elements that a CSS selector selects.
    pub fn find(&self, selector: &str) -> Result<Vec<Element>, Refusal> {
        let body = json!({ "using": "css selector", "value": selector });
        let found = self.post("elements", body)?;
        let elements = found.as_array().into_iter().flatten();
        Ok(elements.filter_map(|element| Some(Element(element[ELEMENT].as_str()?.to_owned()))).collect())
    }

    /// The name by which assistive technology calls the element.
    pub fn accessible_name(&self, element: &Element) -> Result<String, Refusal> {
        let name = self.get(&format!("element/{}/computedlabel", element.0))?;
        Ok(name.as_str().unwrap_or_default().to_owned())
    }

    /// Clicks in the middle of the element.
    pub fn click(&self, element: &Element) -> Result<(), Refusal> {
        self.post(&format!("element/{}/click", element.0), json!({})).map(drop)
    }

    /// Types into the element; for a file input, chooses the files whose paths stand on the lines.
    pub fn send_keys(&self, element: &Element, text: &str) -> Result<(), Refusal> {
        let body = json!({ "text": text });
        self.post(&format!("element/{}/value", element.0), body).map(drop)
    }

    /// Runs a script in Firefox's own window, around the page, for what WebDriver has no word for.
    pub fn around(&self, script: &str) -> Result<Value, Refusal> {
        self.post("moz/context", json!({ "context": "chrome" }))?;
        let answer = self.execute(script, json!([]));
        self.post("moz/context", json!({ "context": "content" }))?;
        answer
    }

    /// A command of Chromium's DevTools protocol, for what WebDriver has no word for.
    pub fn devtools(&self, command: &str, params: Value) -> Result<Value, Refusal> {
        self.post("goog/cdp/execute", json!({ "cmd": command, "params": params }))
    }
}

/// One request to the driver; its `value`, or its error.
fn call(driver: SocketAddr, method: &str, path: &str, body: Option<&Value>) -> Result<Value, Refusal> {
    let body = body.map(Value::to_string).unwrap_or_default();
    let text = exchange(driver, method, path, &body)
        .map_err(|error| format!("{method} {path}: the driver does not answer: {error}"))?;
    let mut answer: Value = serde_json::from_slice(&text)
        .map_err(|error| format!("{method} {path}: the driver's answer is no JSON: {error}"))?;
    let value = answer["value"].take();
    match value["error"].as_str() {
        Some(error) => Err(format!("{method} {path}: {error}: {}", value["message"])),
        None => Ok(value),
    }
}

/// One HTTP exchange; the body of the answer, whatever its status.
fn exchange(driver: SocketAddr, method: &str, path: &str, body: &str) -> std::io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(driver)?;
    stream.set_read_timeout(Some(Duration::from_secs(120)))?;
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {driver}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )?;
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 || line.trim_end().is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().unwrap_or_default();
        }
    }
    let mut answer = vec![0; length];
    reader.read_exact(&mut answer)?;
    Ok(answer)
}
