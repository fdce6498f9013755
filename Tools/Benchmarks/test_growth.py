# Tests of the growth of time and memory: python3 -m unittest discover -s Tools/Benchmarks

import json
import unittest

import growth
import rows
from fakes import Fakes


def points(sizes, seconds, memory=lambda size: 100 * size**2):
    return [{"size": size, "seconds": seconds(size), "device_bytes": memory(size), "peak_bytes": 2**21, "device": "D",
             "driver": "E"} for size in sizes]


class Growth(Fakes):
    def test_the_large_end_has_an_exponent_and_meets_the_small_end_at_the_knee(self):
        sizes = [1, 4, 16, 64, 256, 1024, 4096]
        found = growth.shape(points(sizes, lambda size: 1e-3 * max(1, (size / 32) ** 1.5)))
        self.assertAlmostEqual(found["time_exponent"], 1.5)
        self.assertAlmostEqual(found["memory_exponent"], 2)
        self.assertAlmostEqual(found["knee"], 32)
        # Between 16 and 64, a part is flat still.
        self.assertAlmostEqual(found["steepest"][0], 1.5)
        found = growth.shape(points(sizes, lambda size: 1e-6 * size * (50 if size > 64 else 1)))
        self.assertEqual(found["steepest"][1:], (64, 256))

    def test_there_is_no_knee_where_time_grows_from_the_start_or_never(self):
        for seconds in (lambda size: size, lambda size: 1 + 1e-4 * size):
            self.assertIsNone(growth.shape(points([1, 10, 100, 1000], seconds))["knee"])

    def test_sizes_are_measured_by_our_commands_and_the_page_tells_them(self):
        answer = {"steps_per_second": 4, "device_bytes": 3 * 2**20, "device": "D", "driver": "E"}
        reprise = self.script("reprise", f"echo \"$@\" >> {self.log}; echo '{json.dumps(answer)}'")[0]
        quick, full = (growth.measure(reprise, "copies", is_quick, lambda text: None) for is_quick in (True, False))
        (few,), (whole,) = quick, full
        self.assertEqual([point["size"] for point in few["points"]], [1, 16, 256, 4096, 65536])
        self.assertEqual([point["size"] for point in whole["points"]], [4**power for power in range(9)])
        # A step of all copies is as many of those that are counted.
        self.assertEqual([point["seconds"] for point in few["points"]], [size / 4 for size in (1, 16, 256, 4096, 65536)])
        runs = self.log.read_text().splitlines()
        self.assertEqual(len(runs), 5 + 5 * 9)
        self.assertEqual(runs[4], "bench environment cartpole --copies 65536 --steps 33554432 --json")
        text = growth.page("2026-01-01", "abc", 2, 0.5, full)
        self.assertIn("| 1 to 65,536 | 250 ms to 16,384 s | 1.00 | none |", text)
        self.assertIn("| 3 MiB to 3 MiB | 0.00 |", text)
        self.assertIn("](copies.svg)", text)

    def test_depth_and_width_are_hidden_layers(self):
        commands = {series.name: series.command(series.sizes[1], True) for series in growth.SERIES}
        for name, hidden in (("depth", "64,64"), ("width", "32,32"), ("batch", "128")):
            self.assertEqual(commands[name][commands[name].index("--hidden") + 1], hidden)
        self.assertEqual(commands["batch"][commands["batch"].index("--batch") + 1], "4")

    def test_a_size_that_fails_is_a_sentence(self):
        with self.assertRaisesRegex(rows.BenchError, "exited with 64: no such option"):
            growth.measure(self.script("reprise", "echo no such option >&2; exit 64")[0], "depth", True, print)

    def test_durations_have_their_unit(self):
        times = {2.5: "2.5 s", 0.25: "250 ms", 0.00125: "1.25 ms", 3e-6: "3 µs", 3.08e-7: "308 ns"}
        self.assertEqual([growth.duration(seconds) for seconds in times], list(times.values()))


if __name__ == "__main__":
    unittest.main()
