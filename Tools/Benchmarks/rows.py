# How rows are measured: each runs our command and a peer's, both of which print a JSON object on their last line.

import json
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

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


def run(command, seed):
    """Runs the command in a process of its own and returns its JSON object."""
    with tempfile.TemporaryDirectory() as folder:
        filled = [part.replace("{seed}", str(seed)).replace("{folder}", folder) for part in command]
        shown = " ".join(Path(part).name if "/" in part else part for part in filled)
        try:
            process = subprocess.run(filled, capture_output=True, text=True, timeout=TIMEOUT_SECONDS)
        except OSError as error:
            raise BenchError(f"`{shown}` did not start: {error.strerror}. Is it built?") from error
        except subprocess.TimeoutExpired as error:
            raise BenchError(f"`{shown}` was still running after {TIMEOUT_SECONDS} s and was stopped.") from error
    if process.returncode != 0:
        raise BenchError(f"`{shown}` exited with {process.returncode}: {(process.stderr or process.stdout).strip()[-2000:]}")
    last = (process.stdout.strip().splitlines() or [""])[-1]
    try:
        result = json.loads(last)
        if not result["steps_per_second"] > 0:
            raise ValueError
        return result
    except (ValueError, KeyError, TypeError) as error:
        raise BenchError(
            f"`{shown}` must print a JSON object with a positive steps_per_second on its last line; "
            f"it printed: {last[:200]!r}") from error


def check_same_work(row, pair):
    """Refuses a pair that say what they computed, and computed something else."""
    for key in ("parameters", "loss", "return_mean"):
        ours, peer = (pair[side].get(key) for side in ("ours", "peer"))
        if ours is None or peer is None:
            continue
        tolerance = {"parameters": 0, "loss": 1e-3 * abs(peer), "return_mean": row.return_tolerance}[key]
        if tolerance is not None and not abs(ours - peer) <= tolerance:
            raise BenchError(f"{row.work}: not the same work: our {key} is {ours}, {row.peer_name}'s is {peer}.")


def measure(row, pairs, progress):
    """The row's pairs of results, taken in the order A B B A …, after choosing the peer's fastest arguments."""
    choices = row.peer_choices
    chosen = choices[0]
    if len(choices) > 1:
        chosen = max(choices, key=lambda choice: run(row.peer + choice, 0)["steps_per_second"])
    commands = {"ours": row.ours, "peer": row.peer + chosen}
    results = []
    for pair in range(pairs):
        order = ["ours", "peer"] if pair % 2 == 0 else ["peer", "ours"]
        results.append({side: run(commands[side], pair + 1) for side in order})
        check_same_work(row, results[-1])
        ours, peer = (report.speed(row, results[-1][side]["steps_per_second"]) for side in ("ours", "peer"))
        progress(f"{row.group} {pair + 1}/{pairs}: ours {ours}, {row.peer_name} {peer}")
    return results
