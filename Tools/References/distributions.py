# distributions.safetensors: what a policy's distributions make of outputs and actions, by PyTorch 2.15.0's Categorical and
# Normal in float64, with gradients: of multi-discrete actions, and of single ones and Gaussians at the edges of float32.

import numpy as np
import torch
from torch.distributions import Categorical, Independent, Normal

from golden import save

COUNTS = [3, 2, 4]
AGENTS, SAMPLES = 2, 11


def gradients(value, weights, inputs):
    """Of Σ weights·value with respect to each input, where it depends on it."""
    found = torch.autograd.grad((value * torch.tensor(weights, dtype=torch.float64)).sum(), inputs, retain_graph=True)
    return [gradient.numpy() for gradient in found]


def given(array):
    """A float32 array as float64, with a gradient."""
    return torch.tensor(np.asarray(array, np.float32), dtype=torch.float64, requires_grad=True)


def categorical(logits, counts, actions, weights):
    logits = given(logits)
    # A shift changes nothing but rounding: next to 1e30, float64 would not see logarithms of probabilities.
    parts = [Categorical(logits=part - part.detach().max(-1, keepdim=True)[0]) for part in logits.split(counts, -1)]
    log_prob = sum(part.log_prob(torch.tensor(actions[..., i])) for i, part in enumerate(parts))
    entropy = sum(part.entropy() for part in parts)
    return {
        "logits": logits.detach().numpy(), "actions": actions.astype(np.int32), "weights": weights,
        "log_prob": log_prob.detach().numpy(), "entropy": entropy.detach().numpy(),
        "mode": torch.stack([part.mode for part in parts], -1).numpy().astype(np.int32),
        "probabilities": torch.cat([part.probs for part in parts], -1).detach().numpy(),
        "log_prob_gradient": gradients(log_prob, weights, [logits])[0],
        "entropy_gradient": gradients(entropy, weights, [logits])[0],
    }


def multi_discrete(random):
    logits = random.normal(0, 2, (AGENTS, SAMPLES, sum(COUNTS))).astype(np.float32)
    actions = np.stack([random.integers(count, size=(AGENTS, SAMPLES)) for count in COUNTS], -1)
    return categorical(logits, COUNTS, actions, random.normal(size=(AGENTS, SAMPLES)).astype(np.float32))


def discrete_edges(random):
    """Every action of rows that leave an exponential of 0 or a sum of 1."""
    rows = np.array([
        [1e4, -1e4, 0, 3], [-1e4, -1e4, -1e4, -1e4], [1e4, 1e4, 1e4, -1e4], [-1e4, -1e4, 1e4, 9_999],
        [-3e38, 0, 1, 2], [-1e30, -1e30, -3e38, -1e30], [-3e38, -3e38, -3e38, 5], [88, -88, 104, 0],
        [0, -103, -104, -88], [1e-30, -1e-30, 0, 1e-7], [3e38, 3e38, 0, 0], [0, 0, 0, 0]], np.float32)
    logits = rows.repeat(4, 0)[None]
    actions = np.tile(np.arange(4), len(rows))[None, :, None]
    return categorical(logits, [4], actions, random.normal(size=actions.shape[:2]).astype(np.float32))


def gaussian_edges(random):
    """Deviations at the ends of their settings' ranges, with actions near to the means and far from them."""
    log_std = np.array([-20, -20, -3, 2, 5, 5], np.float32)
    distances = np.array([0, 1e-9, 1e-6, 0.5, -30, 1e4, -1e4])
    means = np.array([0, 1, -1, 2.5, -1e4, 1e4], np.float32)[None, :] * np.ones((len(distances), 1), np.float32)
    actions = (means + distances[:, None]).astype(np.float32)
    weights = random.normal(size=len(distances)).astype(np.float32)
    mean, deviation = given(means), given(log_std)
    distribution = Independent(Normal(mean, deviation.exp().expand(mean.shape)), 1)
    log_prob, entropy = distribution.log_prob(torch.tensor(actions, dtype=torch.float64)), distribution.entropy()
    by_mean, by_deviation = gradients(log_prob, weights, [mean, deviation])
    return {
        "means": means[None], "log_std": log_std[None, None], "actions": actions[None], "weights": weights[None],
        "log_prob": log_prob.detach().numpy()[None], "entropy": entropy.detach().numpy()[None],
        "log_prob_gradient": by_mean[None], "log_std_gradient": by_deviation[None, None],
        "entropy_gradient": gradients(entropy, weights, [deviation])[0][None, None],
    }


def main():
    random = np.random.default_rng(11)
    cases = {"multi_discrete": multi_discrete(random), "discrete_edges": discrete_edges(random),
             "gaussian_edges": gaussian_edges(random)}
    save("distributions", {f"{case}/{key}": value for case, tensors in cases.items() for key, value in tensors.items()},
         ["torch", "numpy"],
         {"layout": "[agent, sample, …]; a gradient is that of the sum of weights · value"})


main()
