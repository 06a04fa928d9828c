//! Headless Chromium under its driver, with an empty profile.

use super::webdriver::Session;
use serde_json::json;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A browser with one window; it ends when this is dropped.
pub struct Chromium {
    driver: Child,
    port: u16,
    /// The window.
    pub session: Session,
}

impl Chromium {
    /// Starts the browser that `CHROME` names with the driver that `CHROMEDRIVER` names.
    ///
    /// `folder` receives the profile and the downloads. Whatever the browser wants from another machine it
    /// asks from the proxy at `outside`; only localhost is reached without it.
    pub fn start(folder: &Path, outside: u16) -> Self {
        let program = std::env::var_os("CHROMEDRIVER").unwrap_or_else(|| "chromedriver".into());
        let mut driver = Command::new(&program)
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| {
                panic!("{} does not start: {error}", program.display());
            });
        let port = driver_port(&mut driver);
        let capabilities = json!({
            "browserName": "chrome",
            "goog:loggingPrefs": { "browser": "ALL" },
            "goog:chromeOptions": {
                "binary": std::env::var("CHROME").unwrap_or_else(|_| "/usr/bin/chromium".to_owned()),
                "args": [
                    "--headless",
                    // Containers run as root and have a small /dev/shm.
                    "--no-sandbox",
                    "--disable-dev-shm-usage",
                    "--disable-gpu",
                    "--no-first-run",
                    "--disable-background-networking",
                    "--disable-component-update",
                    "--disable-sync",
                    "--window-size=1280,900",
                    format!("--user-data-dir={}", folder.join("profile").display()),
                    format!("--proxy-server=http://127.0.0.1:{outside}"),
                ],
                "prefs": {
                    "download.default_directory": folder.join("downloads"),
                    "download.prompt_for_download": false,
                },
            },
        });
        match Session::open(port, capabilities) {
            Ok(session) => Self { driver, port, session },
            Err(error) => {
                let _ = driver.kill();
                let _ = driver.wait();
                panic!("Chromium does not start: {error}");
            }
        }
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        let _ = self.session.close();
        // The driver's own way out; it takes along a browser that does not answer any more.
        if let Ok(mut stream) = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)) {
            let _ = stream.write_all(b"GET /shutdown HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
        }
        let deadline = Instant::now() + Duration::from_secs(5);
        while Instant::now() < deadline {
            if matches!(self.driver.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// The port that the driver chose and prints.
fn driver_port(driver: &mut Child) -> u16 {
    let output = driver.stdout.take().expect("the driver's output is piped");
    let mut lines = BufReader::new(output).lines().map_while(Result::ok);
    let port = lines
        .find_map(|line| {
            let (_, port) = line.split_once("started successfully on port ")?;
            port.trim_end_matches('.').parse().ok()
        })
        .expect("the driver says on which port it listens");
    // Whatever else it prints has to go somewhere, or it stops at a full pipe.
    std::thread::spawn(move || lines.for_each(drop));
    port
}
