# How our own time and memory grow with the size of the work, and where the curves bend.

import math
from dataclasses import dataclass
from statistics import linear_regression, median
from typing import Callable

import report
import rows

COLUMNS = ["work", "sizes", "time at the ends", "exponent of time", "knee", "steepest", "device memory at the ends",
           "exponent of device memory", "most memory of the process"]
# Sizes that the exponent at the large end is fitted to.
FITTED = 3
# Below this, time doesn't grow enough to bend.
FLAT = 0.1
# Why the curves bend where they do, on llvmpipe.
KNEES = {
    "copies": "A core steps eight copies in one vector, and up to four vectors a lane hide each other's waits: fewer copies than "
              "two cores' vectors cost what a few vectors do.",
    "batch": "Below it the step is the update of 101,770 parameters and the gradient of their weights, whose sizes the batch "
             "doesn't change.",
    "width": "Below it the first layer's 784 inputs and the gathering of the batch outweigh the layer that grows with the square "
             "of the width, whose exponent is reached beyond the largest width measured.",
    "depth": "Below it the first layer, from 784 inputs, and its update outweigh the layers of 64; each of those adds 0.3 ms.",
}


@dataclass
class Series:
    name: str
    work: str
    sizes: list
    # Arguments of `reprise` for a size.
    command: Callable
    # Of the steps that a command counts, those that make one step of the work.
    parts: Callable = lambda size: 1


def environment(copies, quick):
    # At least 20 launches of 256 steps, and more where they would be over at once.
    steps = max(20 * 256 * copies, 5_000_000) // (10 if quick else 1)
    return ["bench", "environment", "cartpole", "--copies", str(copies), "--steps", str(steps)]


def step(batch, hidden, quick):
    return ["bench", "step", "mlp", "--batch", str(batch), "--hidden", ",".join(map(str, hidden)), "--replays",
            "20" if quick else "100"]


SERIES = [
    Series("copies", "a step of CartPole alone, copies", [4**power for power in range(9)], environment, lambda copies: copies),
    Series("batch", "training step of 784-128-10, batch", [4**power for power in range(7)],
           lambda batch, quick: step(batch, [128], quick)),
    Series("width", "training step of 784-w-w-10, batch 256, width w", [2**power for power in range(4, 11)],
           lambda width, quick: step(256, [width, width], quick)),
    Series("depth", "training step of an MLP with layers of 64, batch 256, hidden layers", [2**power for power in range(6)],
           lambda depth, quick: step(256, [64] * depth, quick)),
]


def point(reprise, series, size, quick):
    """One size: the median time of some runs, and the memory of the last."""
    command = [reprise, *series.command(size, quick), "--json"]
    results = [rows.run(command, 1) for _ in range(1 if quick else 5)]
    return {"size": size, "seconds": median(series.parts(size) / result["steps_per_second"] for result in results),
            "command": command, "results": results,
            **{key: results[-1][key] for key in ("device_bytes", "peak_bytes", "device", "driver")}}


def measure(reprise, only, quick, progress):
    """All series whose name or work contains the text, as they go into the JSON file."""
    found = []
    for series in SERIES:
        if only in series.name or only in series.work:
            points = []
            # Every other size from the largest down, so that the large end stays.
            for size in series.sizes[::-2][::-1] if quick else series.sizes:
                points.append(point(reprise, series, size, quick))
                progress(f"{series.work} {size}: {duration(points[-1]['seconds'])}")
            found.append({"name": series.name, "work": series.work, "points": points, **shape(points)})
    return found


def exponent(points, key):
    """How a value grows with the size: the slope of the logarithms."""
    return linear_regression([math.log(point["size"]) for point in points], [math.log(point[key]) for point in points]).slope


def shape(points):
    """Exponents at the large end; where that end's line crosses the time of the smallest size; and the steepest pair."""
    end = points[-FITTED:]
    slope = exponent(end, "seconds")
    middle = [math.exp(sum(math.log(point[key]) for point in end) / len(end)) for key in ("size", "seconds")]
    knee = None
    if slope > FLAT:
        crossing = middle[0] * (points[0]["seconds"] / middle[1]) ** (1 / slope)
        knee = crossing if points[0]["size"] < crossing < points[-1]["size"] else None
    pairs = [(exponent(pair, "seconds"), pair[0]["size"], pair[1]["size"]) for pair in zip(points, points[1:])]
    return {"time_exponent": slope, "memory_exponent": exponent(end, "device_bytes"), "knee": knee, "steepest": max(pairs),
            "through": middle}


def duration(seconds):
    """A time in words, with three digits."""
    scale, unit = next(((scale, unit) for scale, unit in ((1, "s"), (1e-3, "ms"), (1e-6, "µs")) if seconds >= scale),
                       (1e-9, "ns"))
    return f"{report.number(seconds / scale)} {unit}"


def line(series):
    """One row of the table."""
    points = series["points"]
    first, last = points[0], points[-1]
    slope, lower, upper = series["steepest"]
    return dict(zip(COLUMNS, [
        series["work"], f"{first['size']:,} to {last['size']:,}",
        f"{duration(first['seconds'])} to {duration(last['seconds'])}", f"{series['time_exponent']:.2f}",
        f"at {report.number(series['knee'])}" if series["knee"] else "none", f"{slope:.2f} between {lower:,} and {upper:,}",
        f"{report.memory(first['device_bytes'])} to {report.memory(last['device_bytes'])}",
        f"{series['memory_exponent']:.2f}", report.memory(max(point["peak_bytes"] for point in points)),
    ], strict=True))


def page(date, commit, cores, load, found):
    """The text of GROWTH.md."""
    device = found[0]["points"][0]
    return "\n".join([
        "# Growth", "",
        f"`Tools/bench growth`, {date}, {commit}, on {cores} cores, load average {load:.1f} at the start; {device['device']}, "
        f"{device['driver']}.", "",
        f"Exponents are those of the {FITTED} largest sizes. The knee is where their line meets the time of the smallest size: "
        "below it, size costs next to nothing. Steepest are the two neighbours between which time grows most. The device "
        "memory of a training step holds 12.3 MiB of samples at every size.", "",
        report.table([line(series) for series in found], COLUMNS), "",
        *[f"- {series['work']}: {KNEES[series['name']]}" for series in found if series["name"] in KNEES], "",
        *[f"![{series['work']}]({series['name']}.svg)" for series in found], ""])
