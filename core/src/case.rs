//! A case: files go in as bytes, a report comes out.

use crate::sorting::Sorting as _;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::capture::point::Point;
use crate::exchange::{Claim, Exchange, FILES};
use crate::findings::{self, Limits};
use crate::logs::{Beyond, Custom, LogFormat, LogReader};
use crate::reading::{Heard, Purpose, Reading};
use crate::report::{Exchanges, Finding, Report, SCHEMA};
use crate::sides::{self, Sides};
use crate::time::{Span, Timestamp};
use crate::together::Interest;
use crate::{devices, exchanges, fingerprints, join, patterns, products, together, verdict, visible};

/// Findings that are kept; more are counted.
const KEPT: usize = 100_000;
/// The appliances' own capture tool stops here.
const GUI_LIMIT: u64 = 200_000;

/// What the reader sets beforehand.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The gateway's product; found from log formats where not set.
    pub product: Option<products::Id>,
    /// The gateway's address; found from the traffic where not set.
    pub gateway: Option<IpAddr>,
    /// The product's own format string, where its log has a layout of the site's own: what `log_format` (nginx),
    /// `logformat` (Squid), `log-format` (HAProxy), `LogFormat` (Apache) or Envoy's access log says; the custom fields of a
    /// Cisco WSA; or a `#Fields:` line.
    pub log_format: Option<String>,
    /// Minutes east of UTC of the times of logs that say no zone, where nothing else tells it; `None`: UTC.
    pub zone: Option<i32>,
    /// Now: no log line is newer. It gives times without a year their year, where nothing else in their file does; an
    /// engine without a clock has to be told.
    pub now: Option<Timestamp>,
    /// Healthy exchanges are to be listed as well ([`Case::exchanges`]), which takes memory for each.
    pub exchanges: bool,
}

/// One case: files that are read together.
///
/// ```
/// use gateway_triage_core::{Case, Options};
/// let mut case = Case::new(Options::default());
/// let log = case.input("access.log");
/// case.read(log, b"1233658928.496 153185 10.10.70.50 NONE/504 1729 ");
/// case.read(log, b"GET http://www.example.com/ - DIRECT/www.example.com - .......\n");
/// case.end(log);
/// let report = case.report();
/// assert_eq!(report.inputs[0].format, "cisco-wsa");
/// ```
pub struct Case {
    options: Options,
    /// The compiled format string.
    custom: Option<Custom>,
    inputs: Vec<Reading>,
    /// Files beyond [`FILES`].
    left_out: u64,
    points: Vec<Point>,
    /// What the captures say together, once all are read.
    sides: Sides,
    settled: bool,
    /// What the inputs so far tell those that come after them.
    heard: Heard,
}

/// Which input of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InputId(u32);

impl Case {
    /// An empty case.
    #[must_use]
    pub fn new(options: Options) -> Self {
        let custom = options.log_format.as_deref().and_then(|text| Custom::new(text).ok());
        Self {
            options,
            custom,
            inputs: Vec::new(),
            left_out: 0,
            points: Vec::new(),
            sides: Sides::default(),
            settled: false,
            heard: Heard::default(),
        }
    }

    /// Announces a file by its base name. Reports list inputs in the order of these calls.
    ///
    /// A case has no more than 4,096 files; of those beyond nothing is read, and the report says how many they are.
    ///
    /// Announce all, then read them in any order, one after the other; best by [`reading_order`], so that captures
    /// that continue each other are seen as one.
    ///
    /// [`reading_order`]: crate::reading_order
    pub fn input(&mut self, name: &str) -> InputId {
        let id = u32::try_from(self.inputs.len()).unwrap_or(u32::MAX);
        if self.inputs.len() == FILES {
            self.left_out += 1;
            return InputId(u32::MAX);
        }
        self.inputs.push(Reading::new(id, name, self.options.clone(), self.custom.clone()));
        InputId(id)
    }

    /// The next bytes of a file, in chunks of any size.
    pub fn read(&mut self, input: InputId, chunk: &[u8]) {
        if self.beyond(input) {
            return;
        }
        self.unsettle();
        let purpose = self.purpose();
        if let Some(reading) = self.inputs.get_mut(input.0 as usize) {
            reading.read(chunk, &mut self.points, &mut self.heard, purpose);
            if reading.shows_requests() {
                self.heard.renew();
            }
        }
    }

    /// The end of a file.
    pub fn end(&mut self, input: InputId) {
        if self.beyond(input) {
            return;
        }
        self.unsettle();
        let purpose = self.purpose();
        if let Some(reading) = self.inputs.get_mut(input.0 as usize) {
            reading.end(&mut self.points, &mut self.heard, purpose);
            for log in reading.logs().filter(|log| purpose.several && log.of_clients()) {
                self.heard.seen.extend_from_slice(&log.sights);
            }
            if reading.shows_requests() {
                self.heard.renew();
            }
        }
        self.tell_of_errors(input);
        self.settle();
    }

