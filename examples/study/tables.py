"""The tables of docs/study.md."""

import re
import statistics
from dataclasses import dataclass, field

import policy
from score import Score
from series import Series, label


@dataclass
class Row:
    """One series under one policy."""

    series: Series
    rule: str
    times: list
    calm_ticks: int
    result: object = None
    gate: Score = None
    chart: Score = None
    chart_alarms: list = None
    wider: dict = field(default_factory=dict)  # width -> Score of a wider chart
    blocks: tuple = (0, 0)
    autocorrelation: float = None
    shuffled: int = None
    unusable: str = ""


COLUMNS = (
    "series",
    "policy",
    "ticks",
    "null mean",
    "windows",
    "found",
    "in alarm already",
    "median delay",
    "alarms",
    "false",
    "per 1,000",
    "in alarm",
    "chance",
    "chart: found",
    "chart: false",
    "neighbours",
    "blocks above",
    "shuffled",
)
# Windows of traffic by the number of hostile connections in them: from, below, name.
SIZES = ((1000, 10**9, "1,000 and more"), (100, 1000, "100 to 999"), (10, 100, "10 to 99"), (0, 10, "below 10"))


def family(rows):
    """The table of one family, its totals, what became of its windows, and the chart at its best."""
    text = record(COLUMNS) + record(["---"] * 2 + ["---:"] * (len(COLUMNS) - 2)) + "".join(map(line, rows))
    by_rule = {rule: [row for row in rows if row.rule == rule and row.gate] for rule in dict.fromkeys(r.rule for r in rows)}
    for rule, scored in by_rule.items():
        if len(scored) > 2:
            text += total(rule, scored)
    few, many = [], []
    for name in dict.fromkeys(row.series.name for row in rows):
        scored = [row for row in rows if row.series.name == name and row.gate and row.gate.windows]
        if scored:
            (many if len(scored[0].gate.windows) > 20 else few).append(scored)
    if few:
        text += "\n" + one_by_one(few)
    for scored in many:
        text += "\n" + by_size(scored)
    text += "\n" + matched(by_rule)
    for row in rows:
        count = sum(value is None for value in row.result.statistic) if row.result else 0
        if count:
            text += f"\n{row.series.name}, {row.rule}: {count:,} of {len(row.times):,} ticks had no value and added no evidence.\n"
    return text


def matched(by_rule):
    """The narrowest chart with no more false alarms in the family than the gate has."""
    heads = ("policy", "the gate: found", "false", "the chart as wide as", "found", "false")
    text = record(heads) + record(["---"] + ["---:"] * 5)
    for rule, rows in by_rule.items():
        if not rows:
            continue
        found, false = sum(row.gate.found for row in rows), sum(row.gate.false_alarms for row in rows)
        cells = ["none tried", "", ""]
        for width in policy.CHART_WIDTHS:
            wider = [row.wider[width] for row in rows]
            if sum(one.false_alarms for one in wider) <= false:
                cells = [f"{width:.1f}", sum(one.found for one in wider), sum(one.false_alarms for one in wider)]
                break
        text += record([rule, found, false, *cells])
    return text


def record(cells):
    return "| " + " | ".join(map(str, cells)) + " |\n"


def line(row):
    name = short(row) + (f" ({row.series.note})" if row.series.note else "")
    if row.unusable:
        return record([name, row.rule, f"{len(row.times):,}", f"not run: {row.unusable}"] + [""] * (len(COLUMNS) - 4))
    mean = f"{row.result.numbers.null_mean:.3f}"
    neighbours = "–" if row.autocorrelation is None else f"{row.autocorrelation:.2f}"
    tail = [neighbours, f"{row.blocks[1]} of {row.blocks[0]}", "" if row.shuffled is None else row.shuffled]
    return record([name, row.rule, *counts([row], mean), *tail])


