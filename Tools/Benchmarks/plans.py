# Where the time of our standard plans goes, beside what the device's limits allow.

import re
from dataclasses import dataclass
from statistics import median

import comparisons
import engine
import gaps
import report
import rows

COLUMNS = ["family", "dispatches", "bytes", "FLOPs", "time by kernel", "time by launch", "least time", "time / least"]
# Bytes of a dispatch that a near cache holds.
NEAR = 2**20
# A fused kernel that reads so many times what it writes is a reduction.
REDUCED = 4
# From this distance and this share of a plan's time on, a gap is told.
FAR, WORTH_TELLING = 1.5, 0.01
RUNS = 5


@dataclass
class Plan:
    name: str
    work: str
    # As a row of `comparisons` runs it, and those of the steps that it counts that a replay makes.
    command: list
    steps: int = 1


def plans(reprise, quick):
    """The standard plans, with the settings of the rows that stand beside peers."""
    ppo, sac = (next(of(reprise, "", quick)) for of in (comparisons.ppo_rows, comparisons.sac_rows))
    steps = {tuple(row.ours[3:6]): row for row in comparisons.step_rows(reprise, "", quick)}
    copies, horizon = (int(ppo.ours[ppo.ours.index(name) + 1]) for name in ("--environments", "--horizon"))
    yield Plan("ppo", ppo.work, ppo.ours, copies * horizon)
    yield Plan("sac", sac.work, sac.ours)
    for name, model, batch in (("mlp", "mlp", "256"), ("tiny", "tiny", "32"), ("separable", "separable", "256")):
        row = steps[model, "--batch", batch]
        yield Plan(name, row.work, row.ours)


def is_gather(label):
    """Whether rows or elements at computed places are copied, and nothing else."""
    return all(re.fullmatch(r"(index_select|sample_rows|gather|cat)( \(\d+\))?", part) for part in label.split("; "))


def family(dispatch):
    """What a dispatch is for, by its segment, its kernel and its label."""
    kernel, label = dispatch["kernel"], dispatch["label"]
    if dispatch["segment"] == "report":
        return "report"
    if dispatch["segment"] in ("rollout", "act") or kernel.startswith(("rollout_", "step_", "explore_")):
        return "rollout"
    if kernel.startswith("depthwise") or label.startswith("conv"):
        return "depthwise"
    if kernel.startswith("matrix_product"):
        return "products"
    # Adam's rule, whatever it is fused with, its corrections, and soft updates of targets.
    if re.search(r"optimizer|mul, add, div, sqrt|arange, bitwise_right_shift, gather, mul|lerp, assign target", label):
        return "optimizer"
    if kernel in ("minibatch_indices", "ring_append") or is_gather(label):
        return "gathers"
    if kernel.startswith("log_softmax") or kernel == "generalized_advantage":
        return "reductions"
    if kernel.startswith("fused_") and dispatch["bytes_read"] >= REDUCED * dispatch["bytes_written"] > 0:
        return "reductions"
    return "elementwise"


def costs(dispatch, limits):
    """Seconds of one run: as measured, of its launch, and the least that the limits allow, launch included."""
    launch = limits["launch_microseconds" if dispatch["barrier"] else "launch_without_barrier_microseconds"] * 1e-6
    size = dispatch["bytes_read"] + dispatch["bytes_written"]
    bandwidth = limits["near_gigabytes_per_second" if size <= NEAR else "gigabytes_per_second"] * 1e9
    return dispatch["microseconds"] * 1e-6, launch, launch + max(size / bandwidth, dispatch["flops"] / (limits["gflops"] * 1e9))


def sums(dispatches, limits):
    """What runs of dispatches come to in a replay."""
    found = dict.fromkeys(("dispatches", "bytes", "flops", "seconds", "launch", "least"), 0)
    for dispatch in dispatches:
        runs, (seconds, launch, least) = dispatch["runs"], costs(dispatch, limits)
        for key, value in (("dispatches", 1), ("bytes", dispatch["bytes_read"] + dispatch["bytes_written"]),
                           ("flops", dispatch["flops"]), ("seconds", seconds), ("launch", launch), ("least", least)):
            found[key] += runs * value
    return found | {"distance": found["seconds"] / found["least"]}


def families(dispatches, limits):
    """The sums of each family, the longest first."""
    grouped = {}
    for dispatch in dispatches:
        grouped.setdefault(family(dispatch), []).append(dispatch)
    found = {name: sums(members, limits) for name, members in grouped.items()}
    return dict(sorted(found.items(), key=lambda item: -item[1]["seconds"]))


def middle(profiles):
    """The dispatches of several profiles of a plan, each with the median of its times."""
    if len({tuple(dispatch["label"] for dispatch in profile) for profile in profiles}) > 1:
        raise rows.BenchError("Two profiles of a plan have other dispatches.")
    return [same[0] | {"microseconds": median(dispatch["microseconds"] for dispatch in same)} for same in zip(*profiles)]


