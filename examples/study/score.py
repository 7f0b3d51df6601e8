"""Scores alarms against labelled windows. docs/study.md has the definitions in words."""

import statistics
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

import policy


@dataclass
class Score:
    """How the alarms of one series meet its windows."""

    windows: list  # (window, first alarm's delay in seconds or None, already in alarm when it opened)
    alarms: int
    false_alarms: int
    ticks: int
    ticks_outside: int
    ticks_in_alarm: int
    chance: float  # of so many alarms at random ticks: how many windows they would find, in the mean

    @property
    def found(self):
        return sum(delay is not None for _, delay, _ in self.windows)

    @property
    def begun(self):
        return sum(delay is None and begun for _, delay, begun in self.windows)

    @property
    def delays(self):
        return [delay for _, delay, _ in self.windows if delay is not None]


def score(times, alarms, windows, grace):
    """`alarms` are pairs of ticks. A window is open from its start to its end + grace.

    A window that begins before the scored ticks do is neither found nor missed; an alarm in it is not a false one.
    """
    every = [(bisect_left(times, one.start), bisect_right(times, one.end + grace)) for one in windows]
    windows, spans = whole(times, windows), [span for one, span in zip(windows, every) if one.start >= times[0]]
    rows = []
    for window, (first, after) in zip(windows, spans):
        starts = [start for start, _ in alarms if first <= start < after]
        delay = times[starts[0]] - window.start if starts else None
        rows.append((window, delay, any(start < first <= end for start, end in alarms)))
    open_ticks = set().union(*(range(first, after) for first, after in every)) if every else set()
    shares = [(after - first) / len(times) for first, after in spans]
    return Score(
        windows=rows,
        alarms=len(alarms),
        false_alarms=sum(start not in open_ticks for start, _ in alarms),
        ticks=len(times),
        ticks_outside=len(times) - len(open_ticks),
        ticks_in_alarm=sum(end - start + 1 for start, end in alarms),
        chance=sum(1 - (1 - share) ** len(alarms) for share in shares),
    )


def whole(times, windows):
    """The windows that begin within the scored ticks."""
    return [one for one in windows if times[0] <= one.start <= times[-1]]


def chart_alarms(values, calm, release_at, width=policy.CHART_WIDTH):
    """The textbook's control chart on the same statistic: a running mean `width` of its standard deviations above the calm mean.

    It is released as the gate is, by `COOL_DOWN` values in a row that are no greater than `release_at`, and starts afresh.
    """
    mean, weight = statistics.fmean(calm), policy.CHART_WEIGHT
    limit = mean + width * statistics.pstdev(calm) * (weight / (2 - weight)) ** 0.5
    alarms, running, since, quiet = [], mean, None, 0
    for tick, value in enumerate(values):
        if value is None:
            continue
        running += weight * (value - running)
        if since is None:
            if running > limit:
                since, quiet = tick, 0
            continue
        quiet = quiet + 1 if value <= release_at else 0
        if quiet == policy.COOL_DOWN:
            alarms.append((since, tick))
            since, running = None, mean
    return alarms + ([(since, len(values) - 1)] if since is not None else [])


def outside(at, windows, grace):
    return not any(one.start <= at <= one.end + grace for one in windows)


def blocks_over(times, values, windows, grace, size, mean):
    """Blocks of `size` ticks outside of all windows, and how many of them have a mean loss above the null mean.

    Many of them say that the null itself failed where nobody put a label: an alarm there is right about the mean and wrong
    about the label.
    """
    kept = [value for at, value in zip(times, values) if value is not None and outside(at, windows, grace)]
    means = [statistics.fmean(kept[at : at + size]) for at in range(0, len(kept) - size + 1, size)]
    return len(means), sum(one > mean for one in means)


def autocorrelation(values):
    """Of neighbours in the calm part; None where nothing moved."""
    mean = statistics.fmean(values)
    spread = sum((value - mean) ** 2 for value in values)
    if spread == 0:
        return None
    return sum((a - mean) * (b - mean) for a, b in zip(values, values[1:])) / spread
