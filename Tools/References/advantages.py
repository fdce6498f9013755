# gae.safetensors: generalised advantage estimation with termination and truncation told apart, in NumPy float64.
# Checked against the sum of its definition, and against Stable-Baselines3 2.9.2 where nothing is truncated.

import json

import gymnasium
import numpy as np
import torch
from stable_baselines3.common.buffers import RolloutBuffer

from golden import save

STEPS, ENVIRONMENTS = 37, 5
GAMMA, LAMBDA = 0.98, 0.8


def advantages(rewards, values, next_values, terminated, truncated):
    """δ = r + γ(1−terminated)V(s′) − V(s); A_t = δ_t + γλ(1−(terminated or truncated))A_{t+1}."""
    result, following = np.zeros(rewards.shape), np.zeros(rewards.shape[1])
    for t in reversed(range(len(rewards))):
        delta = rewards[t] + GAMMA * (1 - terminated[t]) * next_values[t] - values[t]
        following = delta + GAMMA * LAMBDA * (1 - (terminated[t] | truncated[t])) * following
        result[t] = following
    return result


def by_definition(rewards, values, next_values, terminated, truncated):
    """A_t = Σ_k (γλ)^k δ_{t+k} up to the episode's end: one sum for each step and copy, no recursion."""
    result = np.zeros(rewards.shape)
    for t in range(STEPS):
        for e in range(ENVIRONMENTS):
            for k in range(STEPS - t):
                bootstrap = 0.0 if terminated[t + k, e] else GAMMA * next_values[t + k, e]
                result[t, e] += (GAMMA * LAMBDA) ** k * (rewards[t + k, e] + bootstrap - values[t + k, e])
                if terminated[t + k, e] or truncated[t + k, e]:
                    break
    return result


def by_stable_baselines3(rewards, values, next_values, terminated):
    space = gymnasium.spaces.Box(-1, 1, (1,))
    buffer = RolloutBuffer(STEPS, space, space, "cpu", LAMBDA, GAMMA, ENVIRONMENTS)
    buffer.rewards, buffer.values = rewards.astype(np.float32), values.astype(np.float32)
    buffer.episode_starts[1:] = terminated[:-1]
    buffer.compute_returns_and_advantage(torch.tensor(next_values[-1]), terminated[-1])
    return buffer.advantages


def main():
    random = np.random.default_rng(4)
    shape = (STEPS, ENVIRONMENTS)
    rewards, values = (random.normal(1, 1, shape).astype(np.float32).astype(np.float64) for _ in range(2))
    final_values = random.normal(5, 1, shape).astype(np.float32).astype(np.float64)
    terminated, truncated = np.zeros(shape, np.int32), np.zeros(shape, np.int32)
    # Copy 0 has no end at all; the others end at the first and the last step, twice in a row, and both ways at once.
    terminated[[0, 9, 10, STEPS - 1], 1] = 1
    truncated[[0, 9, 10, STEPS - 1], 2] = 1
    terminated[[0, 5, STEPS - 1], 3] = truncated[[0, 12, STEPS - 1], 3] = 1
    terminated[[3, 20], 4] = truncated[[20, 21, STEPS - 2], 4] = 1
    # V(s′) is the next step's value, but at an end it is that of the observation before the reset.
    ended = (terminated | truncated).astype(bool)
    next_values = np.where(ended, final_values, np.vstack([values[1:], final_values[-1:]]))

    result = advantages(rewards, values, next_values, terminated, truncated)
    independent = by_definition(rewards, values, next_values, terminated, truncated)
    np.testing.assert_allclose(result, independent, rtol=1e-12, atol=1e-12)
    never = np.zeros(shape, np.int32)
    continued = np.vstack([values[1:], final_values[-1:]])
    without = advantages(rewards, values, continued, terminated, never)
    np.testing.assert_allclose(
        by_stable_baselines3(rewards, values, continued, terminated), without, rtol=1e-5, atol=1e-5)
    save(
        "gae",
        {
            "rewards": rewards,
            "values": values,
            "next_values": next_values,
            "terminated": terminated,
            "truncated": truncated,
            "advantages": result,
            "returns": result + values,
        },
        ["numpy", "stable-baselines3"],
        {
            "settings": json.dumps({"gamma": GAMMA, "lambda": LAMBDA}),
            "layout": "[step, copy]; next_values is the value of the next observation before any reset; "
            "returns = advantages + values",
        },
    )


main()