def measure_plan(plan, limits, quick, progress):
    """One plan: its dispatches, and a whole replay without timestamps."""
    profiles, seconds, results = [], [], []
    is_step = plan.command[1] == "bench"
    for number in range(1 if quick else RUNS):
        results.append(rows.run([*plan.command, "--profile"], number + 1))
        # The replays of `bench step` that are timed have no timestamps, profile or not.
        whole = results[-1] if is_step else rows.run(plan.command, number + 1)
        profiles.append(results[-1]["profile"])
        seconds.append(plan.steps / whole["steps_per_second"])
        progress(f"{plan.work}: {report.number(seconds[-1] * 1e3)} ms a replay")
    if not profiles[0]:
        raise rows.BenchError("This device's queue has no clock: no times of dispatches.")
    dispatches = middle(profiles)
    return {"name": plan.name, "work": plan.work, "command": plan.command, "seconds": median(seconds), "all_seconds": seconds,
            "families": families(dispatches, limits), "total": sums(dispatches, limits), "dispatches": dispatches}


def best(several):
    """Of several runs the highest rates, and the median of times: a gang that is crowded launches at the price of one core."""
    return {key: value if isinstance(value, str) else (median if key.endswith("microseconds") else max)(
        found[key] for found in several) for key, value in several[0].items()}


def measure(reprise, only, quick, progress):
    """The limits of the device, and all plans whose name or work contains the text."""
    limits = best([engine.run(reprise, ["bench", "limits"]) for _ in range(1 if quick else RUNS)])
    progress(sentence(limits))
    found = [measure_plan(plan, limits, quick, progress) for plan in plans(reprise, quick)
             if only in plan.name or only in plan.work]
    return limits, found


def sentence(limits):
    """The limits in words."""
    return (f"A copy moves {report.number(limits['gigabytes_per_second'])} GB/s through memory and "
            f"{report.number(limits['near_gigabytes_per_second'])} GB/s within a near cache, reads and writes together; "
            f"multiply-adds in registers come to {report.number(limits['gflops'])} GFLOP/s; a dispatch takes at least "
            f"{report.number(limits['launch_microseconds'])} µs behind a barrier and "
            f"{report.number(limits['launch_without_barrier_microseconds'])} µs without one, a timestamp adds "
            f"{report.number(limits['timestamp_microseconds'])} µs, and a submission takes "
            f"{report.number(limits['submission_microseconds'])} µs.")


def amount(value, step, units):
    """A number in the largest unit that keeps one digit before the point; 0 is nothing."""
    power = 0
    while value >= step and power < len(units) - 1:
        value, power = value / step, power + 1
    return f"{report.number(value)} {units[power]}" if value else "–"


def milliseconds(seconds):
    return f"{report.number(seconds * 1e3)} ms"


def line(name, found):
    """One row of a table."""
    return dict(zip(COLUMNS, [
        name, f"{found['dispatches']:,}", amount(found["bytes"], 1024, ["B", "KiB", "MiB", "GiB"]),
        amount(found["flops"], 1000, ["FLOP", "kFLOP", "MFLOP", "GFLOP"]), milliseconds(found["seconds"]),
        milliseconds(found["launch"]), milliseconds(found["least"]), f"{found['distance']:.1f}",
    ], strict=True))


def explained(plan):
    """A sentence on each family that is far from its limits and takes some of the time."""
    for name, found in plan["families"].items():
        if found["distance"] >= FAR and found["seconds"] >= WORTH_TELLING * plan["total"]["seconds"]:
            yield f"- {name}, {found['distance']:.1f} times: {gaps.sentence(plan['name'], name)}"


def section(plan):
    """A plan's table and what is said of it."""
    lines = [line(name, found) for name, found in plan["families"].items()] + [line("total", plan["total"])]
    told = list(explained(plan))
    return "\n".join([
        f"## {plan['work']}", "", report.table(lines, COLUMNS), "",
        f"A replay without timestamps takes {milliseconds(plan['seconds'])}, "
        f"{plan['seconds'] / plan['total']['least']:.1f} times the least.", "", *told, *([""] if told else [])])


def page(date, commit, cores, load, limits, found):
    """The text of PLANS.md."""
    return "\n".join([
        "# Plans", "",
        f"`Tools/bench plans`, {date}, {commit}, on {cores} cores, load average {load:.1f} at the start; {limits['device']}, "
        f"{limits['driver']}.", "",
        f"The limits, measured by `reprise bench limits`: {sentence(limits)}", "",
        "Time by kernel is that of a profile, median of runs, each dispatch with the timestamp behind it. Time by launch is "
        "what as many of the smallest dispatches take, with the same barriers. The least time is that plus, of each "
        "dispatch, the longer of its bytes at the copy's bandwidth (within a near cache up to "
        f"{amount(NEAR, 1024, ['B', 'KiB', 'MiB'])}) and its operations at the multiply-adds' rate. Bytes are those that "
        "kernels touch, at most; operations that nobody counted are missing.", "",
        *[section(plan) for plan in found]])
