//! Progress of long work on standard error.

use std::time::Duration;

use fixscope::pipeline::Progress;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A line that tells the stage and how far it is; nothing when it is not to be seen.
#[derive(Debug)]
pub struct Bar {
    bar: ProgressBar,
}

impl Bar {
    /// A bar on standard error, or one that shows nothing.
    pub fn new(visible: bool) -> Self {
        let target = if visible { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(None, target);
        if visible {
            bar.enable_steady_tick(Duration::from_millis(200));
        }
        Bar { bar }
    }

    /// Takes the line away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Progress for Bar {
    fn stage(&self, text: &str, total: Option<u64>) {
        let template = if total.is_some() {
            "{spinner} {msg} {pos}/{len} [{elapsed}]"
        } else {
            "{spinner} {msg} [{elapsed}]"
        };
        let style =
            ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner());
        self.bar.set_style(style);
        match total {
            Some(total) => self.bar.set_length(total),
            None => self.bar.unset_length(),
        }
        self.bar.set_position(0);
        self.bar.set_message(text.to_owned());
    }

    fn advance(&self) {
        self.bar.inc(1);
    }
}
