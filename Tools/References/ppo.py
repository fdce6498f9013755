# ppo_update.safetensors: one minibatch update of PPO, as PyTorch 2.15.0 gives it.
# Inputs are float32 values; PyTorch computes in float64 and the results are rounded once. The same update by
# Stable-Baselines3 2.9.2's own `train` must give the same parameters.

import json

import gymnasium
import numpy as np
import torch
from stable_baselines3 import PPO
from stable_baselines3.common.logger import configure
from torch import nn

from golden import save

BATCH = 256
CLIP, VALUE, ENTROPY, MAX_NORM = 0.2, 0.5, 0.01, 0.5
VALUE_CLIP = 0.05
ADAM = {"lr": 2.5e-4, "eps": 1e-5}
FORMULA = (
    "a = (advantages - mean) / (std + 1e-8), std with correction 1, over the minibatch; "
    "ratio = exp(log_prob - old_log_probs); "
    "policy_loss = -mean(min(ratio * a, clamp(ratio, 0.8, 1.2) * a)); "
    "value_loss = mean((returns - value)^2), without a factor and not clipped; "
    "clipped_value_loss has value within 0.05 of old_values; "
    "entropy = mean(-sum(p log p)); "
    "total_loss = policy_loss + 0.5 * value_loss - 0.01 * entropy; "
    "approx_kl = mean((ratio - 1) - (log_prob - old_log_probs)); "
    "clip_fraction = mean(abs(ratio - 1) > 0.2); "
    "gradient/… is before clip_grad_norm_(0.5), gradient_norm its norm, updated/… the parameters after one Adam step"
)


def network(random, outputs):
    layers = nn.Sequential(nn.Linear(4, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, outputs))
    for parameter in layers.parameters():
        scale = 0.1 if parameter.ndim == 1 else parameter.shape[1] ** -0.5
        value = (random.normal(size=parameter.shape) * scale).astype(np.float32)
        parameter.data = torch.tensor(value, dtype=torch.float64)
    return layers


def minibatch(random, model):
    observations = (random.normal(size=(BATCH, 4)) * [1.0, 1.0, 0.1, 1.0]).astype(np.float32)
    actions = random.integers(2, size=BATCH).astype(np.int32)
    with torch.no_grad():
        inputs = torch.tensor(observations, dtype=torch.float64)
        log_probs = torch.log_softmax(model["policy"](inputs), -1).numpy()[np.arange(BATCH), actions]
        values = model["value"](inputs).numpy()[:, 0]
    return {
        "observations": observations,
        "actions": actions,
        # As far from the present policy that about a third of the ratios are clipped.
        "old_log_probs": (log_probs + random.normal(size=BATCH) * 0.2).astype(np.float32),
        "advantages": random.normal(0.5, 2, BATCH).astype(np.float32),
        "returns": (values + random.normal(1, 2, BATCH)).astype(np.float32),
        "old_values": (values + random.normal(size=BATCH) * 0.1).astype(np.float32),
    }


