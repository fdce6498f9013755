# What policies are worth: each pair of algorithm and environment that has a recipe, trained by it over seeds and evaluated.

import json
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import mean, stdev

from learning import Table

RECIPES = Path(__file__).resolve().parents[2] / "Sources" / "Reinforcement" / "Recipes"
SEEDS, EPISODES = 5, 100
COLUMNS = ["pair", "steps", "mean return", "standard deviation over seeds", "least and largest seed",
           "standard deviation over episodes", "goal", "met", "seconds", "command"]


@dataclass(frozen=True)
class Goal:
    """The mean return over the seeds to reach, and within how many environment steps where that is fixed."""
    least: float
    steps: int | None = None


GOALS = {
    "ppo-cartpole": Goal(490, 100_000), "ppo-acrobot": Goal(-85), "ppo-mountaincar": Goal(-115),
    "ppo-mountaincar-continuous": Goal(90), "ppo-pendulum": Goal(-200),
    "dqn-cartpole": Goal(475, 50_000), "dqn-acrobot": Goal(-90, 100_000), "dqn-mountaincar": Goal(-110, 120_000),
    "sac-mountaincar-continuous": Goal(93, 50_000), "sac-pendulum": Goal(-165, 20_000),
    "td3-mountaincar-continuous": Goal(90), "td3-pendulum": Goal(-165, 20_000),
}


def last_object(laboratory, command):
    return json.loads(laboratory.run([laboratory.reprise, *command, "--json"]).strip().splitlines()[-1])


def add(laboratory, table, pair, goal, steps=None):
    """Trains all seeds in one plan, by the recipe but for `steps`, and adds what their last weights reach."""
    algorithm, environment = pair.split("-", 1)
    seeds = list(laboratory.seeds(SEEDS))
    command = ["train", algorithm, "--environment", environment, "--seeds", f"{seeds[0]}-{seeds[-1]}"]
    if laboratory.quick:
        # More than the random actions of any recipe.
        steps = 6000
    command += ["--steps", str(steps)] if steps else []
    folder = laboratory.folder / pair
    summary = last_object(laboratory, [*command, "--run", str(folder), "--overwrite"])
    laboratory.driver = f"{summary['device']}, {summary['driver']}"
    evaluations = [last_object(laboratory, ["evaluate", str(folder / f"seed-{seed}"), "--episodes", str(EPISODES)])
                   for seed in seeds]
    means = [evaluation["return_mean"] for evaluation in evaluations]
    met = "–" if goal is None else "yes" if mean(means) >= goal.least else "NO"
    table.add(
        pair, f"{summary['steps'] // len(seeds):,}", f"{mean(means):.1f}", f"{stdev(means) if len(means) > 1 else 0:.1f}",
        f"{min(means):.1f} and {max(means):.1f}", f"{mean(evaluation['return_std'] for evaluation in evaluations):.1f}",
        f"≥ {goal.least}" if goal else "–", met, f"{summary['seconds']:.0f}", f"`reprise {' '.join(command)}`")
    laboratory.progress(f"{pair}: {' '.join(f'{value:.1f}' for value in means)} after {summary['seconds']:.0f} s")


def returns(pairs, title, laboratory):
    """The table of the pairs; where a recipe goes on for longer than its goal allows, with a second run that does not."""
    table = Table(title, "", COLUMNS)
    for pair in pairs:
        goal = GOALS.get(pair)
        steps = int(last_object(laboratory, ["recipes", *pair.split("-", 1)])["steps"])
        is_longer = goal is not None and goal.steps is not None and steps > goal.steps
        add(laboratory, table, pair, None if is_longer else goal)
        if is_longer:
            add(laboratory, table, pair, goal, goal.steps)
    table.sentence = (
        f"By the recipes; the last weights of each seed in {EPISODES} episodes without exploration, and of the seeds' mean "
        f"returns the mean, the standard deviation and the range; seconds are those of training all seeds in one plan; "
        f"{laboratory.driver}.")
    return table


PAIRS = sorted(path.stem for path in RECIPES.glob("*.yaml"))
EXPERIMENTS = {pair: partial(returns, [pair], f"{pair}: returns") for pair in PAIRS}
EXPERIMENTS["policies"] = partial(returns, PAIRS, "Returns of all recipes")
