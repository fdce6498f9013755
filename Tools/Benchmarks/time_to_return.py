# Wall clock from the start of a process to the mean return that it is to learn: prints one JSON object on its last line,
# in which a step a second is a whole run. The process prints a JSON object for each iteration, with `steps`, `episodes`,
# their `return_mean` and maybe `threads`; a run that ends before is counted whole, and its return shows it.

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


def lines(process):
    """The objects of iterations, without what else is printed."""
    for text in process.stdout:
        line = json.loads(text) if text.startswith("{") else {}
        if "episodes" in line:
            yield line


def run(command, environment, is_done):
    """Runs the command until `is_done` of an iteration's line, or to its end; returns the seconds and whether it ended."""
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            for line in lines(process):
                if is_done(line):
                    return time.perf_counter() - start
            if process.wait() != 0:
                sys.exit(f"{command[0]} exited with {process.returncode}")
            return time.perf_counter() - start
        finally:
            process.terminate()
            process.communicate()


class Returns:
    """The mean return of the episodes that ended in the last steps."""

    def __init__(self, least):
        self.least, self.recent, self.last = least, deque(), {"steps": 0}

    @property
    def mean(self):
        lines = [line for line in self.recent if line["episodes"] > 0]
        count = sum(line["episodes"] for line in lines)
        return sum(line["return_mean"] * line["episodes"] for line in lines) / count if count else None

    def is_reached(self, line):
        self.last = line
        self.recent.append(line)
        while self.recent[0]["steps"] <= line["steps"] - WINDOW:
            self.recent.popleft()
        return self.mean is not None and self.mean >= self.least


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
        seconds = run(options.command, environment, returns.is_reached)
    print(json.dumps({
        "steps": returns.last["steps"], "seconds": seconds, "steps_per_second": 1 / seconds, "return_mean": returns.mean,
    } | {key: value for key, value in returns.last.items() if key == "threads"}))


main()