def update(model, batch):
    given = {key: torch.tensor(x, dtype=torch.float64 if x.dtype == np.float32 else torch.int64)
             for key, x in batch.items()}
    distribution = torch.distributions.Categorical(logits=model["policy"](given["observations"]))
    log_ratio = distribution.log_prob(given["actions"]) - given["old_log_probs"]
    ratio = log_ratio.exp()
    advantages = given["advantages"]
    advantages = (advantages - advantages.mean()) / (advantages.std() + 1e-8)
    policy_loss = -torch.min(ratio * advantages, ratio.clamp(1 - CLIP, 1 + CLIP) * advantages).mean()
    value_loss = nn.functional.mse_loss(model["value"](given["observations"])[:, 0], given["returns"])
    values, old_values = model["value"](given["observations"])[:, 0], given["old_values"]
    near = old_values + (values - old_values).clamp(-VALUE_CLIP, VALUE_CLIP)
    clipped_value_loss = nn.functional.mse_loss(near, given["returns"])
    entropy = distribution.entropy().mean()
    total = policy_loss + VALUE * value_loss - ENTROPY * entropy
    # Float32 must not be able to decide differently whether a ratio is clipped.
    assert ((ratio - 1).abs() - CLIP).abs().min() > 1e-5
    clipped = ((ratio - 1).abs() > CLIP).double().mean()
    assert 0.2 < clipped < 0.5

    optimizer = torch.optim.Adam(model.parameters(), **ADAM)
    total.backward()
    result = {f"gradient/{name}": parameter.grad.numpy().copy() for name, parameter in model.named_parameters()}
    norm = nn.utils.clip_grad_norm_(model.parameters(), MAX_NORM)
    assert norm > MAX_NORM
    optimizer.step()
    result |= {f"updated/{name}": parameter.detach().numpy() for name, parameter in model.named_parameters()}
    scalars = {
        "policy_loss": policy_loss, "value_loss": value_loss, "entropy": entropy, "total_loss": total,
        "approx_kl": ((ratio - 1) - log_ratio).mean(), "clip_fraction": clipped, "gradient_norm": norm,
        "clipped_value_loss": clipped_value_loss,
    }
    return result | {name: scalar.detach().numpy() for name, scalar in scalars.items()}


def by_stable_baselines3(parameters, batch):
    """The parameters after the same update by SB3, under our names."""
    peer = PPO(
        "MlpPolicy", gymnasium.make("CartPole-v1"), learning_rate=ADAM["lr"], n_steps=BATCH, batch_size=BATCH,
        n_epochs=1, clip_range=CLIP, ent_coef=ENTROPY, vf_coef=VALUE, max_grad_norm=MAX_NORM, device="cpu",
        policy_kwargs={"net_arch": {"pi": [64, 64], "vf": [64, 64]}})
    peer.set_logger(configure(None, []))
    theirs = {}
    for ours, hidden, head in (("policy", "policy_net", "action_net"), ("value", "value_net", "value_net")):
        for kind in ("weight", "bias"):
            theirs |= {f"{ours}.{i}.{kind}": f"mlp_extractor.{hidden}.{i}.{kind}" for i in (0, 2)}
            theirs[f"{ours}.4.{kind}"] = f"{head}.{kind}"
    peer.policy.load_state_dict({theirs[name]: torch.tensor(value) for name, value in parameters.items()})
    buffer = peer.rollout_buffer
    buffer.observations[:, 0] = batch["observations"]
    buffer.actions[:, 0, 0] = batch["actions"]
    for theirs_name, name in (("log_probs", "old_log_probs"), ("advantages", "advantages"),
                              ("returns", "returns"), ("values", "old_values")):
        getattr(buffer, theirs_name)[:, 0] = batch[name]
    buffer.full = True
    peer.train()
    state = peer.policy.state_dict()
    return {name: state[theirs[name]].numpy() for name in parameters}


def main():
    random = np.random.default_rng(5)
    torch.manual_seed(5)
    model = nn.ModuleDict({"policy": network(random, 2), "value": network(random, 1)})
    parameters = {name: value.detach().numpy().astype(np.float32) for name, value in model.named_parameters()}
    batch = minibatch(random, model)
    result = update(model, batch)
    for name, value in by_stable_baselines3(parameters, batch).items():
        # A step is up to 2.5e-4 a parameter: the two may differ by a thousandth of it.
        np.testing.assert_allclose(value, result[f"updated/{name}"], rtol=1e-6, atol=2.5e-7, err_msg=name)
        assert np.abs(value - parameters[name]).max() > 1e-4, name
    settings = {"clip": CLIP, "value_coefficient": VALUE, "entropy_coefficient": ENTROPY, "max_norm": MAX_NORM,
                **ADAM, "betas": [0.9, 0.999]}
    save("ppo_update", {**parameters, **batch, **result}, ["torch", "stable-baselines3", "numpy"],
         {"settings": json.dumps(settings), "formula": FORMULA})


main()
