# Tests of plans beside a device's limits: python3 -m unittest discover -s Tools/Benchmarks

import json
import unittest

import gaps
import plans
import rows
from fakes import Fakes

LIMITS = {"gigabytes_per_second": 4, "near_gigabytes_per_second": 10, "gflops": 50, "launch_microseconds": 2,
          "launch_without_barrier_microseconds": 1, "timestamp_microseconds": 0.5, "submission_microseconds": 30, "device": "D",
          "driver": "E"}


def dispatch(label="mul", kernel="fused_0", segment="step", barrier=True, runs=1, microseconds=10, read=0, written=0, flops=0):
    return {"label": label, "kernel": kernel, "segment": segment, "barrier": barrier, "runs": runs,
            "microseconds": microseconds, "bytes_read": read, "bytes_written": written, "flops": flops}


class Plans(Fakes):
    def test_the_least_time_is_a_launch_and_the_longer_of_bytes_and_operations(self):
        for measured, least in (
            (dispatch(read=60_000, written=40_000), 2 + 10), (dispatch(read=60_000, written=40_000, barrier=False), 1 + 10),
            (dispatch(read=60_000, written=40_000, flops=1_000_000), 2 + 20), (dispatch(read=4_000_000), 2 + 1000),
        ):
            self.assertAlmostEqual(plans.costs(measured, LIMITS)[2], least * 1e-6)

    def test_sums_count_every_run(self):
        found = plans.sums([dispatch(runs=3, read=100, flops=7), dispatch(barrier=False)], LIMITS)
        self.assertEqual((found["dispatches"], found["bytes"], found["flops"]), (4, 300, 21))
        self.assertAlmostEqual(found["seconds"], 40e-6)
        self.assertAlmostEqual(found["launch"], 7e-6)
        self.assertAlmostEqual(found["distance"], 40 / (7 + 0.03))

    def test_a_dispatch_belongs_to_a_family_by_segment_kernel_and_label(self):
        for of, expected in (
            (dispatch("rollout cartpole 128×64", "rollout_cartpole", "rollout"), "rollout"),
            (dispatch("matmul 1×3×256", "matrix_product", "act"), "rollout"),
            (dispatch("matmul 2×3×4", "matrix_product_held"), "products"),
            (dispatch("matmul: sum of 4 parts", "matrix_product_parts"), "products"),
            (dispatch("conv2d_weights: sum of 8 parts", "matrix_product_parts"), "depthwise"),
            (dispatch("conv_transpose2d", "depthwise_convolution"), "depthwise"),
            (dispatch("mul, add, div, sqrt, … (18); add, assign losses (2)"), "optimizer"),
            (dispatch("index_select; index_select", read=9, written=9), "gathers"),
            (dispatch("index_select, div, gather, sub, … (31)", read=9, written=5), "elementwise"),
            (dispatch("sub, mul, add, relu, … (13)", read=9_000, written=15), "reductions"),
            (dispatch("sub, mul, add, relu, … (13)", read=9_000, written=4_500), "elementwise"),
            (dispatch("generalized_advantage", "generalized_advantage"), "reductions"),
            (dispatch("ring_append", "ring_append"), "gathers"), (dispatch("ring_append", "ring_append", "report"), "report"),
        ):
            self.assertEqual(plans.family(of), expected, of["label"])

    def test_of_several_limits_the_highest_rates_and_the_median_of_times_count(self):
        self.assertEqual(plans.best([LIMITS | {"gflops": 40, "launch_microseconds": time} for time in (1, 3, 9)] + [LIMITS]),
                         LIMITS | {"launch_microseconds": 2.5})

    def test_a_dispatch_has_the_median_of_its_times(self):
        profiles = [[dispatch("a", microseconds=time), dispatch("b", microseconds=1)] for time in (5, 900, 6)]
        self.assertEqual([found["microseconds"] for found in plans.middle(profiles)], [6, 1])
        with self.assertRaisesRegex(rows.BenchError, "other dispatches"):
            plans.middle([[dispatch("a")], [dispatch("b")]])

    def test_the_standard_plans_have_the_settings_of_the_rows_beside_peers(self):
        found = {plan.name: plan for plan in plans.plans("reprise", False)}
        self.assertEqual(list(found), ["ppo", "sac", "mlp", "tiny", "separable"])
        self.assertEqual(found["ppo"].steps, 64 * 128)
        for name, parts in (("ppo", ["train", "ppo", "--epochs", "4"]), ("sac", ["sac", "256,256", "--batch", "256"]),
                            ("mlp", ["mlp", "256"]), ("tiny", ["tiny", "32"]), ("separable", ["separable", "256"])):
            self.assertTrue(set(parts) <= set(found[name].command), found[name].command)

    def test_plans_are_measured_by_our_commands_and_the_page_tells_them(self):
        profile = [dispatch("matmul 1×2×3", "matrix_product", microseconds=500, read=60_000, written=40_000, flops=10_000_000),
                   dispatch("sum", barrier=False, microseconds=3, read=1024)]
        answer = {"steps_per_second": 8192 / 0.4e-3, "profile": profile}
        (self.folder / "limits.json").write_text(json.dumps(LIMITS))
        (self.folder / "answer.json").write_text(json.dumps(answer))
        reprise = self.script("reprise", f"echo \"$@\" >> {self.log}\n"
                              f'[ "$2" = limits ] && exec cat {self.folder}/limits.json\ncat {self.folder}/answer.json')[0]
        limits, (ppo,) = plans.measure(reprise, "ppo", True, lambda text: None)
        self.assertEqual(limits, LIMITS)
        runs = self.log.read_text().splitlines()
        self.assertEqual(runs[0], "bench limits --json")
        self.assertEqual([line.endswith("--json --profile") for line in runs[1:]], [True, False])
        self.assertAlmostEqual(ppo["seconds"], 0.4e-3)
        text = plans.page("2026-01-01", "abc", 2, 0.5, limits, [ppo])
        self.assertIn("| products | 1 | 97.7 KiB | 10 MFLOP | 0.5 ms | 0.002 ms | 0.202 ms | 2.5 |", text)
        self.assertIn("| total | 2 |", text)
        self.assertIn("without timestamps takes 0.4 ms, 2.0 times the least", text)
        self.assertIn(f"- products, 2.5 times: {gaps.sentence('ppo', 'products')}", text)
        # Close to its limits, or next to nothing.
        self.assertNotIn("- reductions", text)

    def test_a_step_s_own_replays_have_no_timestamps(self):
        answer = json.dumps({"steps_per_second": 4, "profile": [dispatch()]})
        reprise = self.script("reprise", f"echo \"$@\" >> {self.log}; echo '{answer}'")
        plan = plans.Plan("mlp", "a step", [*reprise, "bench", "step", "mlp", "--json"])
        self.assertEqual(plans.measure_plan(plan, LIMITS, True, lambda text: None)["seconds"], 0.25)
        self.assertEqual(len(self.log.read_text().splitlines()), 1)

    def test_every_family_s_gap_has_its_sentence(self):
        for family in ("products", "depthwise", "elementwise", "reductions", "gathers", "optimizer", "rollout", "report"):
            told = gaps.sentence("ppo", family)
            self.assertTrue(told.endswith(".") and told != gaps.sentence("ppo", "nonsense"), family)
        self.assertTrue(all(plan in ("ppo", "sac", "mlp", "tiny", "separable") for plan, _ in gaps.OF_A_PLAN))

    def test_a_device_without_a_clock_is_a_sentence(self):
        reprise = self.script("reprise", """echo '{"steps_per_second": 4, "profile": []}'""")
        with self.assertRaisesRegex(rows.BenchError, "has no clock"):
            plans.measure_plan(plans.Plan("mlp", "a step", [*reprise, "bench"]), LIMITS, True, lambda text: None)


if __name__ == "__main__":
    unittest.main()
