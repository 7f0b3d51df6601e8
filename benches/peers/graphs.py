#!/usr/bin/env python3
"""The eleven bench graphs: 16,384 vertices, at most 65,536 edges, connected, the same bits on every machine.

    benches/peers/graphs.py FOLDER      writes NAME.el for each: "n m", then "u v weight" ascending

Each family is drawn once with unit weights (`_u`) and once with weights 1 to 1000 (`_w`), from Python's Mersenne Twister with
seed 7. A weight is drawn for every candidate edge, also for one that is dropped because it is a loop or there already.
The SHA-256 of each file stands in DIGESTS; a file that differs is never written.
"""

import hashlib
import pathlib
import random
import sys

VERTICES = 16_384
EDGES = 65_536
SEED = 7

DIGESTS = {
    "gnm_u": "e5fdc5e5b8285855be0880c1336daa5c1d9b4305f9ed9a9350578f417e63bf81",
    "ba_u": "d67ff931d9182f9553d5c1c16fbf9b891499cc253bf929df9007a99e9d3b6c5f",
    "planted_u": "2e3d707a15aa5d79f71dcc0e885b1e72155688ae1c42f13d223a689ef3c02f25",
    "reg8_u": "21c6da161b73bf60a01d8f0defac7205cae18351d2bdedadf4c681233150025b",
    "torus8_u": "69dcf578a3a1ac4a3ca776e7d52676662760c2e86fea8b8ad31081072e093357",
    "ringcl_u": "f339362e98452645c6daa89cb355fc359efdec71c1b4359a6bdf8a82d101deca",
    "gnm_w": "718b2043b361bae21d201ab6414c87f15cfb50d46d438822c9ba239ec68c6553",
    "ba_w": "e18607360a39802f3e65eba150b8d9429fa7ee1689a6be6f33a5f8e578057215",
    "planted_w": "3093933c0c7be9bfd139302c2867ee8f30046955b0afa28aab5826364dab47f3",
    "reg8_w": "4dd363e5486419cfed70ecf4cfb4ded5a13110f78a269a673ca64e62608b367c",
    "torus8_w": "da03bbf2348d66848c19fcc0e52775099ad6e2568adf1602918d9933ec05e559",
}


class Edges(dict):
    """Simple undirected edges: (smaller end, larger end) to weight."""

    def offer(self, u, v, weight):
        """Takes the edge unless it is a loop or there already; says whether it did."""
        ends = (min(u, v), max(u, v))
        if u == v or ends in self:
            return False
        self[ends] = weight
        return True

    def cycle(self, vertices, draw, source):
        """A Hamiltonian cycle through the vertices in the order given."""
        for i, u in enumerate(vertices):
            self.offer(u, vertices[(i + 1) % len(vertices)], draw(source))


def shuffled(vertices, source):
    vertices = list(vertices)
    source.shuffle(vertices)
    return vertices


def gnm(edges, draw, source):
    """A random Hamiltonian cycle, then random pairs until there are 65,536 edges."""
    edges.cycle(shuffled(range(VERTICES), source), draw, source)
    while len(edges) < EDGES:
        edges.offer(source.randrange(VERTICES), source.randrange(VERTICES), draw(source))


def ba(edges, draw, source):
    """Preferential attachment (Barabasi and Albert, 1999): a 5-clique; each later vertex joins four by their degree."""
    ends = []
    for u in range(5):
        for v in range(u):
            edges.offer(u, v, draw(source))
            ends += [u, v]
    for u in range(5, VERTICES):
        # The order in which CPython walks a set of small integers is part of the definition: weights are drawn in it.
        chosen = set()
        while len(chosen) < 4:
            chosen.add(ends[source.randrange(len(ends))])
        for v in chosen:
            edges.offer(u, v, draw(source))
            ends += [u, v]


def planted(edges, draw, source):
    """Two halves of four random Hamiltonian cycles each, joined by five edges of weight 1."""
    half = VERTICES // 2
    for first in (0, half):
        for _ in range(4):
            edges.cycle(shuffled(range(first, first + half), source), draw, source)
    joined = 0
    while joined < 5:
        joined += edges.offer(source.randrange(half), half + source.randrange(half), 1)


def reg8(edges, draw, source):
    """Four random Hamiltonian cycles: nearly 8-regular."""
    for _ in range(4):
        edges.cycle(shuffled(range(VERTICES), source), draw, source)


def torus8(edges, draw, source):
    """The 128 by 128 torus with diagonals."""
    side = 128
    for i in range(side):
        for j in range(side):
            for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
                edges.offer(i * side + j, (i + down) % side * side + (j + right) % side, draw(source))


def ringcl(edges, _draw, _source):
    """2,048 cliques of eight with weight 3, joined to a ring by edges of weight 1: 2,048 choose 2 minimum cuts."""
    cliques = VERTICES // 8
    for clique in range(cliques):
        for i in range(8):
            for j in range(i):
                edges.offer(clique * 8 + i, clique * 8 + j, 3)
        edges.offer(clique * 8 + 7, (clique + 1) % cliques * 8, 1)


FAMILIES = {"gnm": gnm, "ba": ba, "planted": planted, "reg8": reg8, "torus8": torus8, "ringcl": ringcl}


def text(name):
    """The edge list of one graph, checked against its digest."""
    family, kind = name.split("_")
    edges = Edges()
    draw = (lambda _: 1) if kind == "u" else (lambda source: source.randrange(1, 1001))
    FAMILIES[family](edges, draw, random.Random(SEED))
    lines = [f"{VERTICES} {len(edges)}"] + [f"{u} {v} {weight}" for (u, v), weight in sorted(edges.items())]
    content = "\n".join(lines) + "\n"
    digest = hashlib.sha256(content.encode()).hexdigest()
    if digest != DIGESTS[name]:
        raise SystemExit(f"{name} has SHA-256 {digest}, not {DIGESTS[name]}: this Python draws other numbers")
    return content


def write(folder):
    """Writes what is not there yet, and checks what is; returns the paths by name."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    paths = {}
    for name, digest in DIGESTS.items():
        path = folder / f"{name}.el"
        if not path.exists() or hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            path.write_text(text(name))
        paths[name] = path
    return paths


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    print(f"{len(write(sys.argv[1]))} graphs in {sys.argv[1]}")
