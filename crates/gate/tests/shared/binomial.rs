//! How sure a share of failures makes one.

/// The one-sided 95% upper bound of Clopper and Pearson for `k` of `n`, by bisection of the binomial tail.
pub(crate) fn clopper_pearson_upper(k: u64, n: u64) -> f64 {
    let at_most_k = |p: f64| -> f64 {
        let mut term = n as f64 * (1.0 - p).ln();
        let mut sum = term.exp();
        for i in 0..k {
            term += ((n - i) as f64 / (i + 1) as f64).ln() + (p / (1.0 - p)).ln();
            sum += term.exp();
        }
        sum
    };
    let (mut low, mut high) = (k as f64 / n as f64, 1.0);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if at_most_k(middle) > 0.05 { low = middle } else { high = middle }
    }
    high
}
