# Tests of the comparison with another commit: python3 -m unittest discover -s Tools/Benchmarks

import json
import os
import subprocess
import unittest

import building
import comparisons
import rows
from fakes import Fakes


class Driver(Fakes):
    def choose(self, devices, environment, status=0):
        (self.folder / "Tools").mkdir()
        setup = self.script("Tools/setup", f'echo setup "$@" >> {self.log}; exit {status}')
        self.assertTrue(setup)
        (reprise,) = self.script("reprise", f"echo '{devices}'")
        said = []
        building.choose_driver(reprise, said.append, environment, self.folder)
        return said

    def test_a_cpu_gets_the_newest_lavapipe(self):
        environment = {}
        self.assertEqual(self.choose("* 0  llvmpipe (LLVM 15)", environment), [])
        self.assertEqual(self.log.read_text(), "setup --quiet --mesa\n")
        file = str(self.folder / ".build-mesa" / "lvp_icd.json")
        self.assertEqual(environment, {"VK_DRIVER_FILES": file, "VK_ICD_FILENAMES": file})

    def test_where_there_is_none_the_systems_stays(self):
        environment = {}
        self.assertEqual(len(self.choose("* 0  llvmpipe (LLVM 15)", environment, status=1)), 1)
        self.assertEqual(environment, {})

    def test_a_gpu_or_a_chosen_driver_stays(self):
        environment = {}
        self.choose("* 0  Radeon\n  1  llvmpipe", environment)
        self.assertEqual(environment, {})
        environment = {"VK_DRIVER_FILES": "mine"}
        building.choose_driver("no such program", None, environment, self.folder)
        self.assertEqual(environment, {"VK_DRIVER_FILES": "mine"})


class Against(Fakes):
    def test_rows_beside_a_commit_run_each_of_our_commands_once_with_both(self):
        ours = ["clock", "/new/reprise", "train"]
        found = [self.row(ours, ["python", name], peer_choices=[["a"], ["b"]], unit="s", return_tolerance=7,
                          seconds={"ours": "seconds"})
                 for name in ("one.py", "two.py")]
        (row,) = comparisons.beside(found, "/new/reprise", "/old/reprise", "abc")
        self.assertEqual((row.ours, row.peer), (ours, ["clock", "/old/reprise", "train"]))
        self.assertEqual(row.seconds, {"ours": "seconds", "peer": "seconds"})
        self.assertEqual((row.peer_name, row.peer_choices, row.unit, row.return_tolerance), ("abc", [[]], "s", 7))

    def test_every_group_has_rows_beside_a_commit(self):
        found = list(comparisons.rows("/new/reprise", "python", True))
        beside = list(comparisons.beside(found, "/new/reprise", "/old/reprise", "abc"))
        self.assertEqual({row.group for row in beside}, {row.group for row in found})
        for row in beside:
            self.assertEqual((row.ours.count("/new/reprise"), row.peer.count("/old/reprise")), (1, 1))
            self.assertNotIn("/new/reprise", row.peer)

    def git(self, *arguments):
        return subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *arguments], cwd=self.folder, check=True,
                              capture_output=True, text=True).stdout.strip()

    def test_a_commit_is_checked_out_once_and_stays(self):
        self.git("init", "-q")
        (self.folder / "file").write_text("old")
        self.git("add", "file")
        self.git("commit", "-qm", "old")
        self.git("commit", "-qm", "new", "--allow-empty")
        commit = building.resolve("HEAD~1", self.folder)
        self.assertEqual(commit, self.git("rev-parse", "HEAD~1"))
        said = []
        folder = building.checkout(commit, said.append, self.folder)
        self.assertEqual((folder / "file").read_text(), "old")
        (folder / "built").write_text("")
        self.assertEqual(building.checkout(commit, said.append, self.folder), folder)
        self.assertTrue((folder / "built").exists())
        self.assertEqual(len(said), 1)
        # Git remembers what was removed by hand.
        folder.rename(self.folder / "elsewhere")
        self.assertEqual((building.checkout(commit, said.append, self.folder) / "file").read_text(), "old")

    def test_an_unknown_commit_is_a_sentence(self):
        self.git("init", "-q")
        for name in ("nothing", "1" * 40):
            with self.assertRaisesRegex(rows.BenchError, f"'{name}' is no commit"):
                building.resolve(name, self.folder)

    def bench(self, *arguments):
        return subprocess.run([str(building.ROOT / "Tools" / "bench"), *arguments], capture_output=True, text=True,
                              timeout=60, env=os.environ | {"PATH": f"{self.folder}:{os.environ['PATH']}"})

    def test_a_row_that_fails_is_reported_and_the_others_go_on(self):
        self.script("vulkaninfo", "echo 'deviceName = D'; echo 'driverInfo = E'")
        answer = json.dumps({"steps_per_second": 3})
        (ours,) = self.script("reprise", f"case $* in *acrobot*) echo no such environment >&2; exit 64;; esac; echo '{answer}'")
        (peer,) = self.script("python", f"echo '{answer}'")
        file = self.folder / "new" / "results.json"
        process = self.bench("environment", "--quick", "--only", "gymnax", "--reprise", ours, "--python", peer, "--json", file)
        self.assertEqual(process.returncode, 1)
        self.assertIn("exited with 64: no such environment", process.stderr.splitlines()[-1])
        self.assertEqual(process.stdout.count("| 3/s | gymnax on JAX CPU 3/s |"), len(comparisons.ENVIRONMENTS) - 1)
        record = json.loads(file.read_text())
        self.assertEqual((len(record["rows"]), len(record["failures"])), (len(comparisons.ENVIRONMENTS) - 1, 1))
        self.assertEqual((record["drivers"], record["most_pairs"], record["quick"]), ("D, E", 3, True))
        self.assertEqual([len(row["pairs"]) for row in record["rows"]], [3] * len(record["rows"]))

    def test_options_that_make_no_sense_are_refused(self):
        for arguments, expected in ((["engine", "--against", "HEAD"], "engine has none"), (["--pairs", "1"], "at least 2"),
                                    (["--against", "nothing"], "'nothing' is no commit")):
            process = self.bench(*arguments, "--reprise", "/bin/false")
            self.assertNotEqual(process.returncode, 0)
            self.assertIn(expected, process.stderr)


if __name__ == "__main__":
    unittest.main()
