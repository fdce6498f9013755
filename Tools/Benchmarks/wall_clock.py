# Wall clock from the start of a process to its end, to its first iteration, or to the mean return that it is to learn: prints
# one JSON object on its last line, in which a step a second is a whole run. The process prints a JSON object for each
# iteration, with `steps`, `episodes` and their `return_mean`; a run that ends before is counted whole, and its return shows it.

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import deque

# Environment steps over which returns are averaged, so that longer and shorter iterations are judged alike.
WINDOW = 2048


def run(command, environment, read):
    """Runs the command until `read` of an object that it prints is true, or to its end; returns the seconds."""
    start, seconds = time.perf_counter(), None
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            for text in process.stdout:
                if text.startswith("{") and read(json.loads(text)) and seconds is None:
                    seconds = time.perf_counter() - start
                    process.terminate()
            if process.wait() != 0 and seconds is None:
                sys.exit(f"{command[0]} exited with {process.returncode}")
        finally:
            process.terminate()
    return seconds or time.perf_counter() - start


class Returns:
    """The mean return of the episodes that ended in the last steps, until there is enough, and what else the process says."""

    def __init__(self, is_enough):
        self.is_enough, self.recent, self.steps, self.about = is_enough, deque(), 0, {}

    @property
    def mean(self):
        lines = [line for line in self.recent if line["episodes"] > 0]
        count = sum(line["episodes"] for line in lines)
        return sum(line["return_mean"] * line["episodes"] for line in lines) / count if count else None

    def read(self, line):
        self.about |= {key: line[key] for key in ("device", "driver", "device_bytes", "threads") if key in line}
        if "episodes" in line and not self.is_enough(self):
            self.steps = line["steps"]
            self.recent.append(line)
            while self.recent[0]["steps"] <= self.steps - WINDOW:
                self.recent.popleft()
        return self.is_enough(self)


def main():
    parser = argparse.ArgumentParser()
    goal = parser.add_mutually_exclusive_group()
    goal.add_argument("--least", type=float, metavar="return", help="stop at this mean return in place of the end")
    goal.add_argument("--first", action="store_true", help="stop after the first iteration in place of the end")
    parser.add_argument("--caches", choices=["cold", "warm"],
                        help="give reprise and Mesa caches of their own, empty or from a run before")
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    if options.least is not None:
        returns = Returns(lambda returns: returns.mean is not None and returns.mean >= options.least)
    else:
        returns = Returns(lambda returns: options.first and returns.steps > 0)
    with tempfile.TemporaryDirectory() as folder:
        environment = dict(os.environ)
        if options.caches:
            environment |= {"REPRISE_CACHE": f"{folder}/reprise", "MESA_SHADER_CACHE_DIR": f"{folder}/mesa"}
        if options.caches == "warm":
            # Everything is compiled before the first iteration.
            run(options.command, environment, lambda line: True)
        seconds = run(options.command, environment, returns.read)
    print(json.dumps({
        "steps": returns.steps, "seconds": seconds, "steps_per_second": 1 / seconds, "return_mean": returns.mean,
        **returns.about,
    }))


main()
