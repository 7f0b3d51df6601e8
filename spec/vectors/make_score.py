#!/usr/bin/env python3
"""Writes score.json: the definition of score.md in Python, beside the eigenvalue that numpy finds.

Python's floats are IEEE 754 doubles, math.sqrt is correctly rounded and its integers are exact, so that every published number
must come out the same to the last bit. Run: pip install numpy; python3 make_score.py > score.json
"""
import json
import math
import random

import numpy

ONE, STEPS, MASK = 1 << 32, 50, (1 << 64) - 1


def split_mix(seed):
    z = (seed + 0x9E3779B97F4A7C15) & MASK
    z = ((z ^ z >> 30) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ z >> 27) * 0x94D049BB133111EB) & MASK
    return z ^ z >> 31


def add_up(terms):
    lanes = [0.0] * 4
    for i, term in enumerate(terms):
        lanes[i % 4] += term
    return (lanes[0] + lanes[1]) + (lanes[2] + lanes[3])


def deflate(degree, volume, x):
    mean = add_up(d * value for d, value in zip(degree, x)) / volume
    for i in range(len(x)):
        x[i] -= mean
    return add_up(d * value * value for d, value in zip(degree, x))


def start(ids, degree, volume):
    x = [float((split_mix(i) >> 11) - (1 << 52)) / float(1 << 52) for i in ids]
    norm = math.sqrt(deflate(degree, volume, x))
    if norm < 1.0 / float(1 << 40) * math.sqrt(volume):
        x = [float(i) for i in range(len(ids))]
        norm = math.sqrt(deflate(degree, volume, x))
    return [value / norm for value in x]


def step(rows, degree, volume, beta, current, previous, alpha):
    product, following = 0.0, []
    for i, row in enumerate(rows):
        here, total = current[i], -(beta * degree[i] * previous[i])
        for j, w in row:
            total += float(w) * (here - current[j])
        following.append(total)
        product += total * here
    alpha = product if alpha is None else alpha
    following = [entry / d - alpha * here for entry, d, here in zip(following, degree, current)]
    total = add_up(d * entry for d, entry in zip(degree, following))
    mean = total / volume
    square = add_up(d * entry * entry for d, entry in zip(degree, following)) - total * mean
    return alpha, math.sqrt(max(square, 0.0)), [entry - mean for entry in following]


def negative_pivot(alpha, beta, x):
    pivot = alpha[0] - x
    for a, b in zip(alpha[1:], beta):
        if pivot < 1e-200:
            return True
        pivot = a - x - b * b / pivot
    return pivot < 0.0


def smallest(alpha, beta):
    below, above = 0.0, min(alpha)
    for _ in range(100):
        middle = below + (above - below) / 2.0
        if middle <= below or middle >= above:
            break
        if negative_pivot(alpha, beta, middle):
            above = middle
        else:
            below = middle
    size = len(alpha)
    y = [1.0] * size
    for _ in range(3):
        pivots = []
        for i in range(size):
            pivot, carried = alpha[i] - below, 0.0
            if i > 0:
                pivot -= beta[i - 1] * beta[i - 1] / pivots[i - 1]
                carried = beta[i - 1] / pivots[i - 1] * y[i - 1]
            pivots.append(max(pivot, 1e-200))
            y[i] += carried
        for i in reversed(range(size)):
            carried = beta[i] * y[i + 1] if i + 1 < size else 0.0
            y[i] = (y[i] + carried) / pivots[i]
        greatest = max(y)
        y = [entry / greatest for entry in y]
    return max(above, 0.0), [-entry if i % 2 else entry for i, entry in enumerate(y)]


def rayleigh(rows, x):
    greatest = max(abs(value) for value in x)
    whole = []
    for value in x:
        scaled = value / greatest * float(1 << 23)
        whole.append(int(scaled - 0.5 if scaled < 0.0 else scaled + 0.5))
    degree = [sum(w for _, w in row) for row in rows]
    volume = sum(degree)
    energy = sum(w * (whole[i] - whole[j]) ** 2 for i, row in enumerate(rows) for j, w in row if j > i)
    squares = sum(d * value * value for d, value in zip(degree, whole))
    total = sum(d * value for d, value in zip(degree, whole))
    return volume * energy, volume * squares - total * total


