# Tests of the benchmark's own logic, with shell scripts for ours and the peer:
#   python3 -m unittest discover -s Tools/Benchmarks

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import comparisons
import engine
import learning
import policies
import report
import rows

# Waits to be stopped, and then prints its device.
STOPPED = """trap 'echo "{\\"device\\": \\"D\\"}"; exit' TERM; while true; do sleep 0.05; done"""


class Bench(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.log = self.folder / "log"

    def script(self, name, body):
        path = self.folder / name
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)
        return [str(path)]

    def fake(self, name, speeds, **more):
        """A command that reports one speed after another, and writes its name and arguments into the log."""
        counter, answers = self.folder / f"{name}.count", self.folder / f"{name}.answers"
        answers.write_text("".join(json.dumps({"steps_per_second": s, **more}) + "\n" for s in speeds))
        return self.script(name, f'echo {name} "$@" >> {self.log}; echo x >> {counter}; echo noise\n'
                                 f"sed -n \"$(wc -l < {counter})p\" {answers}")

    def row(self, ours, peer, **more):
        return rows.Row("group", "some work", "Peer", ours, peer, **more)

    def test_pairs_are_taken_in_turn_and_ratios_pair_by_pair(self):
        ours = self.fake("ours", [100, 400, 900], return_mean=20.0, device="Fake GPU")
        peer = self.fake("peer", [10, 200, 300], return_mean=22.0, threads=1)
        row = self.row([*ours, "{seed}"], peer)
        results = rows.measure(row, 3, lambda text: None)
        self.assertEqual(self.log.read_text().split("\n")[:6], ["ours 1", "peer", "peer", "ours 2", "ours 3", "peer"])
        line = report.line(row, results, 8, "drivers")
        self.assertEqual(line["ratio (min–max)"], "3× (2–10)")
        self.assertEqual((line["ours"], line["peer"]), ("400/s", "Peer 200/s"))
        self.assertEqual(line["return or loss, ours / peer"], "20.0 / 22.0")
        self.assertEqual(line["threads ours / peer"], "8 / 1")
        self.assertEqual(line["device"], "Fake GPU")
        self.assertIn("| some work | 400/s | Peer 200/s | 3× (2–10) |", report.table([line]))

    def test_steps_are_compared_in_milliseconds_where_they_do_the_same_work(self):
        ours = self.fake("ours", [500], loss=2.3456, parameters=7, device="Fake GPU", driver="fake 1.0")
        row = self.row(ours, self.fake("peer", [250], loss=2.3457, parameters=7), unit="ms")
        line = report.line(row, rows.measure(row, 1, lambda text: None), 8, "drivers")
        self.assertEqual((line["ours"], line["peer"]), ("2 ms", "Peer 4 ms"))
        results = [{"ours": {"steps_per_second": 9}, "peer": {"steps_per_second": 3, "compile_seconds": 2.5}}]
        self.assertEqual(report.line(row, results, 8, "")["peer"], "Peer 333 ms, compiled before in 2.5 s")
        self.assertEqual(report.speed(self.row(ours, ours, unit="s"), 0.25), "4 s")
        self.assertEqual(line["ratio (min–max)"], "2× (2–2)")
        self.assertEqual(line["return or loss, ours / peer"], "2.3456 / 2.3457")
        self.assertEqual(line["device"], "Fake GPU, fake 1.0")
        for other, expected in ({"loss": 2.4}, "our loss is 2.3456, Peer's is 2.4"), ({"parameters": 8}, "our parameters"):
            peer = self.fake(f"other{len(expected)}", [1], **{"loss": 2.3456, "parameters": 7, **other})
            with self.assertRaisesRegex(rows.BenchError, expected):
                rows.measure(self.row(self.script("same", f"cat {self.folder / 'ours.answers'}"), peer), 1, print)

    def test_mean_returns_that_differ_too_much_are_refused(self):
        row = self.row(["ours"], ["peer"], return_tolerance=0.5)
        for ours, peer in ((22.2, 21.8), (22.2, None), (None, 22.2)):
            rows.check_same_work(row, {"ours": {"return_mean": ours}, "peer": {"return_mean": peer}})
        different = {"ours": {"return_mean": 22.2}, "peer": {"return_mean": 21.6}}
        with self.assertRaisesRegex(rows.BenchError, "our return_mean is 22.2, Peer's is 21.6"):
            rows.check_same_work(row, different)
        row.return_tolerance = None
        rows.check_same_work(row, different)

    def test_rows_differ_and_their_scripts_are_there(self):
        found = list(comparisons.rows("reprise", "python", False))
        self.assertEqual(len(found), len({(row.work, row.peer_name) for row in found}))
        for part in [part for row in found for part in row.ours + row.peer if part.endswith(".py")]:
            self.assertTrue(Path(part).exists(), part)

    def clock(self, *arguments):
        """What the clock prints, and its exit status."""
        process = subprocess.run([sys.executable, str(comparisons.HERE / "time_to_return.py"), "--least", "100", *arguments],
                                 capture_output=True, text=True, timeout=60)
        return json.loads(process.stdout or "{}"), process

    def printing(self, *iterations, then=STOPPED):
        """A command that prints iterations of (steps, episodes, mean return), and its device when it is stopped."""
        lines = [json.dumps({"steps": steps, "episodes": episodes, "threads": 1} | ({"return_mean": mean} if episodes else {}))
                 for steps, episodes, mean in iterations]
        return self.script("printing", "\n".join([f"echo '{line}'" for line in lines] + [then]))

    def test_the_clock_stops_at_the_mean_return_of_the_last_steps(self):
        # 90 leaves the window of 2048 steps with the third line; the fourth is never read.
        result, _ = self.clock("--", *self.printing((1000, 3, 90), (2000, 1, 101), (3048, 0, None), (4000, 1, 500)))
        self.assertEqual([result[key] for key in ("steps", "return_mean", "threads", "device")], [3048, 101, 1, "D"])
        self.assertAlmostEqual(result["steps_per_second"], 1 / result["seconds"])
        self.assertLess(result["seconds"], 50)

    def test_the_clock_counts_a_run_that_ends_before_whole(self):
        result, _ = self.clock("--", *self.printing((256, 2, 20), (512, 2, 30), then='echo \'{"steps": 9}\'; sleep 1'))
        self.assertEqual((result["steps"], result["return_mean"]), (512, 25))
        self.assertGreaterEqual(result["seconds"], 1)
        result, process = self.clock("--", *self.printing((256, 2, 20), then="exit 3"))
        self.assertEqual((result, process.returncode), ({}, 1))
        self.assertIn("exited with 3", process.stderr)

    def test_caches_are_empty_or_those_of_a_run_before(self):
        line = json.dumps({"steps": 1, "episodes": 1, "return_mean": 100})
        command = self.script("caching", f'ls "$REPRISE_CACHE" "$MESA_SHADER_CACHE_DIR" >> {self.log} 2>&1 && echo warm >> '
                              f'{self.log}\nmkdir -p "$REPRISE_CACHE" "$MESA_SHADER_CACHE_DIR"\necho \'{line}\'\n'
                              "exec sleep 60")
        for caches, runs in (("cold", [False]), ("warm", [False, True])):
            self.log.write_text("")
            self.assertEqual(self.clock("--caches", caches, "--", *command)[0]["return_mean"], 100)
            self.assertEqual(self.log.read_text().count("warm"), sum(runs))
            self.assertEqual(self.log.read_text().count("cannot access"), 2)

    def test_the_peer_runs_with_its_fastest_arguments(self):
        ours = self.fake("ours", [1])
        row = self.row(ours, self.fake("peer", [10, 30, 20]), peer_choices=[["slow"], ["fast"]])
        rows.measure(row, 1, lambda text: None)
        self.assertEqual(self.log.read_text().splitlines(), ["peer slow", "peer fast", "ours", "peer fast"])

    def test_a_run_folder_is_fresh_and_removed(self):
        command = self.script("ours", 'test ! -e "$1" && mkdir "$1" && echo "$1" >> '
                              f'{self.log}; echo \'{{"steps_per_second": 1}}\'')
        for _ in range(2):
            rows.run([*command, "{folder}/run"], 1)
        folders = self.log.read_text().splitlines()
        self.assertEqual(len(set(folders)), 2)
        self.assertFalse(any(Path(folder).exists() for folder in folders))

    def test_engine_figures_are_held_to_their_limits(self):
        answer = {"dispatches": 16, "recording_milliseconds": 1, "replay_host_microseconds": 20, "ratio": 9.9,
                  "arena_bytes": 6, "arena_bytes_without_reuse": 10, "forward_arena_bytes": 3,
                  "resident_bytes_before": 100, "resident_bytes_after": 103, "device_bytes_before": 7,
                  "device_bytes_after": 7}
        reprise = self.script("reprise", f"echo \"$@\" >> {self.log}; echo '{json.dumps(answer)}'")[0]
        lines, results = engine.measure(reprise, True, lambda text: None)
        met = {line["what"]: line["met"] for line in lines}
        self.assertEqual([what for what, answer in met.items() if answer == "NO"], [
            "784-128-10 training step, batch 32: dispatches", "784-128-10 training step, batch 256: dispatches",
            "1024³ product over a naive kernel", "500 recordings: growth of the resident memory"])
        self.assertEqual(len(self.log.read_text().splitlines()), len(results))
        self.assertIn("| 9.9× | ≥ 10× | NO | `reprise bench product --size 1024` |", report.table(lines, engine.COLUMNS))

    def test_policies_are_trained_by_their_recipes_and_held_to_their_goals(self):
        answers = {"recipes": {"steps": 200_000}, "train": {"steps": 500_480, "seconds": 7.4, "device": "D", "driver": "E"}}
        body = "".join(f"{name}) echo noise; echo '{json.dumps(answer)}' ;;\n" for name, answer in answers.items())
        reprise = self.script("reprise", f'''echo "$@" >> {self.log}
case $1 in
{body}evaluate) echo "{{\\"return_mean\\": 49$(echo "$2" | tail -c 2), \\"return_std\\": 2}}" ;;
esac''')[0]
        table = policies.EXPERIMENTS["ppo-cartpole"](learning.Laboratory(reprise, self.folder, False, lambda text: None))
        self.assertEqual([line["command"] for line in table.lines], [
            "`reprise train ppo --environment cartpole --seeds 1-5`",
            "`reprise train ppo --environment cartpole --seeds 1-5 --steps 100000`"])
        whole, short = table.lines
        self.assertEqual([whole["goal"], whole["met"], short["goal"], short["met"]], ["–", "–", "≥ 490", "yes"])
        self.assertEqual(list(short.values())[1:6], ["100,096", "493.0", "1.6", "491.0 and 495.0", "2.0"])
        self.assertIn("D, E", table.sentence)
        commands = self.log.read_text().splitlines()
        self.assertEqual(commands[2], f"evaluate {self.folder}/ppo-cartpole/seed-1 --episodes 100 --json")
        self.assertEqual(len(commands), 1 + 2 * (1 + 5))

        # A recipe that stays within the steps of its goal needs no second run.
        laboratory = learning.Laboratory(reprise, self.folder, False, lambda text: None)
        (line,) = policies.returns(["ppo-acrobot"], "title", laboratory).lines
        self.assertEqual((line["goal"], line["met"]), ("≥ -85", "yes"))

    def test_goals_that_are_missed_say_so(self):
        answer = {"steps": 20_000, "seconds": 1, "device": "D", "driver": "E", "return_mean": -165.1, "return_std": 0}
        reprise = self.script("reprise", f"echo '{json.dumps(answer)}'")[0]
        laboratory = learning.Laboratory(reprise, self.folder, False, lambda text: None)
        (line,) = policies.returns(["sac-pendulum"], "title", laboratory).lines
        self.assertEqual((line["mean return"], line["goal"], line["met"]), ("-165.1", "≥ -165", "NO"))

    def test_every_recipe_is_an_experiment_and_policies_are_all_of_them(self):
        self.assertEqual(policies.PAIRS, [name for name in policies.EXPERIMENTS if name != "policies"])
        self.assertIn("ppo-mountaincar-continuous", policies.PAIRS)
        self.assertLessEqual(set(policies.PAIRS), set(policies.GOALS))

    def test_failures_are_sentences(self):
        for body, expected in (
            ("echo no such subcommand >&2; exit 64", "exited with 64: no such subcommand"),
            ("echo fast", "it printed: 'fast'"),
            ("true", "it printed: ''"),
            ("echo '{\"steps_per_second\": 0}'", "positive steps_per_second"),
            ("echo '[1]'", "must print a JSON object"),
        ):
            with self.assertRaisesRegex(rows.BenchError, expected):
                rows.run(self.script("ours", body), 1)
        with self.assertRaisesRegex(rows.BenchError, "did not start"):
            rows.run([str(self.folder / "absent")], 1)

    def test_sections_are_appended_below_one_title(self):
        path = self.folder / "RESULTS.md"
        line = dict.fromkeys(report.COLUMNS, "x")
        for date in ("2026-01-01", "2026-01-02"):
            report.append(path, report.section(date, "abc", "Tools/bench", 2, 0.5, 6, [line]))
        text = path.read_text()
        self.assertEqual(text.count("# Results"), 1)
        self.assertLess(text.index("## 2026-01-01, abc"), text.index("## 2026-01-02, abc"))
        self.assertIn("`Tools/bench` on 2 cores, load average 0.5 at the start; medians of 6", text)

    def test_rates_have_their_unit(self):
        speeds = {12: "12/s", 999.9: "1 k/s", 1234: "1.23 k/s", 999.6e3: "1 M/s", 567.8e6: "568 M/s", 3e12: "3,000 G/s"}
        self.assertEqual([report.rate(speed) for speed in speeds], list(speeds.values()))


if __name__ == "__main__":
    unittest.main()
