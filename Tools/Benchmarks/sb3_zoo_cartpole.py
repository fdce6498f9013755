# Stable-Baselines3's PPO on CartPole-v1 by rl-baselines3-zoo's recipe: prints a JSON object for each iteration.

import json

import torch
from stable_baselines3 import PPO
from stable_baselines3.common.callbacks import BaseCallback

import sb3


class Report(BaseCallback):
    """Prints the steps so far, and the episodes that ended in the rollout with their mean return."""

    def _on_rollout_start(self):
        self.returns = []

    def _on_step(self):
        self.returns += [info["episode"]["r"] for info in self.locals["infos"] if "episode" in info]
        return True

    def _on_rollout_end(self):
        line = {"steps": self.num_timesteps, "episodes": len(self.returns), "threads": torch.get_num_threads()}
        if self.returns:
            line["return_mean"] = sum(self.returns) / len(self.returns)
        print(json.dumps(line), flush=True)


def main():
    parser = sb3.parser()
    parser.add_argument("--steps", type=int, default=100_000)
    options = parser.parse_args()
    model = PPO(
        "MlpPolicy", sb3.environments("CartPole-v1", 8, options), n_steps=32, batch_size=256, gae_lambda=0.8, gamma=0.98,
        n_epochs=20, ent_coef=0.0, learning_rate=lambda left: 0.001 * left, clip_range=lambda left: 0.2 * left, device="cpu",
        seed=options.seed)
    model.learn(options.steps, callback=Report())


main()
