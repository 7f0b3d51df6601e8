#!/usr/bin/env python3
"""Writes cut.json: small graphs with their canonical minimum cut by brute force and their cut hash.

Shares no code with the gate: cuts by trying every side, CBOR and the Merkle trie written out here from spec/cut.md.
Usage: python3 make_cut.py > cut.json
"""

import hashlib
import itertools
import json
import random


def sha(data):
    return hashlib.sha256(data).digest()


def head(major, argument):
    if argument < 24:
        return bytes([major << 5 | argument])
    for extra, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if argument < 1 << 8 * size:
            return bytes([major << 5 | extra]) + argument.to_bytes(size, "big")
    raise ValueError(argument)


def cbor(item):
    if item is None:
        return b"\xf6"
    if isinstance(item, bytes):
        return head(2, len(item)) + item
    if isinstance(item, list):
        return head(4, len(item)) + b"".join(map(cbor, item))
    return head(0, item)


def vertex_set(ids):
    """The Merkle trie, by splitting at the highest bit that differs."""
    if not ids:
        return sha(b"\x02")
    if len(ids) == 1:
        return sha(b"\x00" + ids[0].to_bytes(8, "big"))
    for bit in range(64):
        ones = [i for i in ids if i >> (63 - bit) & 1]
        if 0 < len(ones) < len(ids):
            zeros = [i for i in ids if not i >> (63 - bit) & 1]
            return sha(b"\x01" + bytes([bit]) + vertex_set(zeros) + vertex_set(ones))


def components(ids, edges):
    left, parts = set(ids), []
    while left:
        part = grow = {min(left)}
        while grow:
            grow = {b for e in edges for a, b in (e[:2], e[1::-1]) if a in part} - part
            part = part | grow
        parts.append(part)
        left -= part
    return parts


def solve(ids, edges):
    parts = components(ids, edges)
    none = dict(value=0, components=len(parts), v1=None, t_star=[], atoms=list(ids), family=0)
    if len(ids) < 2:
        return none
    if len(parts) > 1:
        far = [i for i in ids if i not in parts[0]]
        atoms = [min(next(p for p in parts if i in p)) for i in ids]
        return none | dict(v1=far[0], t_star=far, atoms=atoms)
    cuts = []
    for size in range(1, len(ids)):
        for side in map(frozenset, itertools.combinations(ids[1:], size)):
            cuts.append((sum(w for a, b, w in edges if (a in side) != (b in side)), side))
    value = min(v for v, _ in cuts)
    family = [side for v, side in cuts if v == value]
    v1 = min(map(min, family))
    far = max((side for side in family if v1 in side), key=len)
    key = {i: tuple(i in side for side in family) for i in ids}
    atoms = [next(j for j in ids if key[j] == key[i]) for i in ids]
    return dict(value=value, components=1, v1=v1, t_star=sorted(far), atoms=atoms, family=len(family))


def cut_hash(ids, cut):
    pairs = [x for i, a in zip(ids, cut["atoms"]) if a != ids[0] for x in (i, a)]
    rest = [i for i in ids if i not in cut["t_star"]]
    side, listed = (1, rest) if len(rest) < len(cut["t_star"]) else (0, cut["t_star"])
    count = cut["components"] if cut["value"] == 0 else cut["family"]
    return sha(cbor([1, len(ids), cut["value"], vertex_set(ids), pairs, cut["v1"], side, listed, count]))


def graphs():
    one = 1 << 32
    spread = [0, 23, 24, 255, 256, 65535, 65536, 1 << 32, 1 << 63, 2**64 - 1]
    dice = random.Random(7)
    yield "empty", [], []
    yield "one vertex", [5], []
    yield "one edge", [3, 2**64 - 1], [(3, 2**64 - 1, 1)]
    yield "path", [1, 2, 3, 4, 5], [(i, i + 1, one) for i in range(1, 5)]
    yield "cycle", list(range(10, 18)), [(10 + i, 10 + (i + 1) % 8, 1) for i in range(8)]
    yield "clique", list(range(7)), [(a, b, one) for a in range(7) for b in range(a)]
    yield "two triangles", [1, 2, 3, 4, 5, 6], [
        (1, 2, 3), (2, 3, 3), (1, 3, 3), (4, 5, 3), (5, 6, 3), (4, 6, 3), (3, 4, 1), (2, 5, 1)]
    yield "equal halves", [1, 2, 3, 4], [(1, 2, 9), (3, 4, 9), (2, 3, 1)]
    yield "near side smaller", [1, 2, 3, 4], [(1, 2, 1), (2, 3, 9), (3, 4, 9), (2, 4, 9)]
    yield "isolated vertices", [0, 1, 2], []
    yield "three components", [7, 8, 9, 10, 11, 12], [(7, 9, 5), (8, 10, 5), (11, 12, 5)]
    yield "Stoer-Wagner 1997", list(range(1, 9)), [
        (1, 2, 2), (1, 5, 3), (2, 3, 3), (2, 5, 2), (2, 6, 2), (3, 4, 4), (3, 7, 2), (4, 7, 2), (4, 8, 2),
        (5, 6, 3), (6, 7, 1), (7, 8, 3)]
    yield "ids of every length", spread, [
        (spread[i], spread[(i + d) % 10], dice.randrange(1, 4)) for i in range(10) for d in (1, 3)]
    for n in (9, 12, 15):
        ids = sorted(dice.sample(range(1 << 48), n))
        edges = [(ids[i], ids[dice.randrange(i)], dice.randrange(1, 3) * one) for i in range(1, n)]
        have = {frozenset(e[:2]) for e in edges}
        for _ in range(n):
            a, b = dice.sample(ids, 2)
            if frozenset((a, b)) not in have:
                have.add(frozenset((a, b)))
                edges.append((a, b, dice.randrange(1, 3) * one))
        yield f"random {n}", ids, edges


def main():
    lines = []
    for name, ids, edges in graphs():
        cut = solve(ids, edges)
        vector = dict(name=name, ids=ids, edges=edges) | cut
        vector |= dict(vertex_set=vertex_set(ids).hex(), digest=cut_hash(ids, cut).hex())
        lines.append(json.dumps(vector))
    print("[\n" + ",\n".join(lines) + "\n]")


main()
