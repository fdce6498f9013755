# What is compared: each row runs our command and a peer's, both of which print a JSON object on their last line.

import json
import os
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
# A run that takes longer than this is stuck.
TIMEOUT_SECONDS = 1800


class BenchError(Exception):
    """A sentence for the person who runs the benchmark."""


@dataclass
class Row:
    group: str
    work: str
    peer_name: str
    ours: list
    peer: list
    # Arguments to choose among, once, by a run of each: the peer is compared at its fastest.
    peer_choices: list = field(default_factory=lambda: [[]])
    # Whether a step's milliseconds are shown in place of steps a second.
    in_milliseconds: bool = False


# `reprise bench step`: what it is called, its model, the batch, and steps that take some seconds.
STEPS = [("784-16-10", "tiny", 32, 5000), ("784-128-10", "mlp", 32, 2000), ("784-128-10", "mlp", 256, 1000),
         ("separable (32,458 parameters) on [1, 28, 28]", "separable", 32, 100),
         ("separable (32,458 parameters) on [1, 28, 28]", "separable", 256, 20)]


def step_rows(reprise, python, quick):
    """Training steps beside PyTorch, as it is and compiled, with a thread a core."""
    for name, model, batch, steps in STEPS:
        count, size = str(max(10, steps // 20) if quick else steps), ["--batch", str(batch)]
        ours = [reprise, "bench", "step", model, *size, "--replays", count, "--json"]
        peer = [python, str(HERE / "torch_step.py"), model, *size, "--steps", count, "--threads", str(os.cpu_count())]
        for peer_name, choices in (("PyTorch", [[], ["--fused"]]), ("torch.compile", [["--fused", "--compile"]])):
            yield Row("supervised", f"training step of {name}, batch {batch}", peer_name, ours, peer, choices, True)


# What we call an environment, what gymnax calls it, and steps that take some seconds.
ENVIRONMENTS = [("cartpole", "CartPole-v1", 200_000_000), ("acrobot", "Acrobot-v1", 50_000_000),
                ("mountaincar", "MountainCar-v0", 50_000_000),
                ("mountaincar-continuous", "MountainCarContinuous-v0", 50_000_000), ("pendulum", "Pendulum-v1", 50_000_000)]


def environment_rows(reprise, python, quick):
    """Environments stepped alone beside gymnax's."""
    for ours, theirs, steps in ENVIRONMENTS:
        size = ["--copies", "4096", "--steps", str(steps // 10 if quick else steps), "--seed", "{seed}"]
        yield Row("environment", f"{theirs} stepping alone, 4096 copies, random actions", "gymnax on JAX CPU",
                  [reprise, "bench", "environment", ours, *size, "--json"],
                  [python, str(HERE / "gymnax_environment.py"), theirs, *size])


def rows(reprise, python, quick):
    training = 100_000 if quick else 500_000
    return [
        Row(
            "training", "PPO CartPole, training included, 64×128, 4 epochs × 4 minibatches, 2×64 tanh",
            "Stable-Baselines3",
            [reprise, "train", "ppo", "--environment", "cartpole", "--environments", "64", "--horizon", "128",
             "--epochs", "4", "--minibatches", "4", "--hidden", "64,64", "--learning-rate", "2.5e-4",
             "--gamma", "0.99", "--gae-lambda", "0.95", "--entropy", "0", "--anneal", "none", "--steps", str(training),
             "--seed", "{seed}", "--run", "{folder}/run", "--json"],
            [python, str(HERE / "sb3_ppo_cartpole.py"), "--steps", str(training), "--seed", "{seed}"],
            [["--threads", "1"], []]),
        *environment_rows(reprise, python, quick),
        *step_rows(reprise, python, quick),
    ]


def run(command, seed):
    """Runs the command in a process of its own and returns its JSON object."""
    with tempfile.TemporaryDirectory() as folder:
        filled = [part.replace("{seed}", str(seed)).replace("{folder}", folder) for part in command]
        shown = " ".join(Path(part).name if "/" in part else part for part in filled)
        try:
            process = subprocess.run(filled, capture_output=True, text=True, timeout=TIMEOUT_SECONDS)
        except OSError as error:
            raise BenchError(f"`{shown}` did not start: {error.strerror}. Is it built?") from error
        except subprocess.TimeoutExpired as error:
            raise BenchError(f"`{shown}` was still running after {TIMEOUT_SECONDS} s and was stopped.") from error
    if process.returncode != 0:
        raise BenchError(f"`{shown}` exited with {process.returncode}: {(process.stderr or process.stdout).strip()[-2000:]}")
    last = (process.stdout.strip().splitlines() or [""])[-1]
    try:
        result = json.loads(last)
        if not result["steps_per_second"] > 0:
            raise ValueError
        return result
    except (ValueError, KeyError, TypeError) as error:
        raise BenchError(
            f"`{shown}` must print a JSON object with a positive steps_per_second on its last line; "
            f"it printed: {last[:200]!r}") from error


def check_same_work(row, pair):
    """Refuses a pair that say what they computed, and computed something else."""
    for key, tolerance in (("parameters", 0), ("loss", 1e-3)):
        ours, peer = (pair[side].get(key) for side in ("ours", "peer"))
        if ours is not None and peer is not None and not abs(ours - peer) <= tolerance * abs(peer):
            raise BenchError(f"{row.work}: not the same work: our {key} is {ours}, {row.peer_name}'s is {peer}.")


def measure(row, pairs, progress):
    """The row's pairs of results, taken in the order A B B A …, after choosing the peer's fastest arguments."""
    choices = row.peer_choices
    chosen = choices[0]
    if len(choices) > 1:
        chosen = max(choices, key=lambda choice: run(row.peer + choice, 0)["steps_per_second"])
    commands = {"ours": row.ours, "peer": row.peer + chosen}
    results = []
    for pair in range(pairs):
        order = ["ours", "peer"] if pair % 2 == 0 else ["peer", "ours"]
        results.append({side: run(commands[side], pair + 1) for side in order})
        check_same_work(row, results[-1])
        progress(f"{row.group} {pair + 1}/{pairs}: ours {results[-1]['ours']['steps_per_second']:,.0f}/s, "
                 f"{row.peer_name} {results[-1]['peer']['steps_per_second']:,.0f}/s")
    return results
