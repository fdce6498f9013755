# Stable-Baselines3's SAC on Pendulum-v1, one update for each environment step: prints one JSON object on its last line.
# Random actions before the first update, and the first updates, are not timed.

import argparse
import json
import time

import torch
from stable_baselines3 import SAC
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.vec_env import DummyVecEnv


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--copies", type=int, required=True)
    parser.add_argument("--starts", type=int, required=True, help="environment steps under random actions")
    parser.add_argument("--steps", type=int, required=True, help="environment steps to time, over all copies")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, help="PyTorch's threads; without it, PyTorch's own choice")
    options = parser.parse_args()
    if options.threads is not None:
        torch.set_num_threads(options.threads)

    environments = make_vec_env("Pendulum-v1", n_envs=options.copies, seed=options.seed, vec_env_cls=DummyVecEnv)
    model = SAC(
        "MlpPolicy", environments, learning_rate=1e-3, buffer_size=20_000, learning_starts=options.starts, batch_size=256,
        tau=0.005, gamma=0.99, train_freq=1, gradient_steps=options.copies, ent_coef="auto",
        policy_kwargs={"net_arch": [256, 256]}, device="cpu", seed=options.seed)
    model.learn(options.starts + 5 * options.copies)
    before = model.num_timesteps
    start = time.perf_counter()
    model.learn(options.steps, reset_num_timesteps=False)
    seconds = time.perf_counter() - start
    steps = model.num_timesteps - before
    # Of the last episode of each copy, as ours are.
    returns = [episode["r"] for episode in model.ep_info_buffer][-options.copies:]
    print(json.dumps({
        "steps": steps, "seconds": seconds, "steps_per_second": steps / seconds,
        "return_mean": sum(returns) / len(returns), "threads": torch.get_num_threads(),
    }))


main()
