# What is compared: the rows of `Tools/bench`, by group.

import os
from dataclasses import replace
from pathlib import Path

from rows import Row

HERE = Path(__file__).resolve().parent
# Arguments of a peer on PyTorch: one thread, or as many as it chooses.
THREADS = [["--threads", "1"], []]
SB3 = "Stable-Baselines3"

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
            yield Row("supervised", f"training step of {name}, batch {batch}", peer_name, ours, peer, choices, unit="ms")


# Rows and columns of the factors, and runs of each product in a process, of which the best counts.
PRODUCTS = [(64, 200), (256, 50), (1024, 5)]


def product_rows(reprise, python, quick):
    """Square products beside NumPy's BLAS; in the largest, which a naive kernel computes too, launches cost next to nothing."""
    for size, runs in PRODUCTS:
        size_and_runs = ["--size", str(size), "--runs", str(min(runs, 5) if quick else runs)]
        ours = [reprise, "bench", "product", *size_and_runs, "--json"]
        numpy = [python, str(HERE / "numpy_product.py"), *size_and_runs]
        work, seconds, is_control = f"{size}³ float32 product", {"ours": "seconds"}, size == 1024
        yield Row("product", work, "NumPy", ours, numpy, THREADS, unit="ms", seconds=seconds, is_control=is_control)
        if is_control:
            seconds = {"ours": "seconds", "peer": "naive_seconds"}
            yield Row("product", work, "our naive kernel", ours, [], unit="ms", seconds=seconds, is_control=True)


# What we call an environment, what Gymnasium calls it, steps that take some seconds, and by how much mean returns of random
# actions may differ.
ENVIRONMENTS = [("cartpole", "CartPole-v1", 200_000_000, 0.5), ("acrobot", "Acrobot-v1", 50_000_000, 2),
                ("mountaincar", "MountainCar-v0", 50_000_000, 0.5),
                ("mountaincar-continuous", "MountainCarContinuous-v0", 50_000_000, 0.5),
                ("pendulum", "Pendulum-v1", 50_000_000, 10)]


def environment_rows(reprise, python, quick):
    """Environments stepped alone beside gymnax's, EnvPool's and Taichi's; all draw the random actions within the time."""
    for ours, theirs, steps, tolerance in ENVIRONMENTS:
        def size(count):
            return ["--copies", "4096", "--steps", str(count), "--seed", "{seed}"]

        few = steps // 10
        count = few if quick else steps
        stepping = ("environment", f"{theirs} stepping alone, 4096 copies, random actions")
        command = [reprise, "bench", "environment", ours, *size(count), "--json"]
        for peer_name, script, taken, choices in (
            ("gymnax on JAX CPU", "gymnax_environment.py", count, [[]]),
            # A tenth of the steps, which take it as long as the others all of theirs.
            ("EnvPool", "envpool_environment.py", few, [[], ["--batch", "1024"]]),
        ):
            yield Row(*stepping, peer_name, command, [python, str(HERE / script), theirs, *size(taken)], choices,
                      return_tolerance=tolerance)
        if ours == "cartpole":
            yield Row(*stepping, "Taichi on the same Vulkan driver", command,
                      [python, str(HERE / "taichi_cartpole.py"), *size(count)], return_tolerance=tolerance)


def training(reprise, algorithm, environment, steps, **settings):
    """Our command that trains without a recipe, so that every setting is here or a default of the algorithm."""
    options = [part for name, value in settings.items() for part in (f"--{name.replace('_', '-')}", str(value))]
    return [reprise, "train", algorithm, "--environment", environment, "--no-recipe", *options, "--steps", str(steps),
            "--seed", "{seed}", "--run", "{folder}/run", "--overwrite", "--json"]


def cartpole(reprise, steps, copies, horizon, **settings):
    """Our PPO on CartPole with what all rows have in common."""
    return training(reprise, "ppo", "cartpole", steps, environments=copies, horizon=horizon, hidden="64,64", clip=0.2,
                    entropy=0, value_coefficient=0.5, max_gradient_norm=0.5, **settings)


# Of the rows beside programs of our own choice.
PPO = {"epochs": 4, "minibatches": 4, "learning_rate": 2.5e-4, "gamma": 0.99, "gae_lambda": 0.95}
# What rl-baselines3-zoo trains CartPole by.
ZOO = {"epochs": 20, "minibatches": 1, "learning_rate": 1e-3, "gamma": 0.98, "gae_lambda": 0.8,
       "anneal": "learning-rate,clip"}


