//! A slow oracle: all eigenvalues of the normalised Laplacian by cyclic Jacobi rotations (Golub and Van Loan, 8.5).

use crate::graphs::Graph;

/// nu2 of a graph without isolated vertices.
pub(crate) fn nu2(graph: &Graph) -> f64 {
    let n = graph.ids.len();
    let degree: Vec<f64> = (0..n).map(|v| graph.degree(v) as f64).collect();
    let mut a = vec![vec![0.0; n]; n];
    for u in 0..n {
        a[u][u] = 1.0;
        graph.view().row(u).for_each(|(v, w)| a[u][v] = -(w as f64) / (degree[u].sqrt() * degree[v].sqrt()));
    }
    let mut values = eigenvalues(a);
    values.sort_by(f64::total_cmp);
    assert!(values[0].abs() < 1e-12, "the kernel: {}", values[0]);
    values[1]
}

fn eigenvalues(mut a: Vec<Vec<f64>>) -> Vec<f64> {
    let n = a.len();
    for _ in 0..100 {
        let off: f64 = (0..n).flat_map(|p| (0..p).map(move |q| (p, q))).map(|(p, q)| a[p][q] * a[p][q]).sum();
        if off < 1e-26 {
            return (0..n).map(|i| a[i][i]).collect();
        }
        for p in 0..n {
            for q in p + 1..n {
                rotate(&mut a, p, q);
            }
        }
    }
    panic!("no convergence in 100 sweeps");
}

fn rotate(a: &mut [Vec<f64>], p: usize, q: usize) {
    if a[p][q] == 0.0 {
        return;
    }
    let theta = (a[q][q] - a[p][p]) / (2.0 * a[p][q]);
    let t = theta.signum() / (theta.abs() + theta.hypot(1.0));
    let t = if theta == 0.0 { 1.0 } else { t };
    let c = 1.0 / t.hypot(1.0);
    let s = t * c;
    for row in a.iter_mut() {
        let (x, y) = (row[p], row[q]);
        (row[p], row[q]) = (c * x - s * y, s * x + c * y);
    }
    let (above, below) = a.split_at_mut(q);
    for (x, y) in above[p].iter_mut().zip(&mut below[0]) {
        (*x, *y) = (c * *x - s * *y, s * *x + c * *y);
    }
    (a[p][q], a[q][p]) = (0.0, 0.0);
}
