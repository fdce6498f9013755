# Tests of the benchmark's own logic, with shell scripts for ours and the peer:
#   python3 -m unittest discover -s Tools/Benchmarks

import json
import tempfile
import unittest
from pathlib import Path

import engine
import report
import rows


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
        row = self.row(ours, self.fake("peer", [250], loss=2.3457, parameters=7), in_milliseconds=True)
        line = report.line(row, rows.measure(row, 1, lambda text: None), 8, "drivers")
        self.assertEqual((line["ours"], line["peer"]), ("2 ms", "Peer 4 ms"))
        self.assertEqual(line["ratio (min–max)"], "2× (2–2)")
        self.assertEqual(line["return or loss, ours / peer"], "2.3456 / 2.3457")
        self.assertEqual(line["device"], "Fake GPU, fake 1.0")
        for other, expected in ({"loss": 2.4}, "our loss is 2.3456, Peer's is 2.4"), ({"parameters": 8}, "our parameters"):
            peer = self.fake(f"other{len(expected)}", [1], **{"loss": 2.3456, "parameters": 7, **other})
            with self.assertRaisesRegex(rows.BenchError, expected):
                rows.measure(self.row(self.script("same", f"cat {self.folder / 'ours.answers'}"), peer), 1, print)

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
