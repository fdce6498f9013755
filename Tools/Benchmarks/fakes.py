# What the tests of the benchmark share: shell scripts for ours and the peer.

import json
import tempfile
import unittest
from pathlib import Path

import rows


class Fakes(unittest.TestCase):
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
