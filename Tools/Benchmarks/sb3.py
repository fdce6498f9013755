# What the scripts of Stable-Baselines3 have in common: their options, and the timing of some steps of a model.

import argparse
import json
import time

import torch
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.vec_env import DummyVecEnv


def parser():
    """The options that all have."""
    result = argparse.ArgumentParser()
    result.add_argument("--seed", type=int, default=1)
    result.add_argument("--threads", type=int, help="PyTorch's threads; without it, PyTorch's own choice")
    return result


def timed_parser():
    """Those of the scripts that time some steps."""
    result = parser()
    result.add_argument("--copies", type=int, required=True)
    result.add_argument("--steps", type=int, required=True, help="environment steps to time, over all copies")
    return result


def environments(name, copies, options):
    """Copies of an environment, after PyTorch has the threads that it is to have."""
    if options.threads is not None:
        torch.set_num_threads(options.threads)
    return make_vec_env(name, n_envs=copies, seed=options.seed, vec_env_cls=DummyVecEnv)


def outcome(model, episodes):
    """The steps so far, and the last episodes with their mean return."""
    returns = [episode["r"] for episode in model.ep_info_buffer][-episodes:]
    mean = {"return_mean": sum(returns) / len(returns)} if returns else {}
    return {"steps": model.num_timesteps, "episodes": len(returns), "threads": torch.get_num_threads()} | mean


def time_steps(model, warm_up, steps, episodes):
    """Learns for some steps, then for those that are timed; prints a JSON object after each, with the last episodes' return."""
    model.learn(warm_up)
    print(json.dumps(outcome(model, episodes)), flush=True)
    before = model.num_timesteps
    start = time.perf_counter()
    model.learn(steps, reset_num_timesteps=False)
    seconds = time.perf_counter() - start
    taken = model.num_timesteps - before
    print(json.dumps(outcome(model, episodes) | {
        "steps": taken, "seconds": seconds, "steps_per_second": taken / seconds,
    }))