    /// An error log was read: access logs that come after it keep what may be its requests.
    fn tell_of_errors(&mut self, input: InputId) {
        let logs = self.inputs.get(input.0 as usize).into_iter().flat_map(Reading::logs);
        let errors = logs.filter(|log| log.format().is_some_and(LogFormat::of_errors)).map(Interest::of_errors);
        if let Some(errors) = errors.reduce(Interest::and) {
            errors.join(&mut self.heard.erred);
        }
    }

    /// Holds captures of several places against each other, as soon as all are read.
    fn settle(&mut self) {
        if self.inputs.iter().all(Reading::ended) && sides::needed(&self.points) {
            let names: Vec<&str> = self.inputs.iter().map(Reading::name).collect();
            self.sides = Sides::settle(&mut self.points, &names);
            self.settled = true;
        }
    }

    /// More is read: what was set aside comes back.
    fn unsettle(&mut self) {
        if core::mem::take(&mut self.settled) {
            sides::release(&mut self.points);
            self.sides = Sides::default();
        }
    }

    /// A file could not be opened, or read on: says why. What was read of it before stands.
    pub fn fail(&mut self, input: InputId, why: impl Into<String>) {
        if self.beyond(input) {
            return;
        }
        self.unsettle();
        let purpose = self.purpose();
        if let Some(reading) = self.inputs.get_mut(input.0 as usize) {
            reading.fail(&why.into(), &mut self.points, &mut self.heard, purpose);
            self.heard.renew();
        }
        self.settle();
    }

    /// A file that is not read: there were [`FILES`] before it.
    fn beyond(&self, input: InputId) -> bool {
        input.0 as usize >= self.inputs.len()
    }

    fn purpose(&self) -> Purpose {
        Purpose { several: self.inputs.len() > 1, listing: self.options.exchanges }
    }

    /// Every exchange, healthy ones too, in order of time, the first 100,000: only where [`Options::exchanges`] asked for
    /// it before the first byte. `report` is this case's, for what failed.
    #[must_use]
    pub fn exchanges(&self, report: &Report) -> Vec<exchanges::Row> {
        let join = || join::join(&self.points, self.options.gateway);
        let logs: Vec<&LogReader> = self.inputs.iter().flat_map(Reading::logs).collect();
        let same = together::join(join(), &self.points, &logs).same;
        let lines = logs.iter().filter_map(|log| log.rows.as_deref()).flatten();
        let mut rows = exchanges::list(&self.points, &join().roles, (lines, &same), report);
        rows.iter_mut().for_each(visible::row);
        rows
    }

    /// Sets the product, for the advice of the next [`Case::report`].
    pub fn set_product(&mut self, product: Option<products::Id>) {
        self.options.product = product;
    }

    /// Sets the gateway's address, for the next [`Case::report`].
    pub fn set_gateway(&mut self, gateway: Option<IpAddr>) {
        self.options.gateway = gateway;
    }

    /// Sets the zone of times that say none, in minutes east of UTC, for the next [`Case::report`].
    pub fn set_zone(&mut self, zone: Option<i32>) {
        self.options.zone = zone;
        self.inputs.iter_mut().for_each(|reading| reading.set_zone(zone));
    }

    /// The report of what was read so far; `partial` until every input has ended.
    #[must_use]
    pub fn report(&self) -> Report {
        let mut report = self.told();
        visible::report(&mut report);
        report
    }

