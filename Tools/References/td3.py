# td3_update.safetensors: two updates of TD3's critics and the one of its actor, as PyTorch gives them in float64.

import json

import numpy as np
import torch
from torch import nn

from golden import save
from off_policy import (ACTION, BATCH, HIDDEN, LEARNING_RATE, OBSERVATION, TAU, adam, arrays, critic, hidden, named, near,
                        polyak, randomise, step, tensor, transitions, values)

NOISE, CLIP = 0.4, 0.5
FORMULA = (
    "a' = clip(actor'(s') + clip(0.4 noise, -0.5, 0.5), -1, 1); y = r + discount min Q'(s', a'); "
    "critic_loss = 0.5 (mse of critic 1 + mse of critic 2), an Adam step for each of two batches; "
    "actor_loss = -mean Q1(s, actor(s)) over the second, by the updated critic; targets follow by tau"
)


def main():
    random = np.random.default_rng(13)
    torch.manual_seed(13)
    policy = randomise(random, nn.Sequential(*hidden(OBSERVATION), nn.Linear(HIDDEN[-1], ACTION), nn.Tanh()))
    actor = named("actor", policy)
    critics = [critic(random), critic(random)]
    both = {**named("critic1", critics[0]), **named("critic2", critics[1])}
    actor_target, targets = near(random, policy), [near(random, module) for module in critics]
    result = {**arrays(actor), **arrays(both)}
    result |= {f"target_actor.{name}": value.numpy() for name, value in actor_target.items()}
    for i, target in enumerate(targets):
        result |= {f"target_critic{i + 1}.{name}": value.numpy() for name, value in target.items()}

    critic_optimizer, actor_optimizer = adam(both), adam(actor)
    for number in range(2):
        batch = {**transitions(random), "noise": random.normal(size=(BATCH, ACTION)).astype(np.float32)}
        result |= {f"batch{number}/{name}": value for name, value in batch.items()}
        x = {name: tensor(value) for name, value in batch.items()}
        with torch.no_grad():
            smoothing = (NOISE * x["noise"]).clamp(-CLIP, CLIP)
            clean = torch.func.functional_call(policy, actor_target, x["next_observations"])
            action = (clean + smoothing).clamp(-1, 1)
            assert (smoothing.abs() == CLIP).any() and (action.abs() == 1).any()
            y = x["rewards"] + x["discounts"] * values(critics, targets, x["next_observations"], action).min(0).values
        q = values(critics, None, x["observations"], x["actions"])
        critic_loss = 0.5 * sum(nn.functional.mse_loss(one, y) for one in q)
        found = step(critic_loss, both, critic_optimizer)

    result |= found
    actor_loss = -values(critics, None, x["observations"], policy(x["observations"]))[0].mean()
    result |= step(actor_loss, actor, actor_optimizer)
    result |= {f"updated/{name}": value for name, value in {**arrays(actor), **arrays(both)}.items()}
    for i, module in enumerate(critics):
        result |= {f"updated/target_critic{i + 1}.{name}": value.numpy()
                   for name, value in polyak(targets[i], module).items()}
    result |= {f"updated/target_actor.{name}": value.numpy() for name, value in polyak(actor_target, policy).items()}
    scalars = {"critic_loss": critic_loss, "actor_loss": actor_loss, "q_mean": q.mean()}
    result |= {name: value.detach().numpy() for name, value in scalars.items()}
    settings = {"learning_rate": LEARNING_RATE, "tau": TAU, "target_noise": NOISE, "target_noise_clip": CLIP,
                "policy_delay": 2, "hidden": HIDDEN}
    save("td3_update", result, ["torch", "numpy"], {"settings": json.dumps(settings), "formula": FORMULA})


main()
