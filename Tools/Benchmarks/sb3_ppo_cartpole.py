# Stable-Baselines3's PPO on CartPole-v1, training included: prints one JSON object on its last line.
# The first iteration is a warm-up and is not timed.

import torch
from stable_baselines3 import PPO

import sb3

EPOCHS, MINIBATCHES = 4, 4


def main():
    parser = sb3.timed_parser()
    parser.add_argument("--horizon", type=int, required=True)
    options = parser.parse_args()
    iteration = options.copies * options.horizon
    model = PPO(
        "MlpPolicy", sb3.environments("CartPole-v1", options.copies, options), learning_rate=2.5e-4,
        n_steps=options.horizon, batch_size=iteration // MINIBATCHES,
        n_epochs=EPOCHS, gamma=0.99, gae_lambda=0.95, clip_range=0.2, ent_coef=0.0, vf_coef=0.5, max_grad_norm=0.5,
        policy_kwargs={"net_arch": {"pi": [64, 64], "vf": [64, 64]}, "activation_fn": torch.nn.Tanh},
        device="cpu", seed=options.seed)
    # SB3 keeps the last 100 episodes.
    sb3.time_steps(model, iteration, options.steps, episodes=100)


main()