    /// The report with every text as the files have it.
    fn told(&self) -> Report {
        let mut joined = join::join(&self.points, self.options.gateway);
        join::steps::settle(&mut joined.exchanges, &self.points);
        let logs: Vec<&LogReader> = self.inputs.iter().flat_map(Reading::logs).collect();
        let gateways = joined.gateways.clone();
        let checked = logs.iter().map(|log| (log.checks.total, log.checks.failed));
        let (health_checks, health_checks_failed) =
            checked.fold(joined.checks, |(total, failed), (more, also)| (total + more, failed + also));
        let captured = !self.points.is_empty();
        let served = join::well::tally(&self.points, &joined.roles);
        let together::Together { mut exchanges, mut notes, total, unseen, unanswered, clocks, .. } =
            together::join(joined, &self.points, &logs);
        let total = total + self.sides.apply(&mut exchanges, &gateways);
        notes.resize(exchanges.len(), Vec::new());
        let known: Vec<IpAddr> = self.options.gateway.iter().chain(&gateways).copied().collect();
        devices::join(&mut exchanges, &logs, &known);
        let product = self.options.product.or_else(|| {
            let told = logs.iter().find_map(|log| log.product());
            told.or_else(|| squid_signs_its_errors(&exchanges)).or_else(|| told_by_answers(&exchanges))
        });
        exchanges.iter_mut().for_each(|exchange| read_marks(exchange, product));
        let beyond: u64 = logs.iter().map(|log| log.failed.saturating_sub(log.exchanges.len() as u64)).sum();
        let failed = exchanges.len() as u64 + beyond;
        let unanswered = unanswered.min(total.saturating_sub(failed + unseen));
        let totals = Exchanges { total, failed, unseen, unanswered, health_checks, health_checks_failed };
        let limits = self.limits();
        let mut order: Vec<_> = exchanges.iter().zip(&notes).map(|of| (findings::order(of.0, &limits), of)).collect();
        order.order_by_key(|(place, _)| *place);
        let of: Vec<&Exchange> = order.iter().map(|(_, (exchange, _))| *exchange).collect();
        let find = |(exchange, notes): (&Exchange, &Vec<String>)| findings::find(exchange, &limits, notes, product);
        let listed = order.iter().take(KEPT).map(|(_, of)| find(*of));
        let beyond = order.iter().skip(KEPT).map(|(_, (exchange, _))| findings::counted(exchange, &limits));
        let mut findings: Vec<Finding> = listed.chain(beyond).collect();
        let shift = |log: &LogReader| {
            let of = |told: &&together::Told| told.input == log.input() && told.format == log.format().map(|of| of.id);
            let clock = clocks.iter().find(of).map_or(Span(0), together::Told::shift);
            Span(clock.0.saturating_add(log.offset().0))
        };
        let more = logs.iter().flat_map(|log| log.beyond.iter().map(|of| (shift(log), of))).flat_map(
            |(shift, (category, hosts))| {
                hosts.iter().map(move |(host, more)| {
                    let more = Beyond { first: more.first.plus(shift), last: more.last.plus(shift), ..*more };
                    (*category, (!host.is_empty()).then(|| host.clone()), more)
                })
            },
        );
        let mut verdicts = verdict::group(&findings, more);
        for verdict in &mut verdicts {
            // What a verdict is told by, though it is not listed.
            let first = verdict.findings.first().map(|at| *at as usize).filter(|at| *at >= KEPT);
            if let Some((finding, (_, of))) = first.and_then(|at| findings.get_mut(at).zip(order.get(at))) {
                *finding = find(*of);
            }
            verdict.summary = verdict::summary(verdict, &findings);
        }
        let covered = |input: &Reading| {
            let spans = input.logs().filter_map(LogReader::span);
            spans.reduce(|(from, to), (begins, ends)| (from.min(begins), to.max(ends)))
        };
        let inputs: Vec<_> = self.inputs.iter().map(|input| (input.name(), covered(input))).collect();
        let names = patterns::nodes(&inputs);
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let pairs = findings.iter().zip(of.iter().copied());
        let read = logs.iter().map(|log| {
            let compared = clocks.iter().any(|told| told.input == log.input() && told.clock().is_some());
            patterns::Read { log, shift: shift(log), captured: captured && compared }
        });
        let beside = patterns::beside(read, &served, &names);
        let failures = patterns::failures(pairs, if captured { &[] } else { &names });
        let scene = patterns::Scene { failures: &failures, beside: &beside, span: self.span(&clocks), product };
        patterns::tell(&mut verdicts, &scene);
        verdict::sort(&mut verdicts);
        for verdict in &mut verdicts {
            verdict.status_meaning = verdict::meaning(verdict, &findings, product);
            let first = verdict.findings.first().map(|at| *at as usize);
            let Some((finding, exchange)) = first.and_then(|at| findings.get(at).zip(of.get(at))) else { continue };
            verdict.advice = verdict::advise(verdict, finding, exchange, product);
            verdict.findings.retain(|at| (*at as usize) < KEPT);
        }
        let left_out = findings.len().saturating_sub(KEPT);
        findings.truncate(KEPT);
        let mut inputs: Vec<_> = self.inputs.iter().map(|reading| reading.input(&self.points)).collect();
        for told in &clocks {
            if let Some(input) = inputs.get_mut(told.input as usize) {
                told.tell(input);
            }
        }
        self.tell_places(&mut inputs);
        if let (Some(first), Some(gateway)) = (inputs.first_mut(), self.options.gateway)
            && captured
            && !self.points.iter().any(|point| point.mentions(gateway))
        {
            first.warnings.push(format!("no packet is from or to {gateway}, the address given for the gateway"));
        }
        if let (Some(first), true) = (inputs.first_mut(), self.left_out > 0) {
            first.warnings.push(format!("{} more files were not read: a case has at most {FILES}", self.left_out));
        }
        if let (Some(first), true) = (inputs.first_mut(), left_out > 0) {
            first.warnings.push(format!("{left_out} more failed exchanges are counted but not listed: {KEPT} are"));
        }
        Report {
            schema: SCHEMA.to_string(),
            partial: !self.inputs.iter().all(Reading::ended),
            redacted: false,
            product,
            gateways,
            inputs,
            exchanges: totals,
            findings,
            verdicts,
        }
    }

