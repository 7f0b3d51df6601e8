"""Shows ticks to the gate: writes the stream and the run file, runs `avouch`, reads the receipts."""

import hashlib
import json
import os
import shutil
import statistics
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

import policy
from series import Series, label

CUT_KEY, EVIDENCE_KEY = 10, 12  # of a claim, spec/receipt.md


@dataclass
class Numbers:
    """What a series gets from its calm part by the rules of policy.py."""

    scale: float = 1.0
    reference: float = 1.0
    null_mean: float = 0.5
    margin: float = 0.1
    limits: list = None  # policy B: the measures that raise a flag
    calm: list = None  # the statistic in the calm part


@dataclass
class Result:
    """What the receipts of one run say."""

    statistic: list  # per tick in [0, 1], None where there is none
    alarms: list  # (first tick, last tick)
    numbers: Numbers
    refused: int
    seconds: float


class Unusable(Exception):
    """A statistic that the declared rules cannot calibrate on this series."""


class Gate:
    def __init__(self, avouch, folder: Path):
        self.avouch, self.folder = avouch, folder
        self.environment = {**os.environ, "AVOUCH_KEYS": str(folder / "keys"), "AVOUCH_DURABILITY": "close"}

    def study(self, series: Series, rule, mean=None):
        """Calibrates on the calm part, then runs the rest. Both parts go through the gate: it computes every statistic.

        `mean` takes the place of the declared null mean, for a look at what another one would have given.
        """
        calm, rest = series.parts()
        name = f"{series.name}-{rule}".replace("/", "-").replace(" ", "-")
        numbers = self.calibrate(name, series.kind, rule, calm)
        if mean:
            numbers.null_mean = numbers.margin = mean
        claims, said = self.run(name, series.kind, rule, rest, numbers)
        return Result(
            statistic=[statistic_of(claim) for claim in claims],
            alarms=[(alarm["first_epoch"] - 1, alarm["last_epoch"] - 1) for alarm in said["alarms"]],
            numbers=numbers,
            refused=said["refused_deltas"],
            seconds=said["seconds"],
        )

    def calibrate(self, name, kind, rule, calm):
        numbers = Numbers()
        if rule == policy.RESIDUALS:
            sizes = [abs(residual) for tick in calm for residual in tick.residuals.values()]
            numbers.scale = quantile(sizes, policy.SCALE_QUANTILE) or 1.0
        if rule == policy.FLAGS:
            numbers.limits = [quantile(values, policy.FLAG_QUANTILE) for values in zip(*(one.measures for one in calm))]
        if rule == policy.CUT:
            claims, _ = self.run(f"{name}-reference", kind, rule, calm, numbers)
            cuts = [claim[CUT_KEY][1] / 2**32 for claim in claims if claim[CUT_KEY]]
            numbers.reference = statistics.median(cuts) if cuts else 0.0
            if numbers.reference == 0:
                raise Unusable("the median cut of the calm part is 0")
        claims, _ = self.run(f"{name}-calm", kind, rule, calm, numbers)
        numbers.calm = [value for value in map(statistic_of, claims) if value is not None]
        if not numbers.calm:
            raise Unusable("no tick of the calm part has a value")
        if rule == policy.FLAGS:
            numbers.null_mean, numbers.margin = policy.FLAG_NULL_MEAN, policy.FLAG_MARGIN
        else:
            numbers.null_mean = null_mean(numbers.calm)
            numbers.margin = numbers.null_mean * policy.MARGIN_SHARE
        return numbers

    def shuffled(self, series: Series, numbers, keep):
        """The alarms of policy B over the ticks that `keep` allows, in an order that a fixed seed drew.

        What is left is the same share of flags without their order: alarms that vanish came from runs of them.
        """
        ticks = [tick for tick in series.parts()[1] if keep(tick.seconds)]
        order = sorted(ticks, key=lambda tick: hashlib.sha256(f"shuffle {tick.seconds}".encode()).digest())
        ticks = [replace(drawn, seconds=tick.seconds, edges={}) for tick, drawn in zip(ticks, order)]
        name = f"{series.name}-shuffled".replace("/", "-")
        return len(self.run(name, series.kind, policy.FLAGS, ticks, numbers)[1]["alarms"])

    def run(self, name, kind, rule, ticks, numbers):
        stream, runfile = self.folder / f"{name}.ndjson", self.folder / f"{name}.toml"
        journal, export = self.folder / f"{name}.journal", self.folder / f"{name}-export"
        with stream.open("w") as file:
            write_ticks(ticks, numbers.limits, file)
        runfile.write_text(run_text(name, stream.name, kind, policy.STATISTICS[rule], numbers))
        shutil.rmtree(export, ignore_errors=True)
        said = self.command("run", runfile, "-o", journal, "--replace", "--format", "json")
        self.command("inspect", journal, "--export", export, "--format", "json")
        with (export / "steps.ndjson").open() as file:
            steps = [json.loads(line) for line in file]
        claims = [read_claim(bytes.fromhex(step["body"])) for step in steps if "body" in step]
        if not len(claims) == said["ticks"] == said["done"] + said["partial"] == len(ticks):
            raise SystemExit(f"{name}: {len(ticks)} ticks, {len(claims)} claims; the journal says {said}")
        return claims, said

    def command(self, *words):
        words = [self.avouch, *map(str, words)]
        done = subprocess.run(words, env=self.environment, capture_output=True, text=True)
        # 7: the budget stopped a step, which the claims say themselves; 9: nobody vouches for the operator's new key.
        if done.returncode not in (0, 7, 9):
            raise SystemExit(f"{' '.join(words)}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return json.loads(done.stdout) if done.stdout.strip() else None


def quantile(values, share):
    """The value that at most a share of 1 - `share` of the values lie above; the greatest, if they are few."""
    values = sorted(values)
    return values[min(len(values) - 1, int(share * len(values)))]


def null_mean(values):
    """The declared rule: the greatest mean of a block, with headroom."""
    count = min(policy.BLOCKS, len(values))
    edges = [len(values) * block // count for block in range(count + 1)]
    means = [statistics.fmean(values[start:end]) for start, end in zip(edges, edges[1:])]
    mean = max(policy.HEADROOM * max(means), policy.NULL_MEAN_LEAST)
    if mean > policy.NULL_MEAN_MOST:
        raise Unusable(f"no room above a null mean of {mean:.2f}")
    return mean


def write_ticks(ticks, limits, file):
    """One line for each change of the graph and for each residual; with `limits`, for each flag in place of the residuals.

    A flag is observed at a vertex of its own, which has no edges and so is no part of the graph.
    """
    graph = {}
    for number, tick in enumerate(ticks):
        at = {"tick": number, "t": label(tick.seconds)}
        for u, v in sorted(graph.keys() - tick.edges.keys()):
            write(file, **at, op="edge_remove", u=u, v=v)
        for (u, v), weight in sorted(tick.edges.items()):
            if (u, v) not in graph:
                write(file, **at, op="edge_add", u=u, v=v, w=weight)
            elif graph[u, v] != weight:
                write(file, **at, op="weight_update", u=u, v=v, w=weight)
        seen = tick.residuals
        if limits:
            seen = {f"measure {n}": float(tick.measures[n] > limit) for n, limit in enumerate(limits)}
        for vertex, residual in seen.items():
            write(file, **at, op="observation", u=vertex, values=[residual])
        graph = tick.edges


def write(file, **fields):
    file.write(json.dumps(fields, separators=(",", ":")) + "\n")


def run_text(name, stream, kind, statistic, numbers):
    return f"""[stream]
kind = "ndjson"
path = "{stream}"
bin = {{ column = "tick" }}
vertices = {{ names = 65536 }}
on_bad_row = "stop"

[run]
name = "{name}"
profile = "{kind.profile}"
signer = "host"
sign_every = 64
budget_meter = 20_000_000_000

[core]
{kind.core.strip("{} ").replace(", ", chr(10))}

[policy]
statistic = "{statistic}"
null_mean = {numbers.null_mean!r}
margin = {numbers.margin!r}
fail_bits = {policy.FAIL_BITS}
pass_bits = {policy.PASS_BITS}
cool_down = {policy.COOL_DOWN}
loss_scale = {numbers.scale!r}
cut_reference = {numbers.reference!r}
"""


def statistic_of(claim):
    value = claim[EVIDENCE_KEY][1]
    return None if value is None else value / 2**32


def read_claim(body):
    """A body is [frame, claim bytes]; the claim is a map (spec/receipt.md)."""
    (_, claim), _ = read_item(body, 0)
    return read_item(claim, 0)[0]


def read_item(data, at):
    """One item of deterministic CBOR, as far as a body needs it, and where the next one begins."""
    kind, small = data[at] >> 5, data[at] & 31
    at += 1
    if small < 24:
        value = small
    else:
        width = 1 << (small - 24)
        value, at = int.from_bytes(data[at : at + width], "big"), at + width
    if kind == 0:
        return value, at
    if kind == 1:
        return -1 - value, at
    if kind in (2, 3):
        text = data[at : at + value]
        return (text if kind == 2 else text.decode()), at + value
    if kind == 4:
        items = []
        for _ in range(value):
            item, at = read_item(data, at)
            items.append(item)
        return items, at
    if kind == 5:
        items = {}
        for _ in range(value):
            key, at = read_item(data, at)
            items[key], at = read_item(data, at)
        return items, at
    return {20: False, 21: True, 22: None}[value], at
