# From pairs of results to the table, RESULTS.md and a JSON file.

import json
import subprocess
from statistics import median

COLUMNS = ["work", "ours", "peer", "ratio (min–max)", "return or loss, ours / peer", "threads ours / peer", "device"]


def number(value):
    """Three digits, and never an exponent."""
    return f"{value:,.0f}" if value >= 99.95 else f"{value:.3g}"


def rate(value):
    for scale, letter in ((1e9, " G/s"), (1e6, " M/s"), (1e3, " k/s")):
        if value >= 0.9995 * scale:
            return f"{number(value / scale)}{letter}"
    return f"{number(value)}/s"


def speed(row, steps_per_second):
    if row.unit == "/s":
        return rate(steps_per_second)
    return f"{number({'ms': 1000, 's': 1}[row.unit] / steps_per_second)} {row.unit}"


def mean(results, side, key):
    values = [pair[side][key] for pair in results if pair[side].get(key) is not None]
    return sum(values) / len(values) if values else None


def line(row, results, cores, drivers):
    """One row of the table; the ratio is taken pair by pair, because the machine's speed drifts between pairs."""
    ratios = [pair["ours"]["steps_per_second"] / pair["peer"]["steps_per_second"] for pair in results]
    middle = {side: median(pair[side]["steps_per_second"] for pair in results) for side in ("ours", "peer")}
    key, digits = ("loss", 4) if "loss" in results[0]["ours"] else ("return_mean", 1)
    outcomes = [mean(results, side, key) for side in ("ours", "peer")]
    device = [results[0]["ours"][key] for key in ("device", "driver") if key in results[0]["ours"]]
    threads = [results[0][side].get("threads", cores) for side in ("ours", "peer")]
    compiling = mean(results, "peer", "compile_seconds")
    return {
        "work": row.work,
        "ours": speed(row, middle["ours"]),
        "peer": f"{row.peer_name} {speed(row, middle['peer'])}" + (
            f", compiled before in {number(compiling)} s" if compiling else ""),
        "ratio (min–max)": f"{number(median(ratios))}× ({number(min(ratios))}–{number(max(ratios))})",
        "return or loss, ours / peer": " / ".join(
            "–" if value is None else f"{value:.{digits}f}" for value in outcomes),
        "threads ours / peer": " / ".join(map(str, threads)),
        "device": ", ".join(device) or drivers,
    }


def table(lines, columns=COLUMNS):
    rows = [columns, ["---"] * len(columns)] + [[entry[column] for column in columns] for entry in lines]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def drivers():
    """The Vulkan devices and drivers of this machine in words, for results that don't name theirs."""
    try:
        summary = subprocess.run(["vulkaninfo", "--summary"], capture_output=True, text=True, timeout=60).stdout
    except (OSError, subprocess.TimeoutExpired):
        return "unknown"
    words = {key: [part.split("=", 1)[1].strip() for part in summary.splitlines() if part.strip().startswith(key)]
             for key in ("deviceName", "driverInfo")}
    found = [f"{name}, {info}" for name, info in zip(words["deviceName"], words["driverInfo"])]
    return "; ".join(found) or "unknown"


def section(date, commit, command, cores, load, pairs, lines):
    """A dated section of RESULTS.md."""
    return "\n".join([
        f"\n## {date}, {commit}", "",
        f"`{command}` on {cores} cores, load average {load:.1f} at the start; medians of {pairs} interleaved pairs.", "",
        table(lines), ""])


def engine_section(date, commit, command, cores, load, device, lines, columns):
    """A dated section of RESULTS.md for the engine's own figures."""
    return "\n".join([
        f"\n## {date}, {commit}: the engine", "",
        f"`{command}` on {cores} cores, load average {load:.1f} at the start; {device}.", "",
        table(lines, columns), ""])


def learning_section(date, commit, command, cores, load, entry):
    """A dated section of RESULTS.md for a table of `learning.py`."""
    return "\n".join([
        f"\n## {date}, {commit}: {entry.title}", "",
        f"`{command}` on {cores} cores, load average {load:.1f} at the start. {entry.sentence}", "",
        table(entry.lines, entry.columns), ""])


def append(path, text):
    if not path.exists():
        path.write_text("# Results\n\nWritten by `Tools/bench`; the newest section is the last.\n")
    with path.open("a") as file:
        file.write(text)


def save(path, record):
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(record, indent=2) + "\n")
