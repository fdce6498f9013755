# Tests of wall_clock.py: python3 -m unittest discover -s Tools/Benchmarks

import json
import subprocess
import sys
import unittest

import comparisons
from fakes import Fakes

# Prints its device when it is stopped; and waits for that.
TRAP = """trap 'echo "{\\"device\\": \\"D\\"}"; exit' TERM"""
STOPPED = "while true; do sleep 0.05; done"


class Clock(Fakes):
    def clock(self, *arguments):
        """What the clock prints, and its exit status."""
        command = [sys.executable, str(comparisons.HERE / "wall_clock.py"), *arguments]
        process = subprocess.run(command, capture_output=True, text=True, timeout=60)
        return json.loads(process.stdout or "{}"), process

    def printing(self, *iterations, then=STOPPED):
        """A command that prints iterations of (steps, episodes, mean return), and its device when it is stopped."""
        lines = [json.dumps({"steps": steps, "episodes": episodes, "threads": 1} | ({"return_mean": mean} if episodes else {}))
                 for steps, episodes, mean in iterations]
        return self.script("printing", "\n".join([TRAP] + [f"echo '{line}'" for line in lines] + [then]))

    def test_the_clock_stops_at_the_mean_return_of_the_last_steps(self):
        # 90 leaves the window of 2048 steps with the third line; the fourth is never read.
        goes_on = self.printing((1000, 3, 90), (2000, 1, 101), (3048, 0, None), (4000, 1, 500))
        result, _ = self.clock("--least", "100", "--", *goes_on)
        self.assertEqual([result[key] for key in ("steps", "return_mean", "threads", "device")], [3048, 101, 1, "D"])
        self.assertAlmostEqual(result["steps_per_second"], 1 / result["seconds"])
        self.assertLess(result["seconds"], 50)

    def test_the_clock_counts_a_run_that_ends_before_whole(self):
        for goal in (["--least", "100"], []):
            ends = self.printing((256, 2, 20), (512, 2, 30), then='echo \'{"steps": 9}\'; sleep 1')
            result, _ = self.clock(*goal, "--", *ends)
            self.assertEqual((result["steps"], result["return_mean"]), (512, 25))
            self.assertGreaterEqual(result["seconds"], 1)
        result, process = self.clock("--least", "100", "--", *self.printing((256, 2, 20), then="exit 3"))
        self.assertEqual((result, process.returncode), ({}, 1))
        self.assertIn("exited with 3", process.stderr)

    def test_the_clock_stops_at_the_first_iteration(self):
        result, _ = self.clock("--first", "--", *self.printing((256, 0, None), (512, 2, 500)))
        self.assertEqual([result[key] for key in ("steps", "return_mean", "device")], [256, None, "D"])
        self.assertLess(result["seconds"], 50)

    def test_caches_are_empty_or_those_of_a_run_before(self):
        line = json.dumps({"steps": 1, "episodes": 1, "return_mean": 100})
        command = self.script("caching", f'ls "$REPRISE_CACHE" "$MESA_SHADER_CACHE_DIR" >> {self.log} 2>&1 && echo warm >> '
                              f'{self.log}\nmkdir -p "$REPRISE_CACHE" "$MESA_SHADER_CACHE_DIR"\necho \'{line}\'\n'
                              "exec sleep 60")
        for caches, runs in (("cold", [False]), ("warm", [False, True])):
            self.log.write_text("")
            self.assertEqual(self.clock("--least", "100", "--caches", caches, "--", *command)[0]["return_mean"], 100)
            self.assertEqual(self.log.read_text().count("warm"), sum(runs))
            self.assertEqual(self.log.read_text().count("cannot access"), 2)


if __name__ == "__main__":
    unittest.main()