def score(ids, edges):
    n = len(ids)
    rows = [[] for _ in ids]
    for u, v, w in edges:
        rows[u].append((v, w))
        rows[v].append((u, w))
    for row in rows:
        row.sort()
    seen, queue = {0}, [0]
    for u in queue:
        for v, _ in rows[u]:
            if v not in seen:
                seen.add(v)
                queue.append(v)
    if n < 2 or len(seen) < n:
        return {"score": 0, "upper": 0, "steps": 0, "neg_log2_nu2": (1 << 32) - 1}
    exact = [sum(w for _, w in row) for row in rows]
    degree, volume = [float(d) for d in exact], float(sum(exact))
    alphas, betas, vectors = [], [], []
    current, previous, beta = start(ids, degree, volume), [0.0] * n, 0.0
    while True:
        vectors.append(current)
        alpha, norm, following = step(rows, degree, volume, beta, current, previous, None)
        alphas.append(alpha)
        if norm <= 1.0 / float(1 << 40) or len(alphas) == min(STEPS, n - 1):
            break
        betas.append(norm)
        previous, current, beta = current, [entry * (1.0 / norm) for entry in following], norm
    value, coefficients = smallest(alphas, betas)
    ritz = [0.0] * n
    for c, vector in zip(coefficients, vectors):
        ritz = [total + c * entry for total, entry in zip(ritz, vector)]
    numerator, denominator = rayleigh(rows, ritz)
    upper = ONE if denominator == 0 else min(ONE, -(-numerator * ONE * (n - 1) // (denominator * n)))
    k = 0
    while numerator and numerator << (k + 1) <= denominator:
        k += 1
    found = int(value * float(n - 1) / float(n) * float(ONE))
    return {"score": min(found, upper), "upper": upper, "steps": len(alphas), "neg_log2_nu2": k}


def sigma(n, edges):
    a = numpy.zeros((n, n))
    for u, v, w in edges:
        a[u, v] = a[v, u] = w
    d = a.sum(axis=1)
    if n < 2 or (d == 0).any():
        return 0.0
    laplacian = numpy.eye(n) - a / numpy.sqrt(numpy.outer(d, d))
    return max(float(numpy.linalg.eigvalsh(laplacian)[1]), 0.0) * (n - 1) / n


def lower(value, n, max_degree):
    if n < 2 or value == 0 or max_degree == 0:
        return 0
    p2, q2 = 333 * 333, 106 * 106
    numerator = ONE * min(value, max_degree) * 2 * (n - 1) * p2 * (12 * n * n * q2 - p2)
    return min(ONE, numerator // (n * max_degree * 24 * n**4 * q2 * q2))


def min_cut(n, edges):
    """Stoer and Wagner."""
    weight = [[0] * n for _ in range(n)]
    for u, v, w in edges:
        weight[u][v] = weight[v][u] = w
    active, best = list(range(n)), None
    while len(active) > 1:
        key, left, last, before = [0] * n, list(active), None, None
        while left:
            before, last = last, max(left, key=lambda v: key[v])
            left.remove(last)
            for v in left:
                key[v] += weight[last][v]
        best = key[last] if best is None else min(best, key[last])
        for v in range(n):
            if v not in (last, before):
                weight[before][v] += weight[last][v]
                weight[v][before] += weight[v][last]
        active.remove(last)
    return best or 0


def graphs():
    rng = random.Random(1)
    yield "empty", 0, []
    yield "one vertex", 1, []
    yield "one edge", 2, [(0, 1, 5)]
    yield "two parts", 5, [(0, 1, ONE), (2, 3, ONE), (3, 4, ONE)]
    yield "complete 7", 7, [(u, v, ONE) for u in range(7) for v in range(u + 1, 7)]
    yield "path 12", 12, [(v - 1, v, ONE) for v in range(1, 12)]
    yield "cycle 64", 64, [(v, v + 1, ONE) for v in range(63)] + [(0, 63, ONE)]
    for name, n, m, most in [("tree", 30, 29, ONE), ("unit", 25, 60, 1), ("weighted", 40, 120, ONE), ("heavy", 20, 60, 1 << 56),
                             ("many steps", 90, 300, ONE)]:
        edges = {(rng.randrange(v), v): rng.randint(1, most) for v in range(1, n)}
        while len(edges) < m:
            u, v = sorted(rng.sample(range(n), 2))
            edges[u, v] = rng.randint(1, most)
        yield name, n, sorted((u, v, w) for (u, v), w in edges.items())


def main():
    lines = []
    for name, n, edges in graphs():
        ids = [10 + 3 * i for i in range(n)]
        degree = [0] * n
        for u, v, w in edges:
            degree[u] += w
            degree[v] += w
        entry = {"name": name, "ids": ids, "edges": [x for edge in edges for x in edge]}
        if n:
            entry |= score(ids, edges)
        else:
            entry |= {"score": 0, "upper": 0, "steps": 0, "neg_log2_nu2": (1 << 32) - 1}
        entry["lower"] = lower(min_cut(n, edges), n, max(degree, default=0))
        entry["sigma"] = sigma(n, edges)
        lines.append(json.dumps(entry))
    print("[\n" + ",\n".join(lines) + "\n]")


main()
