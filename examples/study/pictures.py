"""One picture for each family: every series on a strip, with its windows, its statistic and its alarms. Plain SVG."""

from bisect import bisect_left, bisect_right
from html import escape

import policy
from series import label

WIDTH, LEFT, RIGHT, TOP = 980, 250, 16, 64
ROWS_MAX = 20  # strips in one picture; past it only those of policy B
STEP = 2  # pixels from point to point of a curve
STRIP, PLOT, BAR = 58, 30, 5  # heights: of a strip, of its curve, of a row of bars
INK, FAINT, WINDOW, CURVE, GATE, CHART = "#24292f", "#6e7781", "#f5d90a", "#8fb8de", "#c1121f", "#57606a"


def draw(family, rows, folder):
    rows = [row for row in rows if row.gate]
    if len(rows) > ROWS_MAX:
        rows = [row for row in rows if row.rule == policy.FLAGS]
    height = TOP + STRIP * len(rows) + 8
    body = [text(12, 22, 15, INK, f"The gate over {family}", weight="bold"), *legend()]
    for number, row in enumerate(rows):
        body += strip(row, TOP + STRIP * number)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"study-{family}.svg").write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif">\n'
        f"<title>The gate over {escape(family)}</title>\n"
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>\n' + "\n".join(body) + "\n</svg>\n"
    )


def legend():
    places = ((12, WINDOW, "labelled window"), (150, CURVE, "statistic, smoothed; dashed: null mean"))
    places += ((430, GATE, "the gate in alarm"), (580, CHART, "the control chart in alarm"))
    for x, colour, words in places:
        yield rectangle(x, 36, 12, 10, colour)
        yield text(x + 17, 45, 11, INK, words)


def strip(row, top):
    times, statistic = row.times, [value or 0.0 for value in row.result.statistic]
    width, count = WIDTH - LEFT - RIGHT, len(row.times)

    def across(tick):
        return LEFT + width * tick / count

    gate, chart = row.gate, row.chart
    yield text(12, top + 14, 11, INK, row.series.name.rsplit("/", 1)[-1])
    said = f"{row.rule}: {gate.found} of {len(gate.windows)} found, {gate.false_alarms} false"
    yield text(12, top + 27, 10, FAINT, f"{said}; chart: {chart.found}, {chart.false_alarms}")
    yield text(12, top + 39, 10, FAINT, f"{label(times[0])[:10]} to {label(times[-1])[:10]}")
    yield rectangle(LEFT, top, width, PLOT, "#f6f8fa")
    for window in row.series.windows:
        start, after = bisect_left(times, window.start), bisect_right(times, window.end + row.series.kind.grace)
        if after > start:
            wide = max(1, across(after) - across(start))
            yield rectangle(across(start), top, wide, PLOT, WINDOW, 0.35)
            yield rectangle(across(start), top - 4, wide, 4, WINDOW)
    values = smoothed(statistic, width)
    peak = max(max(values), row.result.numbers.null_mean) * 1.05
    points = " ".join(f"{LEFT + STEP * n},{top + PLOT * (1 - value / peak):.1f}" for n, value in enumerate(values))
    yield f'<polygon points="{LEFT},{top + PLOT} {points} {LEFT + STEP * (len(values) - 1)},{top + PLOT}" fill="{CURVE}" fill-opacity="0.75"/>'
    y = top + PLOT * (1 - row.result.numbers.null_mean / peak)
    yield f'<path d="M{LEFT} {y:.1f}h{width}" stroke="{INK}" stroke-width="0.7" stroke-dasharray="4 3"/>'
    for place, colour, alarms in ((0, GATE, row.result.alarms), (1, CHART, row.chart_alarms)):
        for start, end in alarms:
            x = across(start)
            yield rectangle(x, top + PLOT + 2 + place * (BAR + 2), max(1.2, across(end + 1) - x), BAR, colour)


def smoothed(values, width):
    """The mean over a hundredth of the ticks around each point of the picture."""
    reach, found = max(1, len(values) // 200), []
    sums = [0.0]
    for value in values:
        sums.append(sums[-1] + value)
    for x in range(0, width, STEP):
        middle = len(values) * x // width
        start, end = max(0, middle - reach), min(len(values), middle + reach + 1)
        found.append((sums[end] - sums[start]) / (end - start))
    return found


def rectangle(x, y, width, height, colour, opacity=1):
    faint = f' fill-opacity="{opacity}"' if opacity != 1 else ""
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height}" fill="{colour}"{faint}/>'


def text(x, y, size, colour, words, weight="normal"):
    return f'<text x="{x}" y="{y}" font-size="{size}" fill="{colour}" font-weight="{weight}">{escape(words)}</text>'