def ppo_rows(reprise, python, quick):
    """PPO on CartPole beside Stable-Baselines3, and beside one compiled program of JAX, which anneals the step size."""
    for copies, horizon, iterations in ((64, 128, 61), (1024, 32, 16)):
        steps = (12 if quick else iterations) * copies * horizon
        size = ["--copies", str(copies), "--horizon", str(horizon), "--steps", str(steps), "--seed", "{seed}"]
        for peer_name, script, anneal, choices in (
            (SB3, "sb3_ppo_cartpole.py", "none", THREADS), ("JAX on CPU", "jax_ppo_cartpole.py", "learning-rate", [[]]),
        ):
            ours = cartpole(reprise, steps, copies, horizon, **PPO, anneal=anneal)
            work = f"PPO CartPole, training included, {copies}×{horizon}, 4 epochs × 4 minibatches, 2×64 tanh"
            yield Row(
                "training", work + ("" if anneal == "none" else ", step size annealed"), peer_name, ours,
                [python, str(HERE / script), *size], choices, return_tolerance=100)


def sac_rows(reprise, python, quick):
    """SAC on Pendulum, one update for each environment step, so that a second's steps are its updates as well."""
    # Too few steps to learn in give returns that say nothing.
    steps, tolerance = (400, None) if quick else (2000, 400)
    # Random actions before the first update, which are in no speed.
    starts = 400
    for copies in (1, 4):
        ours = training(
            reprise, "sac", "pendulum", starts + steps, environments=copies, train_frequency=1, gradient_steps=copies,
            learning_starts=starts, buffer_size=20_000, batch=256, return_steps=1, hidden="256,256", learning_rate=1e-3,
            gamma=0.99, tau=0.005, alpha="none", gsde="false")
        peer = [python, str(HERE / "sb3_sac_pendulum.py"), "--copies", str(copies), "--starts", str(starts),
                "--steps", str(steps), "--seed", "{seed}"]
        yield Row("training", f"SAC Pendulum, an update a step, batch 256, 2×256, copies: {copies}", SB3, ours, peer,
                  THREADS, return_tolerance=tolerance)


def clocked(python, goal, command, caches=None):
    """The command under a clock, with caches of its own where they are named."""
    chosen = ["--caches", caches] if caches else []
    return [python, str(HERE / "wall_clock.py"), *goal, *chosen, "--", *command]


def zoo(python, *options):
    return [python, str(HERE / "sb3_zoo_cartpole.py"), "--seed", "{seed}", *options]


def return_rows(reprise, python, quick):
    """From the start of a process until CartPole is learnt, each side by its own recipe."""
    # No return is above 500, so that only a side that hasn't learnt is further away.
    least, tolerance = (100, None) if quick else (475, 25)
    goal = ["--least", str(least)]
    ours = [reprise, "train", "ppo", "--environment", "cartpole", "--seed", "{seed}", "--run", "{folder}/run", "--overwrite",
            "--json"]
    for caches in ("cold", "warm"):
        yield Row("training", f"PPO from the start of the process to a mean return of {least} on CartPole, {caches} caches",
                  f"{SB3}, rl-zoo's recipe", clocked(python, goal, ours, caches), clocked(python, goal, zoo(python)), THREADS,
                  unit="s", return_tolerance=tolerance)


def start_rows(reprise, python, quick):
    """From the start of a process to the end of its first iteration, updates included; quick or not, it is one."""
    copies, horizon = 64, 128
    iteration = copies * horizon
    peer = [python, str(HERE / "sb3_ppo_cartpole.py"), "--copies", str(copies), "--horizon", str(horizon), "--steps",
            str(iteration), "--seed", "{seed}"]
    ours = cartpole(reprise, 2 * iteration, copies, horizon, **PPO, anneal="none")
    yield Row("training", f"PPO CartPole {copies}×{horizon} from the start of the process to its first update, warm caches",
              SB3, clocked(python, ["--first"], ours, "warm"), clocked(python, ["--first"], peer), THREADS, unit="s",
              return_tolerance=10)


def whole_rows(reprise, python, quick):
    """A whole command that trains CartPole by rl-zoo's recipe, the same for both."""
    # Each return is of a single seed.
    steps, tolerance = (10_000, None) if quick else (100_000, 150)
    ours = cartpole(reprise, steps, 8, 32, **ZOO)
    yield Row("training", f"rl-zoo's recipe for PPO on CartPole, {steps:,} steps, the whole command, warm caches", SB3,
              clocked(python, [], ours, "warm"), clocked(python, [], zoo(python, "--steps", str(steps))), THREADS, unit="s",
              return_tolerance=tolerance)


def beside(found, reprise, other, name):
    """The rows with another reprise in place of the peer, each of our commands once."""
    commands = []
    for row in found:
        if row.ours not in commands:
            commands.append(row.ours)
            theirs = [other if part == reprise else part for part in row.ours]
            seconds = {side: row.seconds["ours"] for side in ("ours", "peer") if row.seconds}
            yield replace(row, peer_name=name, peer=theirs, peer_choices=[[]], seconds=seconds)


def rows(reprise, python, quick):
    for group in (ppo_rows, sac_rows, return_rows, start_rows, whole_rows, environment_rows, step_rows, product_rows):
        yield from group(reprise, python, quick)
