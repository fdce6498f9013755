# What the engine itself promises: each figure with its limit, from commands of `reprise` that print JSON.

import json
import subprocess
from dataclasses import dataclass
from typing import Callable

import report
import rows

COLUMNS = ["what", "measured", "limit", "met", "command"]


@dataclass
class Figure:
    what: str
    # Arguments of `reprise`, but for --json.
    command: list
    value: Callable
    limit: float
    unit: str = ""
    is_at_least: bool = False

    def is_met(self, value):
        return value >= self.limit if self.is_at_least else value <= self.limit


def share(result):
    return 100 * result["arena_bytes"] / result["arena_bytes_without_reuse"]


def growth(key):
    """How much larger something is at the end, in per cent."""
    return lambda result: 100 * (result[f"{key}_after"] / result[f"{key}_before"] - 1)


def figures(quick):
    for batch in ("32", "256"):
        step, name = ["bench", "step", "mlp", "--batch", batch, "--replays", "300"], f"784-128-10 training step, batch {batch}"
        # 12 of the step, and 3 that gather the batch: rows, samples, labels.
        yield Figure(f"{name}: dispatches", step, lambda result: result["dispatches"], 15)
        yield Figure(f"{name}: recording", step, lambda result: result["recording_milliseconds"], 50, " ms")
        yield Figure(f"{name}: host's time a replay", step, lambda result: result["replay_host_microseconds"], 20, " µs")
    yield Figure(
        "depthwise separable block: memory of forward and backward over forward's",
        ["bench", "step", "block", "--replays", "0"],
        lambda result: result["arena_bytes"] / result["forward_arena_bytes"], 2, "×")
    yield Figure(
        "separable network: memory with reuse over without", ["bench", "step", "separable", "--replays", "0"],
        share, 60, " %")
    yield Figure(
        "1024³ product over a naive kernel", ["bench", "product", "--size", "1024"], lambda result: result["ratio"],
        10, "×", is_at_least=True)
    count = "500" if quick else "10000"
    recording = ["bench", "recording", "--count", count]
    for what, key in (("resident memory", "resident_bytes"), ("device memory", "device_bytes")):
        yield Figure(f"{int(count):,} recordings: growth of the {what}", recording, growth(key), 2, " %")


def run(reprise, command):
    """The JSON object that a command prints."""
    shown = " ".join(["reprise", *command])
    try:
        process = subprocess.run(
            [reprise, *command, "--json"], capture_output=True, text=True, timeout=rows.TIMEOUT_SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise rows.BenchError(f"`{shown}` did not run: {error}") from error
    if process.returncode != 0:
        raise rows.BenchError(f"`{shown}` exited with {process.returncode}: {process.stderr.strip()[-2000:]}")
    return json.loads(process.stdout.strip().splitlines()[-1])


def measure(reprise, quick, progress):
    """Lines of the table, and the results by command. Each command runs once."""
    lines, results = [], {}
    for figure in figures(quick):
        name = " ".join(["reprise", *figure.command])
        if name not in results:
            progress(name)
            results[name] = run(reprise, figure.command)
        value = figure.value(results[name])
        sign = "≥" if figure.is_at_least else "≤"
        lines.append({
            "what": figure.what, "measured": f"{report.number(value)}{figure.unit}",
            "limit": f"{sign} {report.number(figure.limit)}{figure.unit}", "met": "yes" if figure.is_met(value) else "NO",
            "command": f"`{name}`"})
    return lines, results
