//! Processes that the lab starts, and waiting for them: never without a limit.

use std::process::Child;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

/// Asks again and again until `done`, or the time is up; says whether it was done.
pub fn until(limit: Duration, mut done: impl FnMut() -> bool) -> bool {
    let give_up = Instant::now() + limit;
    loop {
        if done() {
            return true;
        }
        if Instant::now() >= give_up {
            return false;
        }
        thread::sleep(Duration::from_millis(20));
    }
}

/// A process that ends with its owner.
pub struct Running(Child);

impl Running {
    pub fn new(child: Child) -> Self {
        Self(child)
    }

    /// Sends a signal and waits for the end; kills what does not end.
    pub fn stop(&mut self, signal: &str, limit: Duration) -> Result<(), String> {
        let pid = self.0.id().to_string();
        super::net::finish(Command::new("kill").args([signal, &pid]))?;
        if self.ends_within(limit) {
            return Ok(());
        }
        Err(format!("process {pid} does not end on {signal}"))
    }

    /// Whether the process ends by itself in time.
    pub fn ends_within(&mut self, limit: Duration) -> bool {
        until(limit, || !matches!(self.0.try_wait(), Ok(None)))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
