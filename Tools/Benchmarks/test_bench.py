# Tests of the benchmark's own logic, with shell scripts for ours and the peer:
#   python3 -m unittest discover -s Tools/Benchmarks

import json
import math
import time
import unittest
import unittest.mock
from pathlib import Path

import comparisons
import engine
import intervals
import learning
import policies
import report
import rows
from fakes import Fakes


class Bench(Fakes):
    def test_pairs_are_taken_in_turn_and_ratios_pair_by_pair(self):
        ours = self.fake("ours", [100, 400, 900], return_mean=20.0, device="Fake GPU")
        peer = self.fake("peer", [10, 200, 300], return_mean=22.0, threads=1)
        row = self.row([*ours, "{seed}"], peer)
        measurement = rows.measure(row, 3, lambda text: None)
        self.assertEqual(self.log.read_text().split("\n")[:6], ["ours 1", "peer", "peer", "ours 2", "ours 3", "peer"])
        line = report.line(row, measurement, 8, "drivers")
        # The first pair, whose ratio is 10, warms up; t for one degree of freedom is 12.706.
        half = math.exp(12.706 * math.log(3 / 2) / 2)
        self.assertEqual(line["ratio (95 % interval)"], f"2.45× ±{100 * (half - 1):,.0f} % ({math.sqrt(6) / half:.3g}–"
                                                        f"{math.sqrt(6) * half:.3g}), 2 pairs, not settled")
        self.assertEqual((line["ours"], line["peer"]), ("650/s", "Peer 250/s"))
        self.assertEqual(line["return or loss, ours / peer"], "20.0 / 22.0")
        self.assertEqual(line["threads ours / peer"], "8 / 1")
        self.assertEqual(line["device"], "Fake GPU")
        self.assertIn("| some work | 650/s | Peer 250/s | 2.45× ±", report.table([line]))

    def test_pairs_are_repeated_until_the_ratio_is_trusted(self):
        # Ratios of 2, and then of 2 but for 1 % to either side.
        steady = [200, 202, 198, 202, 198, 202, 198]
        for speeds, most, expected in ((steady, 7, 5), (steady[:3], 3, 3), ([100, 400, 200, 400, 200, 400, 200], 7, 7)):
            row = self.row(self.fake(f"ours{most}{expected}", speeds), self.fake(f"peer{most}{expected}", [100] * 7))
            measurement = rows.measure(row, most, lambda text: None)
            self.assertEqual(len(measurement.pairs), expected)
            self.assertEqual(measurement.interval.is_settled, expected == 5)
            self.assertEqual("not settled" in report.ratio(measurement), expected != 5)

    def test_a_ratio_has_the_interval_of_its_logarithm(self):
        interval = intervals.interval([1, 2, 4])
        self.assertAlmostEqual(interval.ratio, 2)
        # The logarithms' deviation is log 2, and t for two degrees of freedom 4.303.
        self.assertAlmostEqual(interval.width, 2 ** (4.303 / math.sqrt(3)) - 1)
        self.assertAlmostEqual(interval.ends[0] * interval.ends[1], 4)
        self.assertEqual(intervals.interval([3]).width, math.inf)
        self.assertEqual([len(intervals.counted([0] * count)) for count in (1, 2, 12, 19, 20, 40)], [0, 1, 11, 18, 18, 36])

    def test_memory_is_the_peak_of_the_process_and_of_those_it_starts(self):
        body = "print('{\"steps_per_second\": 1, \"device_bytes\": 3000000}')"
        for use in ("bytearray(200_000_000)", "__import__('subprocess').run(['python3', '-c', 'bytearray(200_000_000)'])"):
            result = rows.run(["python3", "-c", f"{use}; {body}"], 1)
            self.assertGreater(result["peak_bytes"], 200_000_000)
            self.assertLess(result["peak_bytes"], 300_000_000)
        # The first pair warms up.
        pair = {"ours": result, "peer": {"steps_per_second": 1, "peak_bytes": 5 * 2**30}}
        lines = [report.line(self.row([], []), rows.Measurement({}, [pair, other]), 8, "") for other in
                 (pair, {"ours": {"steps_per_second": 1}, "peer": pair["peer"]})]
        ours = f"{result['peak_bytes'] / 2**20:.0f} MiB, device 2.86 MiB"
        self.assertEqual([line["memory ours / peer"] for line in lines], [f"{ours} / 5 GiB", "– / 5 GiB"])

    def test_a_run_that_is_stuck_is_stopped(self):
        begin = time.monotonic()
        with unittest.mock.patch.object(rows, "TIMEOUT_SECONDS", 0.2):
            with self.assertRaisesRegex(rows.BenchError, "still running after 0.2 s"):
                rows.run(self.script("stuck", "exec sleep 60"), 1)
        self.assertLess(time.monotonic() - begin, 30)

    def test_the_record_has_every_pair_and_what_comes_of_them(self):
        ours, peer = (self.fake(name, [4] * 5, threads=count) for name, count in (("ours", 2), ("peer", 1)))
        row = self.row(ours, peer, peer_choices=[["slow"]])
        entry = json.loads(json.dumps(report.entry(row, rows.measure(row, 5, lambda text: None), 8, 0.5)))
        self.assertEqual([entry[key] for key in ("group", "work", "peer", "load", "counted", "ratio", "width", "settled")],
                         ["group", "some work", "Peer", 0.5, 4, 1, 0, True])
        self.assertEqual((entry["commands"]["peer"], len(entry["pairs"]), entry["interval"]), ([*peer, "slow"], 5, [1, 1]))
        self.assertEqual((entry["threads"], entry["device_bytes"]), ({"ours": 2, "peer": 1}, {"ours": None, "peer": None}))
        self.assertEqual(entry["peak_bytes"]["peer"], max(pair["peer"]["peak_bytes"] for pair in entry["pairs"][1:]))

    def test_steps_are_compared_in_milliseconds_where_they_do_the_same_work(self):
        ours = self.fake("ours", [500, 500], loss=2.3456, parameters=7, device="Fake GPU", driver="fake 1.0")
        row = self.row(ours, self.fake("peer", [250, 250], loss=2.3457, parameters=7), unit="ms")
        line = report.line(row, rows.measure(row, 2, lambda text: None), 8, "drivers")
        self.assertEqual((line["ours"], line["peer"]), ("2 ms", "Peer 4 ms"))
        pair = {"ours": {"steps_per_second": 9}, "peer": {"steps_per_second": 3, "compile_seconds": 2.5}}
        compiled = report.line(row, rows.Measurement({}, [pair, pair]), 8, "")
        self.assertEqual(compiled["peer"], "Peer 333 ms, compiled before in 2.5 s")
        self.assertEqual(report.speed(self.row(ours, ours, unit="s"), 0.25), "4 s")
        self.assertEqual(line["ratio (95 % interval)"], "2×, 1 pair, not settled")
        self.assertEqual(line["return or loss, ours / peer"], "2.3456 / 2.3457")
        self.assertEqual(line["device"], "Fake GPU, fake 1.0")
        for other, expected in ({"loss": 2.4}, "our loss is 2.3456, Peer's is 2.4"), ({"parameters": 8}, "our parameters"):
            peer = self.fake(f"other{len(expected)}", [1], **{"loss": 2.3456, "parameters": 7, **other})
            with self.assertRaisesRegex(rows.BenchError, expected):
                rows.measure(self.row(self.script("same", f"head -n 1 {self.folder / 'ours.answers'}"), peer), 1, print)

    def test_our_own_command_may_measure_the_peer_as_well(self):
        ours = self.script("ours", f"echo run >> {self.log}; echo '{json.dumps({'seconds': 0.5, 'naive': 4, 'size': 8})}'")
        row = self.row(ours, [], unit="s", seconds={"ours": "seconds", "peer": "naive"}, is_control=True)
        measurement = rows.measure(row, 2, lambda text: None)
        self.assertEqual(self.log.read_text().count("run"), 2)
        line = report.line(row, measurement, 8, "")
        self.assertEqual((line["ours"], line["peer"]), ("0.5 s", "Peer 4 s"))
        self.assertAlmostEqual(measurement.interval.ratio, 8)
        self.assertTrue(line["memory ours / peer"].endswith(" / –"))
        self.assertEqual(line["work"], "some work (control)")
        self.assertIn("Rows marked control", report.section("", "", "", 1, 1, [line]))
        self.assertNotIn("Rows marked control", report.comparison([line | {"work": "some work"}]))
        with self.assertRaisesRegex(rows.BenchError, "our size is 8, Peer's is 9"):
            other = self.fake("peer", [1], size=9)
            rows.measure(self.row(ours, other, seconds={"ours": "seconds"}), 1, print)

    def test_mean_returns_that_differ_too_much_are_refused(self):
        def pairs(*returns):
            return [{"ours": {"return_mean": ours}, "peer": {"return_mean": peer}} for ours, peer in returns]

        row = self.row(["ours"], ["peer"], return_tolerance=0.5)
        for found in ([(22.2, 21.8)], [(22.2, None)], [(None, 22.2)], [(22, 23), (23, 22)]):
            rows.check_returns(row, pairs(*found))
        different = pairs((22.2, 22.2), (22.2, 21.0))
        with self.assertRaisesRegex(rows.BenchError, "our return_mean is 22.2, Peer's is 21.6, means of 2"):
            rows.check_returns(row, different)
        ours = self.fake("ours", [1], return_mean=1.0)
        with self.assertRaisesRegex(rows.BenchError, "our return_mean is 1, Peer's is 2"):
            rows.measure(self.row(ours, self.fake("peer", [1], return_mean=2.0), return_tolerance=0.5), 1, lambda text: None)
        row.return_tolerance = None
        rows.check_returns(row, different)

    def test_rows_differ_and_their_scripts_are_there(self):
        found = list(comparisons.rows("reprise", "python", False))
        self.assertEqual(len(found), len({(row.work, row.peer_name) for row in found}))
        for part in [part for row in found for part in row.ours + row.peer if part.endswith(".py")]:
            self.assertTrue(Path(part).exists(), part)

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
            report.append(path, report.section(date, "abc", "Tools/bench", 2, 0.5, [line]))
        text = path.read_text()
        self.assertEqual(text.count("# Results"), 1)
        self.assertLess(text.index("## 2026-01-01, abc"), text.index("## 2026-01-02, abc"))
        self.assertIn("`Tools/bench` on 2 cores, load average 0.5 at the start; medians of", text)

    def test_rates_have_their_unit(self):
        speeds = {12: "12/s", 999.9: "1 k/s", 1234: "1.23 k/s", 999.6e3: "1 M/s", 567.8e6: "568 M/s", 3e12: "3,000 G/s"}
        self.assertEqual([report.rate(speed) for speed in speeds], list(speeds.values()))


if __name__ == "__main__":
    unittest.main()