    /// The time that the inputs cover, on the case's clock.
    fn span(&self, clocks: &[together::Told]) -> Option<(Timestamp, Timestamp)> {
        let inputs = self.inputs.iter().filter_map(|reading| {
            let Some(log) = reading.logs().find(|log| log.span().is_some()) else {
                let input = reading.input(&self.points);
                return input.started.zip(input.ended);
            };
            let told = clocks.iter().find(|told| told.input == log.input());
            let shift = told.map_or(Span(0), together::Told::shift);
            log.span().map(|(from, to)| (from.plus(shift), to.plus(shift)))
        });
        inputs.reduce(|(from, to), (start, end)| (from.min(start), to.max(end)))
    }

    /// Each input's clock against its home capture's.
    fn clocks(&self) -> Vec<Span> {
        let standing = |reading: &Reading| self.sides.standing(reading.point()?)?.clock;
        self.inputs.iter().map(|reading| standing(reading).map_or(Span(0), |clock| clock.ahead)).collect()
    }

    /// Says of each capture how it stands to the others.
    fn tell_places(&self, inputs: &mut [crate::report::Input]) {
        let standing = |at: usize| self.sides.standing(self.inputs.get(at)?.point()?);
        for at in 0..inputs.len() {
            let Some(own) = standing(at) else { continue };
            // The first capture of those that belong together is what the others are told against.
            let together = |other: &usize| standing(*other).is_some_and(|other| other.home == own.home);
            let Some(first) = (0..inputs.len()).find(together) else { continue };
            let place = self.inputs.get(at).and_then(Reading::point).and_then(|point| self.sides.place(point));
            let Some(input) = inputs.get_mut(at) else { continue };
            input.place = place;
            if let (Some(clock), Some(theirs)) = (own.clock, standing(first).and_then(|first| first.clock)) {
                let seconds = |span: i64| span as f64 / 1e9;
                input.clock_offset = Some(seconds(clock.ahead.0 - theirs.ahead.0));
                input.clock_uncertainty = Some(seconds(if at == first { 0 } else { clock.error.0 + theirs.error.0 }));
            }
        }
    }

    /// What the captures could not have shown.
    fn limits(&self) -> Limits<'_> {
        let full = self.inputs.iter().zip(0..).filter(|(reading, _)| reading.packets() == Some(GUI_LIMIT));
        let full: Vec<u32> = full.map(|(_, input)| input).collect();
        Limits::new(&self.points, &full, self.clocks())
    }
}

/// Squid names its error in a header of the answer.
fn squid_signs_its_errors(exchanges: &[Exchange]) -> Option<products::Id> {
    let signed = |exchange: &&Exchange| {
        matches!(&exchange.answer, crate::exchange::Answer::Whole(status)
            if status.own_word.as_deref().is_some_and(|word| word.starts_with("ERR_")))
    };
    exchanges.iter().find(signed).map(|_| products::Id::Squid)
}

/// The product that made an answer, or that one went through, by its marks.
fn told_by_answers(exchanges: &[Exchange]) -> Option<products::Id> {
    exchanges.iter().filter(|exchange| made_here(exchange)).find_map(|exchange| {
        let marks = &exchange.signs.marks;
        fingerprints::product(marks)
    })
}

/// Nothing shows that the answer came from upstream.
fn made_here(exchange: &Exchange) -> bool {
    let code = exchange.answer.status().map(|status| status.code);
    exchange.attempts.iter().all(|attempt| attempt.status.is_none() || attempt.status != code)
}

/// What the marks of an answer say, now that the gateway's product is known.
fn read_marks(exchange: &mut Exchange, product: Option<products::Id>) {
    if exchange.signs.told.is_none() && !exchange.signs.marks.list.is_empty() && made_here(exchange) {
        let code = exchange.answer.status().map_or(0, |status| status.code);
        let told = fingerprints::claim(&exchange.signs.marks, code, product);
        let took = exchange.answer.status().map(|status| status.time.since(exchange.begun));
        if let Some(claim) = told {
            exchange.signs.told = Some(Claim { elapsed: took, ..claim });
        }
    }
}
