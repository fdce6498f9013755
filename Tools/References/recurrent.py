# gru.safetensors, ppo_recurrent_update.safetensors: a GRUCell, alone and over a sequence with resets, and one minibatch
# update of PPO with a recurrent policy, as PyTorch 2.15.0 gives them. Inputs are float32 values; PyTorch computes in
# float64 and the results are rounded once.

import json

import numpy as np
import torch
from torch import nn

from golden import save

CLIP, VALUE, ENTROPY, MAX_NORM = 0.2, 0.5, 0.01, 0.5
STEPS, SEQUENCES, OBSERVATION, HIDDEN, UNITS, ACTIONS = 6, 5, 2, 8, 7, 2
FORMULA = (
    "features = tanh(trunk(observations)); states by GRUCell along the steps, 0 after steps that ended an episode; "
    "logits = policy(states), value = value(states); the objective as in ppo_update, means over all steps and sequences; "
    "observations [steps, sequences, 2]; gradient/… is before clip_grad_norm_(0.5), gradient_norm its norm"
)


def narrowed(random, module):
    """The module in float64 with parameters that are float32 values."""
    for parameter in module.parameters():
        scale = 0.3 if parameter.ndim == 1 else parameter.shape[1] ** -0.5
        value = (random.normal(size=parameter.shape) * scale).astype(np.float32)
        parameter.data = torch.tensor(value, dtype=torch.float64)
    return module


def given(random, shape, gradient=False):
    value = random.normal(size=shape).astype(np.float32)
    return torch.tensor(value, dtype=torch.float64, requires_grad=gradient)


def unrolled(cell, inputs, state, ended):
    """States [steps, …] of a cell; after a step that ended an episode the next meets zeros."""
    states = []
    for step, x in enumerate(inputs):
        states.append(cell(x, state))
        state = torch.where(ended[step][:, None], 0.0, states[-1])
    return torch.stack(states)


def gru(random):
    cell = narrowed(random, nn.GRUCell(5, 7))
    tensors = {name: value.detach().clone() for name, value in cell.named_parameters()}
    ended = torch.zeros(5, 3, dtype=torch.bool)
    ended[1, 0] = ended[2, 2] = ended[3, 2] = ended[4, 1] = True
    for name, steps in (("step", 1), ("sequence", 5)):
        inputs, state = given(random, (steps, 3, 5), True), given(random, (3, 7), True)
        weight = given(random, (steps, 3, 7))
        outputs = unrolled(cell, inputs, state, ended if name == "sequence" else torch.zeros_like(ended))
        cell.zero_grad()
        (outputs * weight).sum().backward()
        found = {"inputs": inputs, "state": state, "loss_weight": weight, "outputs": outputs,
                 "gradient/inputs": inputs.grad, "gradient/state": state.grad}
        found |= {f"gradient/{key}": value.grad.clone() for key, value in cell.named_parameters()}
        tensors |= {f"{name}/{key}": value.detach() for key, value in found.items()}
    tensors["from_zeros"] = cell(tensors["step/inputs"][0]).detach()
    tensors["sequence/ended"] = ended.int()
    save("gru", tensors, ["torch", "numpy"], {"formula": "the loss is sum(outputs * loss_weight)"})


class Policy(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(OBSERVATION, HIDDEN), nn.Tanh())
        self.gru = nn.GRUCell(HIDDEN, UNITS)
        self.policy = nn.Linear(UNITS, ACTIONS)
        self.value = nn.Linear(UNITS, 1)

    def forward(self, observations, state, ended):
        states = unrolled(self.gru, self.trunk(observations), state, ended)
        return torch.distributions.Categorical(logits=self.policy(states)), self.value(states)[..., 0], states


def update(random):
    model = narrowed(random, Policy())
    parameters = {name: value.detach().clone() for name, value in model.named_parameters()}
    observations, state = given(random, (STEPS, SEQUENCES, OBSERVATION)), given(random, (SEQUENCES, UNITS))
    ended = torch.tensor(random.random((STEPS, SEQUENCES)) < 0.25)
    assert 3 < ended[:-1].sum() < 15
    actions = torch.tensor(random.integers(ACTIONS, size=(STEPS, SEQUENCES)))
    distribution, values, states = model(observations, state, ended)
    # As far from the present policy that some of the ratios are clipped.
    noise = random.normal(size=(2, STEPS, SEQUENCES)) * [[[0.2]], [[1.0]]]
    old_log_probs = torch.tensor((distribution.log_prob(actions).detach().numpy() + noise[0]).astype(np.float32))
    returns = torch.tensor((values.detach().numpy() + noise[1]).astype(np.float32))
    advantages = given(random, (STEPS, SEQUENCES))
    final = given(random, (STEPS, SEQUENCES, OBSERVATION))

    log_ratio = distribution.log_prob(actions) - old_log_probs.double()
    ratio = log_ratio.exp()
    a = (advantages - advantages.mean()) / (advantages.std() + 1e-8)
    policy_loss = -torch.min(ratio * a, ratio.clamp(1 - CLIP, 1 + CLIP) * a).mean()
    value_loss = nn.functional.mse_loss(values, returns.double())
    entropy = distribution.entropy().mean()
    total = policy_loss + VALUE * value_loss - ENTROPY * entropy
    # Float32 must not be able to decide differently whether a ratio is clipped.
    assert ((ratio - 1).abs() - CLIP).abs().min() > 1e-4
    clipped = ((ratio - 1).abs() > CLIP).double().mean()
    assert 0.1 < clipped < 0.6
    total.backward()
    result = {f"gradient/{name}": value.grad.clone() for name, value in model.named_parameters()}
    norm = nn.utils.clip_grad_norm_(model.parameters(), MAX_NORM)
    # What bootstraps the return: the value of the observation after a step, by the state after it, before any reset.
    with torch.no_grad():
        flat = model.gru(model.trunk(final).flatten(0, 1), states.flatten(0, 1))
        next_values = model.value(flat).reshape(STEPS, SEQUENCES)
    scalars = {"policy_loss": policy_loss, "value_loss": value_loss, "entropy": entropy, "total_loss": total,
               "approx_kl": ((ratio - 1) - log_ratio).mean(), "clip_fraction": clipped, "gradient_norm": norm}
    batch = {"observations": observations, "state": state, "ended": ended.int(), "actions": actions.int(),
             "old_log_probs": old_log_probs, "advantages": advantages, "returns": returns,
             "final_observations": final, "values": values, "next_values": next_values}
    settings = {"clip": CLIP, "value_coefficient": VALUE, "entropy_coefficient": ENTROPY, "max_norm": MAX_NORM}
    tensors = {**parameters, **batch, **result, **scalars}
    save("ppo_recurrent_update", {name: value.detach() for name, value in tensors.items()}, ["torch", "numpy"],
         {"settings": json.dumps(settings), "formula": FORMULA})


def main():
    random = np.random.default_rng(5)
    gru(random)
    update(random)


main()
