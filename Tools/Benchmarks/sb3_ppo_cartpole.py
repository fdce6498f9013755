# Stable-Baselines3's PPO on CartPole-v1, training included: prints one JSON object on its last line.
# The first iteration is a warm-up and is not timed.

import argparse
import json
import time

import torch
from stable_baselines3 import PPO
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.vec_env import DummyVecEnv

EPOCHS, MINIBATCHES = 4, 4


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--copies", type=int, required=True)
    parser.add_argument("--horizon", type=int, required=True)
    parser.add_argument("--steps", type=int, required=True, help="environment steps to time, over all copies")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, help="PyTorch's threads; without it, PyTorch's own choice")
    options = parser.parse_args()
    if options.threads is not None:
        torch.set_num_threads(options.threads)

    environments = make_vec_env("CartPole-v1", n_envs=options.copies, seed=options.seed, vec_env_cls=DummyVecEnv)
    iteration = options.copies * options.horizon
    model = PPO(
        "MlpPolicy", environments, learning_rate=2.5e-4, n_steps=options.horizon, batch_size=iteration // MINIBATCHES,
        n_epochs=EPOCHS, gamma=0.99, gae_lambda=0.95, clip_range=0.2, ent_coef=0.0, vf_coef=0.5, max_grad_norm=0.5,
        policy_kwargs={"net_arch": {"pi": [64, 64], "vf": [64, 64]}, "activation_fn": torch.nn.Tanh},
        device="cpu", seed=options.seed)
    model.learn(iteration)
    before = model.num_timesteps
    start = time.perf_counter()
    model.learn(options.steps, reset_num_timesteps=False)
    seconds = time.perf_counter() - start
    steps = model.num_timesteps - before
    # SB3 keeps the last 100 episodes.
    returns = [episode["r"] for episode in model.ep_info_buffer]
    print(json.dumps({
        "steps": steps, "seconds": seconds, "steps_per_second": steps / seconds,
        "return_mean": sum(returns) / len(returns), "threads": torch.get_num_threads(),
    }))


main()
