//! The progress bar: on a terminal only, on standard error.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::output;

/// A bar over `total` steps, or a counter if their number is not known.
pub(crate) fn new(what: &'static str, total: Option<u64>) -> ProgressBar {
    let target = if output::progress_wanted() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let (bar, template) = match total {
        Some(total) => (ProgressBar::new(total), "{prefix} {wide_bar} {human_pos}/{human_len} {msg} {eta}"),
        None => (ProgressBar::no_length(), "{prefix} {spinner} {human_pos} ticks {per_sec} {msg}"),
    };
    let style = ProgressStyle::with_template(template).expect("the template is well formed");
    bar.set_draw_target(target);
    bar.with_style(style).with_prefix(what)
}