def total(rule, rows):
    blocks = f"{sum(row.blocks[1] for row in rows)} of {sum(row.blocks[0] for row in rows)}"
    shuffled = [row.shuffled for row in rows if row.shuffled is not None]
    return record(["**all**", rule, *counts(rows, ""), "", blocks, sum(shuffled) if shuffled else ""])


def counts(rows, mean):
    """The columns from ticks to the chart's false alarms, summed over rows."""
    gates, charts = [row.gate for row in rows], [row.chart for row in rows]

    def add(name, scores=gates):
        return sum(getattr(one, name) for one in scores)

    delays = [delay for one in gates for delay in one.delays]
    cells = [f"{add('ticks'):,}", mean, sum(len(one.windows) for one in gates), add("found"), add("begun")]
    cells += [span(statistics.median(delays)) if delays else "–", add("alarms"), add("false_alarms")]
    cells += [rate(add("false_alarms"), add("ticks_outside")), percent(add("ticks_in_alarm"), add("ticks"))]
    return cells + [f"{add('chance'):.1f}", add("found", charts), add("false_alarms", charts)]


def one_by_one(every):
    """What each policy, and the chart on its statistic, said to each window."""
    heads = [head for row in every[0] for head in (row.rule, "its chart")]
    text = record(["series", "window opens", "what", *heads]) + record(["---"] * 3 + ["---:"] * len(heads))
    for rows in every:
        for number, (window, *_) in enumerate(rows[0].gate.windows):
            said = [answer(*one.windows[number][1:]) for row in rows for one in (row.gate, row.chart)]
            what = window.title or "open for " + span(window.end - window.start)
            text += record([short(rows[0]), label(window.start)[:16], what, *said])
    return text


def other_means(scores):
    heads = ("null mean", "windows", "found", "median delay", "alarms", "false", "per 1,000", "in alarm")
    text = record(heads) + record(["---:"] * len(heads))
    for mean, found in scores.items():
        ticks, false = sum(one.ticks for one in found), sum(one.false_alarms for one in found)
        delays = [delay for one in found for delay in one.delays]
        cells = [f"{mean:.2f}", sum(len(one.windows) for one in found), sum(one.found for one in found)]
        cells += [span(statistics.median(delays)) if delays else "–", sum(one.alarms for one in found), false]
        cells += [rate(false, sum(one.ticks_outside for one in found))]
        text += record([*cells, percent(sum(one.ticks_in_alarm for one in found), ticks)])
    return text


def short(row):
    """The name of a series without its folder."""
    return row.series.name.rsplit("/", 1)[-1]


def by_size(rows):
    heads = [head for row in rows for head in (row.rule, "its chart")]
    text = record([f"{rows[0].series.name}: hostile connections", "windows", *heads])
    text += record(["---"] + ["---:"] * (len(heads) + 1))
    for least, end, name in SIZES:
        chosen = [
            number
            for number, (window, *_) in enumerate(rows[0].gate.windows)
            if least <= int(window.title.rsplit(" ", 1)[1]) < end
        ]
        found = [
            sum(one.windows[number][1] is not None for number in chosen) for row in rows for one in (row.gate, row.chart)
        ]
        text += record([name, len(chosen), *found])
    return text


def answer(delay, begun):
    if delay is not None:
        return "+ " + span(delay)
    return "in alarm already" if begun else "missed"


def span(seconds):
    """A time in words of two places."""
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.1f} {unit}".replace(".0 ", " ")
    return f"{seconds:.0f} s"


def rate(count, ticks):
    return f"{1000 * count / ticks:.2f}" if ticks else "–"


def percent(part, whole):
    return f"{100 * part / whole:.0f} %" if whole else "–"


def replace(path, family_name, text):
    """Puts a table between its two marks."""
    page = path.read_text()
    begin, end = f"<!-- table: {family_name} -->", f"<!-- end: {family_name} -->"
    pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.S)
    if not pattern.search(page):
        raise SystemExit(f"{path}: the marks of {family_name} are not there")
    path.write_text(pattern.sub(lambda _: f"{begin}\n\n{text}\n{end}", page))
