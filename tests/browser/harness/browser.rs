//! A headless browser under its driver, with an empty profile: Chromium, or Firefox where `GATEWAY_TRIAGE_BROWSER` says so.

use super::webdriver::Session;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How often a driver is started that does not come up.
const STARTS: usize = 5;

/// Which browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Started by `CHROME`, driven by `CHROMEDRIVER`.
    Chromium,
    /// Started by `FIREFOX`, driven by `GECKODRIVER`.
    Firefox,
}

impl Kind {
    /// The one that the tests run in.
    pub fn chosen() -> Self {
        if std::env::var("GATEWAY_TRIAGE_BROWSER").is_ok_and(|name| name == "firefox") {
            Self::Firefox
        } else {
            Self::Chromium
        }
    }

    /// Variable and usual name of the driver, and its arguments.
    const fn driver(self) -> (&'static str, &'static str, &'static [&'static str]) {
        match self {
            Self::Chromium => ("CHROMEDRIVER", "chromedriver", &["--port=0"]),
            Self::Firefox => ("GECKODRIVER", "geckodriver", &["--port", "0", "--allow-system-access"]),
        }
    }

    /// The port in a line that the driver prints when it is ready.
    fn port(self, line: &str) -> Option<u16> {
        let said = match self {
            Self::Chromium => "started successfully on port ",
            Self::Firefox => "Listening on 127.0.0.1:",
        };
        line.split_once(said)?.1.trim_end_matches('.').parse().ok()
    }

    fn capabilities(self, folder: &Path, outside: u16, log: Option<&Path>) -> Value {
        let program = |variable: &str, usual: &str| std::env::var(variable).unwrap_or_else(|_| usual.to_owned());
        let downloads = folder.join("downloads");
        let mut args = vec![
            "--headless".to_owned(),
            // Containers run as root and have a small /dev/shm.
            "--no-sandbox".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            "--disable-gpu".to_owned(),
            "--no-first-run".to_owned(),
            "--disable-background-networking".to_owned(),
            "--disable-component-update".to_owned(),
            "--disable-sync".to_owned(),
            "--window-size=1280,900".to_owned(),
            format!("--user-data-dir={}", folder.join("profile").display()),
            format!("--proxy-server=http://127.0.0.1:{outside}"),
        ];
        args.extend(log.map(|log| format!("--log-net-log={}", log.display())));
        match self {
            Self::Chromium => json!({
                "browserName": "chrome",
                "goog:loggingPrefs": { "browser": "ALL" },
                "goog:chromeOptions": {
                    "binary": program("CHROME", "/usr/bin/chromium"),
                    "args": args,
                    "prefs": { "download.default_directory": downloads, "download.prompt_for_download": false },
                },
            }),
            Self::Firefox => json!({
                "browserName": "firefox",
                "proxy": {
                    "proxyType": "manual",
                    "httpProxy": format!("127.0.0.1:{outside}"),
                    "sslProxy": format!("127.0.0.1:{outside}"),
                    "noProxy": ["127.0.0.1", "localhost"],
                },
                "moz:firefoxOptions": {
                    "binary": program("FIREFOX", "/usr/bin/firefox-esr"),
                    "args": ["-headless", "--width=1280", "--height=900"],
                    "prefs": {
                        "browser.download.dir": downloads,
                        "browser.download.folderList": 2,
                        "browser.download.alwaysOpenPanel": false,
                        "browser.helperApps.neverAsk.saveToDisk":
                            "application/json,text/html,text/markdown,application/octet-stream",
                        // The driver relaxes this; pages opened from disk are to be as strict as for everybody.
                        "security.fileuri.strict_origin_policy": true,
                        "browser.safebrowsing.update.enabled": false,
                        "network.captive-portal-service.enabled": false,
                        "network.connectivity-service.enabled": false,
                        "app.normandy.enabled": false,
                        "toolkit.telemetry.enabled": false,
                    },
                },
            }),
        }
    }
}

/// A browser with one window; it ends when this is dropped.
pub struct Browser {
    /// Which one.
    pub kind: Kind,
    driver: Child,
    port: u16,
    /// The window.
    pub session: Session,
}

impl Browser {
    /// Starts the browser that the tests run in.
    ///
    /// `folder` receives the profile and the downloads. Whatever the browser wants from another machine it
    /// asks from the proxy at `outside`; only localhost is reached without it. Chromium writes down at `log` what it does
    /// with the network.
    pub fn start(folder: &Path, outside: u16, log: Option<&Path>) -> Self {
        let kind = Kind::chosen();
        let (variable, usual, args) = kind.driver();
        let program = std::env::var_os(variable).unwrap_or_else(|| usual.into());
        let start = || {
            let mut command = Command::new(&program);
            command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
            let mut driver = command.spawn().unwrap_or_else(|error| {
                panic!("{} does not start: {error}", program.display());
            });
            let port = driver_port(kind, &mut driver);
            if port.is_none() {
                let _ = driver.kill();
                let _ = driver.wait();
            }
            Some((driver, port?))
        };
        // Drivers that start at the same moment may choose the same port, and all but one of them give up.
        let (mut driver, port) = (0..STARTS)
            .find_map(|_| start())
            .unwrap_or_else(|| panic!("{kind:?}'s driver never said on which port it listens"));
        match Session::open(port, kind.capabilities(folder, outside, log)) {
            Ok(session) => Self { kind, driver, port, session },
            Err(error) => {
                let _ = driver.kill();
                let _ = driver.wait();
                panic!("{kind:?} does not start: {error}");
            }
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.session.close();
        // Chromedriver's own way out; it takes along a browser that does not answer any more.
        if self.kind == Kind::Chromium
            && let Ok(mut stream) = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))
        {
            let _ = stream.write_all(b"GET /shutdown HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
            let deadline = Instant::now() + Duration::from_secs(5);
            while Instant::now() < deadline {
                if matches!(self.driver.try_wait(), Ok(Some(_))) {
                    return;
                }
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// The port that the driver chose and prints; `None` if it ends without one.
fn driver_port(kind: Kind, driver: &mut Child) -> Option<u16> {
    let output = driver.stdout.take().expect("the driver's output is piped");
    let mut lines = BufReader::new(output).lines().map_while(Result::ok);
    let port = lines.find_map(|line| kind.port(&line))?;
    // Whatever else it prints has to go somewhere, or it stops at a full pipe.
    std::thread::spawn(move || lines.for_each(drop));
    Some(port)
}
