"""The declared policy of the study: every number that a person chose, once for each kind of series, with its reason.

Nothing here was fitted to a label. What a series needs for itself (its scale, its null mean) follows from the rules below
and from the first part of that series alone. docs/study.md tells the same in prose, with what was changed after the first
look, if anything was.
"""

from dataclasses import dataclass

# An alarm needs evidence of 2^10 to 1, as in the market example: while the null holds, the chance of any false alarm in a
# whole run is at most 1 in 1,024.
FAIL_BITS = 10
PASS_BITS = 10

# A run of so many calm ticks ends an alarm. One vertex alone is noisy, so a longer run would hardly ever come.
COOL_DOWN = 12

# Policy A, "residuals": the loss of a tick is the mean size of its residuals. The scale of a loss is the residual that one in
# a hundred calm residuals passes; larger ones count as 1.
SCALE_QUANTILE = 0.99

# Policy B, "flags": a tick has one or two measures, each with a flag that says whether it lies beyond what 99 of 100 calm
# ticks show. The claim under test is "at most one flag in ten is up", ten times as many as in the calm part.
FLAG_QUANTILE = 0.99
FLAG_NULL_MEAN = 0.10
FLAG_MARGIN = 0.10

# Policy C, "cut": how far the minimum cut lies below its median in the calm part.

# Policy D, "score": how far the spectral score lies below 1.

# The null mean of A, C and D: the calm part is cut into so many blocks; the greatest mean loss of a block, with a quarter on top
# because the calm part is short and a later calm block may be a little less calm. Where that is more than the most, there is
# no room above it: a tick could not even add half a bit of evidence, and the policy is not run.
BLOCKS = 12
HEADROOM = 1.25
NULL_MEAN_LEAST = 1 / 256
NULL_MEAN_MOST = 0.75

# In A, C and D "sound" means that the mean is surely below null mean + margin; the margin is a quarter of the null mean.
MARGIN_SHARE = 0.25

RESIDUALS, FLAGS, CUT, SCORE = "A residuals", "B flags", "C cut", "D score"
STATISTICS = {RESIDUALS: "observation-loss", FLAGS: "observation-loss", CUT: "cut-drop", SCORE: "one-minus-score"}


@dataclass(frozen=True)
class Kind:
    """What all series of one kind share. Times are in seconds."""

    name: str
    warm_up: float  # share of the ticks, from the first on, that only warms up the predictor
    calibration: float  # share of the ticks after them that calibrates; what comes then is scored
    grace: int  # a window stays open so long after its end
    profile: str
    core: str  # of the cut, as a run file says it
    policies: tuple


DAY = 86_400

# One number every few minutes. The calm part is the benchmark's own probationary period. Its windows have their grace in them.
TELEMETRY = Kind("telemetry", 0.075, 0.075, 0, "tile", '{ kind = "all" }', (RESIDUALS, FLAGS))

# Connections between hosts in a minute: the first of five days.
TRAFFIC_MINUTES = Kind(
    "traffic, minutes", 0.10, 0.10, 600, "standard", '{ kind = "k-core", k = 3 }', (RESIDUALS, FLAGS, CUT, SCORE)
)

# The same in hours, over nine weeks.
TRAFFIC_HOURS = Kind(
    "traffic, hours", 0.10, 0.10, 7_200, "high-perf", '{ kind = "k-core", k = 3 }', (RESIDUALS, FLAGS, CUT, SCORE)
)

# Letters in a day. The first 30 in 100 are over long before the first known event. Known events are dates: four weeks to answer.
LETTERS = Kind("letters", 0.15, 0.15, 28 * DAY, "edge", '{ kind = "k-core", k = 3 }', (RESIDUALS, FLAGS, CUT, SCORE))

# Journeys in a day: 61 days. Only a week can be spared to calibrate, and it is not all calm. Two weeks to answer.
JOURNEYS = Kind("journeys", 0.0, 7 / 61, 14 * DAY, "browser", '{ kind = "all" }', (RESIDUALS, FLAGS, CUT, SCORE))

# The predictors that a loss is measured against. None forgets in one tick: a gate looks for a state that lasts.
LEVEL_SECONDS = DAY  # telemetry: time constant of the running level
TRAFFIC_TICKS = {"traffic, minutes": 60, "traffic, hours": 24}  # time constant of a host's running count
TRAFFIC_WINDOW = {"traffic, minutes": 10, "traffic, hours": 6}  # an edge weighs the connections of so many ticks
LETTERS_WEEKS = 4  # a person's day is compared with the same weekday of so many weeks, as is the weight of an edge
WINDOW_GAP = {"traffic, minutes": 10 * 60, "traffic, hours": 2 * 3_600}  # attacks no further apart are one window

# The control chart beside the gate: the textbook's weight and width.
CHART_WEIGHT = 0.2
CHART_WIDTH = 3.0
# Wider ones, tried in turn until a chart has no more false alarms in a family than the gate. That looks at the labels: it is
# what the chart could do at best, and no policy.
CHART_WIDTHS = tuple(CHART_WIDTH * 1.1**step for step in range(33))

# Null means of policy B that are looked at afterwards, for whoever wants to choose one; the declared one is among them.
OTHER_NULL_MEANS = (0.02, 0.05, 0.10, 0.20)
