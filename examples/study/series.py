"""Ticks from the data sets: what the gate is shown, and what it is scored against and never sees."""

import csv
import gzip
import json
import math
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path

import policy


@dataclass
class Tick:
    """One tick: when, and what is said of it. A residual is what a value is above or below its prediction."""

    seconds: int
    residuals: dict  # vertex name -> residual
    measures: tuple = ()  # what policy B flags
    edges: dict = field(default_factory=dict)  # (name, name) -> weight, the whole graph at this tick


@dataclass
class Window:
    """A labelled event, from its first second to its last."""

    start: int
    end: int
    title: str


@dataclass
class Series:
    name: str
    kind: policy.Kind
    ticks: list
    windows: list
    note: str = ""

    def parts(self):
        """The ticks that calibrate, and those that are scored. What warms up the predictor is in neither."""
        warm = round(len(self.ticks) * self.kind.warm_up)
        until = round(len(self.ticks) * (self.kind.warm_up + self.kind.calibration))
        return self.ticks[warm:until], self.ticks[until:]


def seconds(text):
    """Seconds since 1970 of a date or a time; all of them are read as UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=timezone.utc).timestamp())


def label(tick_seconds):
    return datetime.fromtimestamp(tick_seconds, timezone.utc).strftime("%Y-%m-%d %H:%M:%S")


def count_tick(at, residuals, edges):
    """A tick of counts. Its measures: the greatest surplus of a vertex, and the mean size of the residuals."""
    measures = (max(residuals.values()), sum(map(abs, residuals.values())) / len(residuals))
    return Tick(at, residuals, measures, edges)


def log_ratio(count, expected):
    """How many times its expectation a count is, in doublings; one more on both sides tames small counts."""
    return math.log2((1 + count) / (1 + expected))


# Telemetry


def telemetry(folder: Path):
    windows = json.loads((folder / "combined_windows.json").read_text())
    for path in sorted(folder.glob("*/*.csv")):
        name = f"{path.parent.name}/{path.name}"
        rows = sorted((seconds(row["timestamp"]), float(row["value"])) for row in csv.DictReader(path.open()))
        times, values = zip(*rows)
        predictor, residuals = best_residuals(times, values)
        ticks = [Tick(at, {"series": residual}, (abs(residual),)) for at, residual in zip(times, residuals)]
        spans = [Window(seconds(a), seconds(b), "") for a, b in windows[name]]
        yield Series(name.removesuffix(".csv"), policy.TELEMETRY, ticks, spans, predictor)


def best_residuals(times, values):
    """The predictor with the least mean absolute error in the calm part, of those that have seen two periods by then."""
    kind = policy.TELEMETRY
    until = round(len(times) * (kind.warm_up + kind.calibration))
    calm = range(round(len(times) * kind.warm_up), until)
    candidates = {"level": residuals_of_level(times, values)}
    for name, period in (("day", policy.DAY), ("week", 7 * policy.DAY)):
        if times[until - 1] - times[0] >= 2 * period:
            candidates[name] = residuals_of_period(times, values, period)
    errors = {name: sum(abs(found[i]) for i in calm) for name, found in candidates.items()}
    best = min(errors, key=errors.get)
    return best, candidates[best]


def residuals_of_level(times, values):
    level, found = values[0], []
    for index, value in enumerate(values):
        found.append(value - level)
        gap = times[index] - times[index - 1] if index else 0
        level += (value - level) * min(1.0, gap / policy.LEVEL_SECONDS)
    return found


def residuals_of_period(times, values, period):
    """Against the last value at least one period ago; 0 while there is none."""
    found = []
    for at, value in zip(times, values):
        earlier = bisect_right(times, at - period) - 1
        found.append(value - values[earlier] if earlier >= 0 else 0.0)
    return found


# Traffic


def traffic(folder: Path):
    epoch = seconds("1998-06-01")
    parts = (("minute_edges_0615_0619", 60, policy.TRAFFIC_MINUTES), ("hourly_edges", 3_600, policy.TRAFFIC_HOURS))
    addresses = {row["id"]: row["ip"] for row in csv.DictReader(gzip.open(folder / "nodes.csv.gz", "rt"))}
    attacks = {row["code"]: row["name"] for row in csv.DictReader((folder / "attack_types.csv").open())}
    for name, width, kind in parts:
        flows, hostile = defaultdict(lambda: defaultdict(int)), defaultdict(lambda: defaultdict(int))
        with gzip.open(folder / f"{name}.csv.gz", "rt") as file:
            for bin_number, source, target, code, count in list(csv.reader(file))[1:]:
                pair = tuple(sorted((addresses[source], addresses[target])))
                flows[int(bin_number)][pair] += int(count)
                if attacks[code] != "-":
                    hostile[int(bin_number)][attacks[code]] += int(count)
        ticks = list(traffic_ticks(flows, epoch, width, kind.name))
        yield Series(name, kind, ticks, attack_windows(hostile, epoch, width, kind.name))


def traffic_ticks(flows, epoch, width, kind):
    """One tick for each bin that has a connection. Seen are its hosts, and those with a running count of one in an hour."""
    rate, window = 1 / policy.TRAFFIC_TICKS[kind], policy.TRAFFIC_WINDOW[kind]
    running, previous = {}, None
    for at in sorted(flows):
        gap = at - previous if previous is not None else 1
        previous = at
        for host in list(running):
            running[host] *= (1 - rate) ** (gap - 1)
            if running[host] < rate / 8:
                del running[host]
        counts = defaultdict(int)
        for pair, count in flows[at].items():
            for host in set(pair):
                counts[host] += count
        seen = set(counts) | {host for host, count in running.items() if count >= rate}
        residuals = {host: log_ratio(counts.get(host, 0), running.get(host, 0.0)) for host in sorted(seen)}
        edges = defaultdict(int)
        for earlier in range(at - window + 1, at + 1):
            for pair, count in flows.get(earlier, {}).items():
                if pair[0] != pair[1]:
                    edges[pair] += count
        yield count_tick(epoch + at * width, residuals, dict(edges))
        for host in set(running) | set(counts):
            held = running.get(host, 0.0)
            running[host] = held + (counts.get(host, 0) - held) * rate


def attack_windows(hostile, epoch, width, kind):
    """Runs of bins with an attack in them; the title says which had most connections, and how many in all."""
    found = []
    for at in sorted(hostile):
        start, end = epoch + at * width, epoch + (at + 1) * width - 1
        if found and start - found[-1][1] <= policy.WINDOW_GAP[kind]:
            found[-1][1] = end
        else:
            found.append([start, end, defaultdict(int)])
        for name, count in hostile[at].items():
            found[-1][2][name] += count
    return [Window(a, b, f"{max(n, key=n.get)} {sum(n.values())}") for a, b, n in found]


# Letters

ENRON_EVENTS = (
    ("2000-12-13", "2000-12-13", "Skilling named CEO"),
    ("2001-02-12", "2001-02-12", "Skilling becomes CEO"),
    ("2001-05-01", "2001-06-30", "burst of Priebe et al."),
    ("2001-08-14", "2001-08-14", "Skilling resigns"),
    ("2001-10-16", "2001-10-16", "third-quarter loss"),
    ("2001-10-22", "2001-10-22", "SEC inquiry"),
    ("2001-11-08", "2001-11-08", "restatement"),
    ("2001-11-28", "2001-11-28", "Dynegy deal off"),
    ("2001-12-02", "2001-12-02", "bankruptcy"),
    ("2002-01-23", "2002-01-23", "Lay resigns"),
)


def letters(folder: Path):
    people = {row["id"]: row["email"] for row in csv.DictReader((folder / "nodes.csv").open())}
    days = defaultdict(lambda: defaultdict(int))
    for row in csv.DictReader((folder / "daily_edges.csv").open()):
        pair = tuple(sorted((people[row["src"]], people[row["dst"]])))
        days[int(row["day_unix"])][pair] += int(row["messages"])
    counts = {day: totals(pairs) for day, pairs in days.items()}
    ticks, weeks = [], policy.LETTERS_WEEKS
    for day in range(min(days), max(days) + 1):
        earlier = [counts.get(day - 7 * back, {}) for back in range(1, weeks + 1)]
        today = counts.get(day, {})
        seen = set(today).union(*earlier)
        expected = {person: sum(one.get(person, 0) for one in earlier) / weeks for person in seen}
        residuals = {person: log_ratio(today.get(person, 0), expected[person]) for person in sorted(seen)}
        edges = defaultdict(int)
        for back in range(7 * weeks):
            for pair, count in days.get(day - back, {}).items():
                if pair[0] != pair[1]:
                    edges[pair] += count
        if residuals:
            ticks.append(count_tick(day * policy.DAY, residuals, dict(edges)))
    windows = [Window(seconds(a), seconds(b) + policy.DAY - 1, title) for a, b, title in ENRON_EVENTS]
    yield Series("enron", policy.LETTERS, ticks, windows)


def totals(pairs):
    """Letters that a person sent or received."""
    found = defaultdict(int)
    for pair, count in pairs.items():
        for person in set(pair):
            found[person] += count
    return found


# Journeys

ENGLAND_EVENTS = (
    ("2020-03-16", "advice against travel"),
    ("2020-03-20", "schools and pubs close"),
    ("2020-03-23", "lockdown"),
    ("2020-04-10", "Good Friday"),
)


def journeys(folder: Path):
    """A region's journeys are compared with its mean on the working days, or the weekend, of the first week.

    The file's dates are ten days early: the graphs that it was made from are named 2020-03-13 to 2020-05-12, and then its
    thin days are the weekends and its holidays fall on Good Friday, Easter and the eighth of May.
    """
    days = defaultdict(lambda: defaultdict(int))
    for row in csv.DictReader((folder / "edges.csv").open()):
        source, target = int(row["src"]), int(row["dst"])
        if source != target:
            pair = (f"r{min(source, target)}", f"r{max(source, target)}")
            days[int(row["day"])][pair] += int(row["weight"])
    first = datetime(2020, 3, 13, tzinfo=timezone.utc)
    weekend = {day: (first + timedelta(days=day)).weekday() >= 5 for day in days}
    regions = sorted({region for pairs in days.values() for pair in pairs for region in pair})
    counts = {day: totals(days[day]) for day in days}
    ticks = []
    for day in sorted(days):
        alike = [counts[other] for other in range(7) if weekend[other] == weekend[day]]
        expected = {region: sum(one.get(region, 0) for one in alike) / len(alike) for region in regions}
        residuals = {region: log_ratio(counts[day].get(region, 0), expected[region]) for region in regions}
        at = int((first + timedelta(days=day)).timestamp())
        ticks.append(count_tick(at, residuals, {pair: weight for pair, weight in days[day].items() if weight > 0}))
    windows = [Window(seconds(at), seconds(at) + policy.DAY - 1, title) for at, title in ENGLAND_EVENTS]
    yield Series("england", policy.JOURNEYS, ticks, windows)


FAMILIES = {
    "nab": ("nab", telemetry),
    "darpa1998": ("darpa1998", traffic),
    "enron_email": ("enron_email", letters),
    "england_covid": ("england_covid", journeys),
}
