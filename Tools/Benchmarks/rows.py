# How rows are measured: each runs our command and a peer's, both of which print a JSON object on their last line.

import json
import os
import subprocess
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean

import intervals
import report

# A run that takes longer than this is stuck.
TIMEOUT_SECONDS = 1800


class BenchError(Exception):
    """A sentence for the person who runs the benchmark."""


@dataclass
class Row:
    group: str
    work: str
    peer_name: str
    ours: list
    peer: list
    # Arguments to choose among, once, by a run of each: the peer is compared at its fastest.
    peer_choices: list = field(default_factory=lambda: [[]])
    # What is shown: steps a second ("/s"), or what one takes ("ms", "s").
    unit: str = "/s"
    # By how much the mean returns of the two may differ; without it, they are shown alone.
    return_tolerance: float | None = None
    # What a side calls the seconds of a step where it prints no steps_per_second. Of a peer without a command, which our
    # command measures as well, ours prints them.
    seconds: dict = field(default_factory=dict)
    # Whether it is bound by compute, so that it shows what is no saving of launches.
    is_control: bool = False


@dataclass
class Measurement:
    """What a row came to: the commands as they were run, and all pairs of results."""
    commands: dict
    pairs: list = field(default_factory=list)

    @property
    def counted(self):
        return intervals.counted(self.pairs)

    @property
    def interval(self):
        """Of ratios taken pair by pair, because the machine's speed drifts between pairs."""
        return intervals.interval(
            [pair["ours"]["steps_per_second"] / pair["peer"]["steps_per_second"] for pair in self.counted])


def finish(command, output, errors):
    """Runs the command to its end; returns its exit status and the most memory that it had, or one that it started."""
    process = subprocess.Popen(command, stdout=output, stderr=errors)
    is_late = threading.Event()
    clock = threading.Timer(TIMEOUT_SECONDS, lambda: (is_late.set(), process.kill()))
    clock.start()
    try:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    finally:
        clock.cancel()
        process.kill()
    if is_late.is_set():
        raise subprocess.TimeoutExpired(command, TIMEOUT_SECONDS)
    return process.returncode, usage.ru_maxrss * 1024


def contents(file):
    file.seek(0)
    return file.read().strip()


def run(command, seed, seconds=None):
    """Runs the command in a process of its own and returns its JSON object, with its `peak_bytes` of memory.

    `seconds` is what it calls those of a step, where it prints no steps_per_second.
    """
    with tempfile.TemporaryDirectory() as folder:
        filled = [part.replace("{seed}", str(seed)).replace("{folder}", folder) for part in command]
        shown = " ".join(Path(part).name if "/" in part else part for part in filled)
        with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
            try:
                status, peak = finish(filled, output, errors)
            except OSError as error:
                raise BenchError(f"`{shown}` did not start: {error.strerror}. Is it built?") from error
            except subprocess.TimeoutExpired as error:
                raise BenchError(f"`{shown}` was still running after {TIMEOUT_SECONDS} s and was stopped.") from error
            said, complained = contents(output), contents(errors)
    if status != 0:
        raise BenchError(f"`{shown}` exited with {status}: {(complained or said)[-2000:]}")
    last = (said.splitlines() or [""])[-1]
    try:
        result = json.loads(last)
        if seconds is not None:
            result["steps_per_second"] = 1 / result[seconds]
        if not result["steps_per_second"] > 0:
            raise ValueError
        return result | {"peak_bytes": peak}
    except (ValueError, KeyError, TypeError) as error:
        raise BenchError(
            f"`{shown}` must print a JSON object with a positive {seconds or 'steps_per_second'} on its last line; "
            f"it printed: {last[:200]!r}") from error


def check_same_work(row, pair):
    """Refuses a pair that say what they computed, and computed something else."""
    for key in ("size", "parameters", "loss"):
        ours, peer = (pair[side].get(key) for side in ("ours", "peer"))
        if ours is None or peer is None:
            continue
        tolerance = {"size": 0, "parameters": 0, "loss": 1e-3 * abs(peer)}[key]
        if not abs(ours - peer) <= tolerance:
            raise BenchError(f"{row.work}: not the same work: our {key} is {ours}, {row.peer_name}'s is {peer}.")


def check_returns(row, pairs):
    """Refuses pairs whose mean returns differ: a single run's depends on its seed."""
    ours, peer = ([pair[side]["return_mean"] for pair in pairs if pair[side].get("return_mean") is not None]
                  for side in ("ours", "peer"))
    if row.return_tolerance is None or not ours or not peer:
        return
    if not abs(fmean(ours) - fmean(peer)) <= row.return_tolerance:
        raise BenchError(f"{row.work}: not the same work: our return_mean is {fmean(ours):.4g}, "
                         f"{row.peer_name}'s is {fmean(peer):.4g}, means of {len(pairs)}.")


def run_pair(row, commands, number):
    """The results of both sides, in the order that the number of the pair gives them."""
    order = ("ours", "peer") if number % 2 == 1 else ("peer", "ours")
    pair = {side: run(commands[side], number, row.seconds.get(side)) for side in order if commands[side]}
    return pair if row.peer else pair | {"peer": {"steps_per_second": 1 / pair["ours"][row.seconds["peer"]]}}


def measure(row, most, progress):
    """Pairs in turn (A B B A …) until the ratio is trusted, at most `most`, after choosing the peer's fastest arguments."""
    choices = row.peer_choices
    chosen = choices[0]
    if len(choices) > 1:
        chosen = max(choices, key=lambda choice: run(row.peer + choice, 0)["steps_per_second"])
    measurement = Measurement({"ours": row.ours, "peer": row.peer + chosen})
    for number in range(1, most + 1):
        pair = run_pair(row, measurement.commands, number)
        check_same_work(row, pair)
        measurement.pairs.append(pair)
        ours, peer = (report.speed(row, pair[side]["steps_per_second"]) for side in ("ours", "peer"))
        ratio = report.ratio(measurement) if measurement.counted else "warm-up"
        progress(f"{row.group} {number}/{most}: ours {ours}, {row.peer_name} {peer}; {ratio}")
        if measurement.counted and measurement.interval.is_settled:
            break
    check_returns(row, measurement.pairs)
    return measurement
