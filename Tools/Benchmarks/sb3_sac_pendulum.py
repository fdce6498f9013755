# Stable-Baselines3's SAC on Pendulum-v1, one update for each environment step: prints one JSON object on its last line.
# Random actions before the first update, and the first updates, are not timed.

from stable_baselines3 import SAC

import sb3


def main():
    parser = sb3.timed_parser()
    parser.add_argument("--starts", type=int, required=True, help="environment steps under random actions")
    options = parser.parse_args()
    model = SAC(
        "MlpPolicy", sb3.environments("Pendulum-v1", options.copies, options), learning_rate=1e-3, buffer_size=20_000,
        learning_starts=options.starts, batch_size=256,
        tau=0.005, gamma=0.99, train_freq=1, gradient_steps=options.copies, ent_coef="auto",
        policy_kwargs={"net_arch": [256, 256]}, device="cpu", seed=options.seed)
    # Of the last episode of each copy, as ours are.
    sb3.time_steps(model, options.starts + 5 * options.copies, options.steps, episodes=options.copies)


main()
