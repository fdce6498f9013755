# sac_update.safetensors: one update of SAC as PyTorch gives it in float64, plain and with gSDE, whose noise and density are
# those of Stable-Baselines3's StateDependentNoiseDistribution.

import json

import numpy as np
import torch
from stable_baselines3.common.distributions import StateDependentNoiseDistribution
from torch import nn

from golden import save
from off_policy import (ACTION, BATCH, HIDDEN, LEARNING_RATE, OBSERVATION, TAU, adam, arrays, critic, hidden, named, near,
                        polyak, randomise, step, tensor, transitions, values)

FORMULA = (
    "noise: of the present, then of the next actions, or one matrix for both; u = mean + noise; "
    "a = tanh u; log pi = log N(u) - log|d tanh u|; y = r + discount (min Q'(s', a') - alpha log pi'); "
    "critic_loss = 0.5 (mse of critic 1 + mse of critic 2), its Adam step first; "
    "actor_loss = mean(alpha log pi - min Q(s, a)) by the updated critics; "
    "alpha_loss = -log_alpha mean(log pi + target_entropy); alpha before its step in all losses; "
    "one Adam step of each; targets follow the updated critics by tau"
)


def squashed(distribution, u):
    transform = torch.distributions.transforms.TanhTransform()
    return torch.tanh(u), (distribution.log_prob(u) - transform.log_abs_det_jacobian(u, None)).sum(-1)


class Plain:
    def __init__(self, random):
        self.trunk = randomise(random, nn.Sequential(*hidden(OBSERVATION)))
        self.head = randomise(random, nn.Linear(HIDDEN[-1], 2 * ACTION))
        self.parameters = {**named("actor", self.trunk), **named("head", self.head)}
        self.noise_shape = (2 * BATCH, ACTION)

    def __call__(self, observations, noise, part):
        noise = noise[part * BATCH:(part + 1) * BATCH]
        mean, log_std = self.head(self.trunk(observations)).split(ACTION, -1)
        assert log_std.min() > -20 and log_std.max() < 2
        return squashed(torch.distributions.Normal(mean, log_std.exp()), mean + log_std.exp() * noise)


class StateDependent:
    def __init__(self, random):
        self.trunk = randomise(random, nn.Sequential(*hidden(OBSERVATION)))
        self.head = randomise(random, nn.Linear(HIDDEN[-1], ACTION))
        # Means beyond the bounds of +-2 as well.
        self.head.weight.data *= 4
        self.log_std = tensor(random.normal(-0.5, 0.3, (HIDDEN[-1], ACTION)).astype(np.float32)).requires_grad_()
        self.parameters = {**named("actor", self.trunk), **named("head", self.head), "log_std.weight": self.log_std}
        self.noise_shape = (HIDDEN[-1], ACTION)

    def __call__(self, observations, noise, part):
        # One matrix for all, as Stable-Baselines3 draws it before an update.
        features = self.trunk(observations)
        mean = nn.functional.hardtanh(self.head(features), -2, 2)
        peer = StateDependentNoiseDistribution(ACTION, use_expln=False, learn_features=True, squash_output=False)
        peer.proba_distribution_net(HIDDEN[-1], 0.0, HIDDEN[-1])
        peer.proba_distribution(mean, self.log_std, features)
        peer.exploration_mat = peer.get_std(self.log_std) * noise
        peer.exploration_matrices = peer.exploration_mat[None]
        return squashed(peer.distribution, peer.sample())


def case(random, policy):
    log_alpha = tensor(np.array([np.log(0.3)], np.float32)).requires_grad_()
    actor = {**policy.parameters, "log_alpha.weight": log_alpha}
    critics = [critic(random), critic(random)]
    both = {**named("critic1", critics[0]), **named("critic2", critics[1])}
    targets = [near(random, module) for module in critics]
    batch = transitions(random)
    batch["noise"] = random.normal(size=policy.noise_shape).astype(np.float32)
    result = {**arrays(actor), **arrays(both), **batch}
    for i, target in enumerate(targets):
        result |= {f"target_critic{i + 1}.{name}": value.numpy() for name, value in target.items()}

    x = {name: tensor(value) for name, value in batch.items()}
    alpha = log_alpha.exp().detach()
    with torch.no_grad():
        action, log_prob = policy(x["next_observations"], x["noise"], 1)
        soft = values(critics, targets, x["next_observations"], action).min(0).values - alpha * log_prob
        y = x["rewards"] + x["discounts"] * soft
    q = values(critics, None, x["observations"], x["actions"])
    critic_loss = 0.5 * sum(nn.functional.mse_loss(one, y) for one in q)
    critic_optimizer, actor_optimizer = adam(both), adam(actor)
    result |= step(critic_loss, both, critic_optimizer)

    action, log_prob = policy(x["observations"], x["noise"], 0)
    both_values = values(critics, None, x["observations"], action)
    # Float32 must not be able to choose the other critic.
    assert (both_values[0] - both_values[1]).abs().min() > 1e-4
    actor_loss = (alpha * log_prob - both_values.min(0).values).mean()
    alpha_loss = -(log_alpha * (log_prob.detach().mean() - ACTION)).sum()
    result |= step(actor_loss + alpha_loss, actor, actor_optimizer)
    result |= {f"updated/{name}": value for name, value in {**arrays(actor), **arrays(both)}.items()}
    for i, module in enumerate(critics):
        result |= {f"updated/target_critic{i + 1}.{name}": value.numpy()
                   for name, value in polyak(targets[i], module).items()}
    scalars = {"critic_loss": critic_loss, "actor_loss": actor_loss, "alpha_loss": alpha_loss, "q_mean": q.mean(),
               "entropy": -log_prob.mean(), "alpha": alpha[0]}
    return result | {name: value.detach().numpy() for name, value in scalars.items()}


def main():
    random = np.random.default_rng(11)
    torch.manual_seed(11)
    tensors = {}
    for name, kind in (("plain", Plain), ("gsde", StateDependent)):
        tensors |= {f"{name}/{key}": value for key, value in case(random, kind(random)).items()}
    settings = {"learning_rate": LEARNING_RATE, "tau": TAU, "target_entropy": -ACTION, "hidden": HIDDEN}
    save("sac_update", tensors, ["torch", "stable-baselines3", "numpy"],
         {"settings": json.dumps(settings), "formula": FORMULA})


main()
