#!/usr/bin/env python3
"""Puts the files of several benches side by side as Markdown.

    benches/peers/table.py FILE.json... [--into docs/benchmarks/gate.md]

Files are told apart by what they hold: `graphs` is benches/peers/run's, `sweep` the sweep bench's lines, `ticks` the tick
bench's; a file of bare JSON lines is taken too. With --into, what stands between `<!-- NAME -->` and `<!-- /NAME -->` is
replaced, NAME being `peers`, `sweep` or `ticks`, and nothing else is touched.
"""

import json
import pathlib
import sys

EXACT = ["noi", "lemon-ni", "lemon-ni-unit", "lemon-hao-orlin", "chszlab-exact", "boost-sw", "igraph", "rustworkx", "networkx"]
FAMILY = ["chszlab-cactus"]


def read(paths):
    """All that the files hold, by kind."""
    held = {}
    for path in map(pathlib.Path, paths):
        text = path.read_text(encoding="utf-8")
        try:
            document = json.loads(text)
            if not any(isinstance(document.get(kind), (dict, list)) for kind in ("graphs", "sweep", "ticks")):
                raise ValueError("one line of a bench")
        except ValueError:
            rows = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
            document = {"ticks" if rows and "p50_ns" in rows[0] else "sweep": rows}
        for kind in ("sweep", "ticks"):
            held.setdefault(kind, []).extend(document.get(kind, []))
        if "graphs" in document:
            held["peers"] = document
    return held


def cell(result):
    if result is None:
        return "–"
    if "best_ns" not in result:
        return result["skipped"]
    mark = "" if result["value"] == result["weighed"] else " †"
    if result["best_ns"] > 1.2 * result["best_cpu_ns"]:
        mark += " ‡"
    return f"{milliseconds(result['best_ns'])} / {milliseconds(result['median_ns'])}{mark}"


def milliseconds(nanoseconds):
    value = nanoseconds / 1e6
    return f"{value:.2f}" if value < 10 else f"{value:,.1f}" if value < 100 else f"{value:,.0f}"


def rows_of(header, rows):
    lines = ["| " + " | ".join(header) + " |", "| --- |" + " ---: |" * (len(header) - 1)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def peers_table(document):
    """Best / median in milliseconds of every peer that was there."""
    present = [peer for peer in EXACT + FAMILY if any(peer in found for found in document["graphs"].values())]
    rows = []
    for graph, found in document["graphs"].items():
        value = document["lambda"].get(graph)
        rows.append([graph, "–" if value is None else str(value)] + [cell(found.get(peer)) for peer in present])
    return rows_of(["graph", "λ"] + present, rows)


def best_peer(found, peers):
    """The fastest of these peers on a graph that gave both a value and a cut of that weight."""
    sound = {peer: result["best_ns"] for peer, result in found.items()
             if peer in peers and "best_ns" in result and result["value"] == result["weighed"]}
    return min(sound.items(), key=lambda item: item[1]) if sound else None


def sweep_table(held):
    """Our static sweep beside the best exact peer of the same graph."""
    document, rows, won, won_packages = held["peers"], [], 0, 0
    for row in held["sweep"]:
        graph = row["graph"]
        found = document["graphs"].get(graph, {})
        best, package = best_peer(found, EXACT), best_peer(found, EXACT[1:])
        family = min((found[peer]["best_ns"] for peer in FAMILY if "best_ns" in found.get(peer, {})), default=None)
        ns = row["ns"]
        expected = document["lambda"].get(graph)
        value = row.get("value", row.get("lambda"))
        if value is not None and expected is not None and value not in (expected, expected << 32):
            raise SystemExit(f"MISMATCH: our sweep says {value} on {graph}, the peers {expected}")
        ratio = best[1] / ns if best else None
        won += bool(ratio and ratio > 1)
        won_packages += bool(package and package[1] > ns)
        rows.append([graph, milliseconds(ns), best[0] if best else "–", milliseconds(best[1]) if best else "–",
                     f"×{ratio:.1f}" if ratio else "–", milliseconds(row["family_ns"]) if "family_ns" in row else "–",
                     milliseconds(family) if family else "–", f"{row['bytes']:,}" if "bytes" in row else "–"])
    compared = sum(row[2] != "–" for row in rows)
    header = ["graph", "sweep ms", "best exact peer", "ms", "peer / ours", "family ms", "peer's cactus ms", "bytes"]
    return rows_of(header, rows) + (
        f"\n\nFaster than the best exact peer on {won} of the {compared} graphs compared; than the best that a package installs on "
        f"{won_packages}.")


def ticks_table(rows):
    """Latency of a tick, with its freshness beside it."""
    header = ["graph", "deltas", "how", "p50 µs", "p99 µs", "max µs", "fresh", "age p50", "p99", "max"]
    return rows_of(header, [[row["graph"], str(row["deltas"]), row["stream"]]
                            + [f"{row[key] / 1e3:,.1f}" for key in ("p50_ns", "p99_ns", "max_ns")]
                            + [f"{row['fresh_ticks'] / row['ticks']:.1%}"]
                            + [str(row[key]) for key in ("age_p50", "age_p99", "age_max")] for row in rows])


def parts(held):
    made = {}
    if "peers" in held:
        made["peers"] = peers_table(held["peers"])
        if held.get("sweep"):
            made["sweep"] = sweep_table(held)
    if held.get("ticks"):
        made["ticks"] = ticks_table(held["ticks"])
    return made


def markdown(paths):
    return "\n\n".join(parts(read(paths)).values())


def into(path, made):
    text = path.read_text(encoding="utf-8")
    for name, part in made.items():
        opening, closing = f"<!-- {name} -->", f"<!-- /{name} -->"
        if opening not in text or closing not in text:
            raise SystemExit(f"{path} has no place {opening}")
        before, rest = text.split(opening, 1)
        text = before + opening + "\n" + part + "\n" + closing + rest.split(closing, 1)[1]
    path.write_text(text, encoding="utf-8")


def main(words):
    target = None
    if "--into" in words:
        at = words.index("--into")
        target, words = pathlib.Path(words[at + 1]), words[:at] + words[at + 2:]
    if not words:
        raise SystemExit(__doc__)
    if target:
        into(target, parts(read(words)))
    else:
        print(markdown(words))


if __name__ == "__main__":
    main(sys.argv[1:])
