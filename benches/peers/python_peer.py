"""One Python peer on one edge list, in a process of its own: a line of JSON for each run.

    python_peer.py PEER GRAPH.el RUNS LIMIT_S

The graph is in the peer's own form before the clock starts, but for VieCut: chszlablib takes arrays and builds VieCut's
graph inside the call. A run that takes longer than LIMIT_S seconds ends the process with SIGALRM.
Exit code 4: the peer is not installed.
"""

import json
import signal
import sys
import time


def load(path):
    with open(path, encoding="ascii") as file:
        vertices, _ = map(int, file.readline().split())
        return vertices, [tuple(map(int, line.split())) for line in file]


def viecut(algorithm):
    """VieCut as chszlablib ships it. Weights are 32 bits there."""

    def prepare(vertices, edges):
        import numpy
        from chszlablib._viecut import minimum_cut

        rows = [[] for _ in range(vertices)]
        for u, v, weight in edges:
            rows[u].append((v, weight))
            rows[v].append((u, weight))
        starts, ends, weights = [0], [], []
        for row in rows:
            row.sort()
            ends += [v for v, _ in row]
            weights += [weight for _, weight in row]
            starts.append(len(ends))
        arrays = [numpy.array(list_, dtype=numpy.int32) for list_ in (starts, ends, weights)]

        def once():
            value, side = minimum_cut(*arrays, algorithm=algorithm, save_cut=True, seed=0, threads=1)
            return value, side

        return once

    return prepare


def rustworkx(vertices, edges):
    import rustworkx

    graph = rustworkx.PyGraph(multigraph=False)
    graph.add_nodes_from(range(vertices))
    graph.add_edges_from(edges)

    def once():
        value, part = rustworkx.stoer_wagner_min_cut(graph, float)
        return round(value), side(vertices, part)

    return once


def igraph(vertices, edges):
    import igraph

    graph = igraph.Graph(n=vertices, edges=[(u, v) for u, v, _ in edges])
    weights = [weight for _, _, weight in edges]

    def once():
        cut = graph.mincut(capacity=weights)
        return round(cut.value), cut.membership

    return once


def networkx(vertices, edges):
    import networkx

    graph = networkx.Graph()
    graph.add_nodes_from(range(vertices))
    graph.add_weighted_edges_from(edges)

    def once():
        value, (part, _) = networkx.stoer_wagner(graph)
        return value, side(vertices, part)

    return once


def side(vertices, part):
    mark = [0] * vertices
    for v in part:
        mark[v] = 1
    return mark


PEERS = {
    "viecut-exact": viecut("exact"),
    "viecut-cactus": viecut("cactus"),
    "rustworkx": rustworkx,
    "igraph": igraph,
    "networkx": networkx,
}


def main():
    peer, path, runs, limit_s = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    vertices, edges = load(path)
    try:
        once = PEERS[peer](vertices, edges)
    except ImportError as error:
        print(error, file=sys.stderr)
        raise SystemExit(4) from error
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    begin = time.monotonic()
    for run in range(runs):
        if run and time.monotonic() - begin > limit_s / 3:
            break
        signal.alarm(limit_s)
        start, cpu = time.perf_counter_ns(), time.process_time_ns()
        value, mark = once()
        nanoseconds, cpu = time.perf_counter_ns() - start, time.process_time_ns() - cpu
        signal.alarm(0)
        weighed = sum(weight for u, v, weight in edges if mark[u] != mark[v])
        small = min(sum(map(int, mark)), vertices - sum(map(int, mark)))
        found = {"ns": nanoseconds, "cpu_ns": cpu, "value": int(value), "weighed": int(weighed), "side": small}
        print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
