# From pairs of results to the table, RESULTS.md and a JSON file.

import json
import math
import subprocess
from statistics import mean, median

from intervals import TRUSTED

COLUMNS = ["work", "ours", "peer", "ratio (95 % interval)", "memory ours / peer", "return or loss, ours / peer",
           "threads ours / peer", "device"]


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


def memory(size):
    """A size in bytes, in words."""
    return f"{number(size / 2**20)} MiB" if size < 2**30 else f"{number(size / 2**30)} GiB"


def over(pairs, side, key):
    """The values that a side of the pairs has for a key."""
    return [pair[side][key] for pair in pairs if pair[side].get(key) is not None]


def ratio(measurement):
    interval = measurement.interval
    counted = f"{interval.pairs} pairs" if interval.pairs > 1 else "1 pair"
    doubt = "" if interval.is_settled else ", not settled"
    if not math.isfinite(interval.width):
        return f"{number(interval.ratio)}×, {counted}{doubt}"
    least, most = map(number, interval.ends)
    return f"{number(interval.ratio)}× ±{number(100 * interval.width)} % ({least}–{most}), {counted}{doubt}"


def peak(measurement, side):
    """The most memory that a side's process had, and what of the device it holds where it says so."""
    peaks = over(measurement.counted, side, "peak_bytes")
    if not peaks:
        return "–"
    device = over(measurement.counted, side, "device_bytes")
    return memory(max(peaks)) + (f", device {memory(max(device))}" if device else "")


def line(row, measurement, cores, drivers):
    """One row of the table."""
    pairs, sides = measurement.counted, ("ours", "peer")
    middle = {side: median(over(pairs, side, "steps_per_second")) for side in sides}
    key, digits = ("loss", 4) if "loss" in pairs[0]["ours"] else ("return_mean", 1)
    outcomes = [over(pairs, side, key) for side in sides]
    device = [pairs[0]["ours"][key] for key in ("device", "driver") if key in pairs[0]["ours"]]
    threads = [pairs[0][side].get("threads", cores) for side in sides]
    compiling = over(pairs, "peer", "compile_seconds")
    return {
        "work": row.work + (" (control)" if row.is_control else ""),
        "ours": speed(row, middle["ours"]),
        "peer": f"{row.peer_name} {speed(row, middle['peer'])}" + (
            f", compiled before in {number(mean(compiling))} s" if compiling else ""),
        "ratio (95 % interval)": ratio(measurement),
        "memory ours / peer": " / ".join(peak(measurement, side) for side in sides),
        "return or loss, ours / peer": " / ".join(
            f"{mean(values):.{digits}f}" if values else "–" for values in outcomes),
        "threads ours / peer": " / ".join(map(str, threads)),
        "device": ", ".join(device) or drivers,
    }


def entry(row, measurement, cores, load):
    """One row of the JSON file: all that was run and measured, and what the table makes of it."""
    pairs, interval = measurement.counted, measurement.interval
    width = interval.width if math.isfinite(interval.width) else None
    return {
        "group": row.group, "work": row.work, "peer": row.peer_name, "control": row.is_control,
        "commands": measurement.commands, "load": load,
        "pairs": measurement.pairs, "counted": len(pairs), "ratio": interval.ratio, "width": width,
        "interval": interval.ends if width is not None else None, "settled": interval.is_settled,
    } | {key: {side: value(over(pairs, side, name)) for side in ("ours", "peer")} for key, name, value in (
        ("peak_bytes", "peak_bytes", lambda sizes: max(sizes, default=None)),
        ("device_bytes", "device_bytes", lambda sizes: max(sizes, default=None)),
        ("threads", "threads", lambda counts: counts[0] if counts else cores))}


def table(lines, columns=COLUMNS):
    rows = [columns, ["---"] * len(columns)] + [[entry[column] for column in columns] for entry in lines]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def comparison(lines):
    """The table of rows, and what a control is where there is one."""
    note = "Rows marked control are bound by compute: what saves launches leaves them as they are."
    return table(lines) + (f"\n\n{note}" if any(entry["work"].endswith("(control)") for entry in lines) else "")


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


def section(date, commit, command, cores, load, lines):
    """A dated section of RESULTS.md."""
    return "\n".join([
        f"\n## {date}, {commit}", "",
        f"`{command}` on {cores} cores, load average {load:.1f} at the start; medians of interleaved pairs but for the first "
        f"tenth, repeated until the ratio's 95 % interval is within ±{100 * TRUSTED:.0f} %. Memory is the process's peak.", "",
        comparison(lines), ""])


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
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(record, indent=2) + "\n")
