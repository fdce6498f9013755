# Draws the series of `Tools/bench growth`: growth_plots.py RESULTS.json FOLDER makes an SVG of each.

import argparse
import json
from pathlib import Path

import matplotlib

matplotlib.use("svg")
from matplotlib import pyplot  # noqa: E402

# The same results give the same bytes.
pyplot.rcParams["svg.hashsalt"] = "growth"


def draw(series, path):
    points, (size, seconds) = series["points"], series["through"]
    sizes = [point["size"] for point in points]
    figure, (time, memory) = pyplot.subplots(1, 2, figsize=(10, 4), layout="constrained")
    time.plot(sizes, [1000 * point["seconds"] for point in points], "o-", label="measured")
    line = [1000 * seconds * (x / size) ** series["time_exponent"] for x in sizes]
    time.plot(sizes, line, "--", label=f"large end: exponent {series['time_exponent']:.2f}")
    if series["knee"]:
        time.axvline(series["knee"], linestyle=":", color="grey", label=f"knee at {series['knee']:.0f}")
    time.set_ylabel("milliseconds a step")
    time.set_ylim(bottom=500 * min(point["seconds"] for point in points))
    for key, label in (("peak_bytes", "process, peak"), ("device_bytes", "device")):
        memory.plot(sizes, [point[key] / 2**20 for point in points], "o-", label=label)
    memory.set_ylabel("MiB")
    for axes in (time, memory):
        axes.set(xscale="log", yscale="log", xlabel=series["name"])
        axes.set_xticks(sizes, [f"{size:,}" for size in sizes], rotation=45)
        axes.minorticks_off()
        axes.grid(alpha=0.3)
        axes.legend()
    figure.suptitle(series["work"])
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("results", type=Path)
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    for series in json.loads(options.results.read_text())["series"]:
        draw(series, options.folder / f"{series['name']}.svg")


main()
