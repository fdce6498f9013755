# Wall clock from the start of a process to the mean return that it is to learn: prints one JSON object on its last line,
# in which a step a second is a whole run. The process prints a JSON object for each iteration, with `steps`, `episodes` and
# their `return_mean`; a run that ends before is counted whole, and its return shows it.

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
    """The mean return of the episodes that ended in the last steps, until it is reached, and what else the process says."""

    def __init__(self, least):
        self.least, self.recent, self.steps, self.about = least, deque(), 0, {}

    @property
    def mean(self):
        lines = [line for line in self.recent if line["episodes"] > 0]
        count = sum(line["episodes"] for line in lines)
        return sum(line["return_mean"] * line["episodes"] for line in lines) / count if count else None

    @property
    def is_reached(self):
        return self.mean is not None and self.mean >= self.least

    def read(self, line):
        self.about |= {key: line[key] for key in ("device", "driver", "threads") if key in line}
        if "episodes" in line and not self.is_reached:
            self.steps = line["steps"]
            self.recent.append(line)
            while self.recent[0]["steps"] <= self.steps - WINDOW:
                self.recent.popleft()
        return self.is_reached


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--least", type=float, required=True, help="the mean return to wait for")
    parser.add_argument("--caches", choices=["cold", "warm"],
                        help="give reprise and Mesa caches of their own, empty or from a run before")
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    returns = Returns(options.least)
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
