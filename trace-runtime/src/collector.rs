//! The collector thread: from the chunks to the exporter.
//!
//! It sleeps until the export interval is over, memory is running low, or somebody wants a flush, then makes a round:
//! anchor the clock, copy what is published out of every chunk, settle the stamps, export batch by batch.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::buffer::{Intake, POOL, Tenure};
use crate::control::Control;
use crate::delivery::Delivery;
use crate::exporter::Exporter;
use crate::ledger;
use crate::outlet::Outlet;

pub(crate) struct Collector {
    control: Arc<Control>,
    interval: Duration,
    tenure: Tenure<'static>,
    intake: Intake<'static>,
    outlet: Outlet,
}

impl Collector {
    pub(crate) fn new(
        exporter: Box<dyn Exporter>,
        control: Arc<Control>,
        interval: Duration,
        max_batch: usize,
        host_id: String,
    ) -> Self {
        let tenure = ledger::tenure();
        let delivery = Delivery::new(exporter, Arc::clone(&control));
        Self {
            control,
            interval,
            tenure,
            intake: Intake::new(&POOL, tenure),
            outlet: Outlet::new(delivery, max_batch, host_id, tenure),
        }
    }

    /// Runs until it is told to stop.
    pub(crate) fn run(mut self) {
        loop {
            if self.control.is_wanted() {
                // What has rung, or is about to, is served by this round.
                POOL.alarm.silence();
            } else {
                POOL.alarm.sleep(self.interval);
            }
            let wanted = self.control.take();
            self.round();
            let delivery = &mut self.outlet.delivery;
            if self.tenure.is_over() {
                delivery.shutdown(Duration::ZERO);
                return;
            }
            if let Some(end) = wanted.stop {
                delivery.shutdown(end.saturating_duration_since(Instant::now()));
                self.control.stopped();
                return;
            }
            if let Some(timeout) = wanted.flush {
                delivery.flush(timeout);
            }
            self.control.done(wanted);
        }
    }

    /// Exports everything that was published before the call.
    fn round(&mut self) {
        self.outlet.timeline.extend();
        self.intake.round(&mut self.outlet);
        self.outlet.export();
    }
}
