# dqn_update.safetensors: one update of DQN from a replay buffer, as PyTorch 2.15.0 gives it, plain and with everything.
# Inputs are float32 values; PyTorch computes in float64 and the results are rounded once.

import json

import numpy as np
import torch
from torch import nn

from golden import save

SEEN, ACTIONS, HIDDEN = 4, 2, [16, 12]
COPIES, ROWS, APPENDED = 3, 11, 17  # the ring is full, and its oldest step is in row 17 mod 11
LEARNING_RATE, EPSILON = 1e-3, 1e-6
CASES = {
    "plain": dict(batch=16, gamma=0.9, steps=1, double=False, dueling=False, prioritized=False, tau=1.0, max_norm=1e6),
    "full": dict(batch=24, gamma=0.95, steps=3, double=True, dueling=True, prioritized=True, tau=0.25, max_norm=0.05,
                 alpha=0.6, beta=0.55),
}
FORMULA = (
    "transitions by number: row * copies + copy; returns end with their episode and at the newest step; "
    "loss = mean(w * huber(delta)), w = (p / sum p)^-beta over its largest in the batch; "
    "gradient/... is after clip_grad_norm_, updated/... after one step of Adam, target/... after the target's; "
    "priorities = (|delta| + 1e-6)^alpha where drawn"
)


class Values(nn.Module):
    """Keys as q.0.weight; the rows of a dueling head are the value, then the advantages (Wang et al. 2016)."""

    def __init__(self, random, dueling):
        super().__init__()
        widths = [SEEN, *HIDDEN, ACTIONS + dueling]
        layers = []
        for inputs, outputs in zip(widths, widths[1:]):
            layers += [nn.Linear(inputs, outputs), nn.ReLU()]
        self.q, self.dueling = nn.Sequential(*layers[:-1]), dueling
        for parameter in self.parameters():
            value = (random.normal(size=parameter.shape) * parameter.shape[-1] ** -0.5).astype(np.float32)
            parameter.data = torch.tensor(value, dtype=torch.float64)

    def forward(self, x):
        for layer in self.q[:-1]:
            x = layer(x)
            # Float32 must not be able to decide a relu differently.
            assert not isinstance(layer, nn.Linear) or x.abs().min() > 1e-5
        x = self.q[-1](x)
        return x[:, :1] + x[:, 1:] - x[:, 1:].mean(1, keepdim=True) if self.dueling else x


def history(random):
    """Transitions [rows, copies, numbers]: observation, action, reward, terminated, truncated, final observation."""
    kept = [random.normal(size=(ROWS, COPIES, SEEN)), random.integers(ACTIONS, size=(ROWS, COPIES, 1)),
            random.normal(size=(ROWS, COPIES, 1)), random.random((ROWS, COPIES, 1)) < 0.2,
            random.random((ROWS, COPIES, 1)) < 0.15, random.normal(size=(ROWS, COPIES, SEEN))]
    return np.concatenate([np.asarray(part, np.float32) for part in kept], 2)


def returns(storage, number, case):
    """What a transition is made of, by its definition, walking step by step."""
    row, copy = divmod(number, COPIES)
    time = next(t for t in range(APPENDED - ROWS, APPENDED) if t % ROWS == row)
    first = storage[row, copy].astype(np.float64)
    reward, discount = 0.0, 1.0
    for t in range(time, min(time + case["steps"], APPENDED)):
        step = storage[t % ROWS, copy].astype(np.float64)
        reward += discount * step[SEEN + 1]
        discount *= case["gamma"]
        terminated, truncated = step[SEEN + 2] > 0, step[SEEN + 3] > 0
        if terminated or truncated:
            break
    return first[:SEEN], int(first[SEEN]), reward, step[SEEN + 4:], 0.0 if terminated else discount


def update(random, case):
    online, target = Values(random, case["dueling"]), Values(random, case["dueling"])
    storage = history(random)
    numbers = np.sort(random.integers(ROWS * COPIES, size=case["batch"]))
    priorities = random.uniform(0.1, 2, ROWS * COPIES).astype(np.float32)
    given = {"storage": storage, "numbers": numbers.astype(np.uint32), "priorities": priorities}
    given |= {f"before/{name}": value.detach().numpy().copy() for name, value in online.named_parameters()}
    given |= {f"target_before/{name}": value.detach().numpy().copy() for name, value in target.named_parameters()}

    seen, actions, rewards, final, discounts = (
        torch.tensor(np.array(part)) for part in zip(*(returns(storage, int(n), case) for n in numbers)))
    chosen = online(seen).gather(1, actions[:, None])[:, 0]
    with torch.no_grad():
        next_values, judge = target(final), online(final)
        assert (judge[:, 0] - judge[:, 1]).abs().min() > 1e-4
        best = next_values.gather(1, judge.argmax(1, keepdim=True))[:, 0] if case["double"] else next_values.max(1).values
        goal = rewards + discounts * best
    errors = goal - chosen
    assert 0.2 < (errors.abs() > 1).double().mean() < 0.8
    weights = torch.ones(case["batch"], dtype=torch.float64)
    if case["prioritized"]:
        chance = torch.tensor(priorities[numbers], dtype=torch.float64) / priorities.astype(np.float64).sum()
        weights = (ROWS * COPIES * chance) ** -case["beta"]
        weights = weights / weights.max()
    loss = (weights * nn.functional.huber_loss(chosen, goal, reduction="none")).mean()

    optimizer = torch.optim.Adam(online.parameters(), lr=LEARNING_RATE)
    loss.backward()
    norm = nn.utils.clip_grad_norm_(online.parameters(), case["max_norm"])
    assert (norm > case["max_norm"]) == case["prioritized"]
    gradients = {f"gradient/{name}": value.grad.numpy().copy() for name, value in online.named_parameters()}
    optimizer.step()
    with torch.no_grad():
        for theirs, ours in zip(target.parameters(), online.parameters()):
            theirs.lerp_(ours, case["tau"])
    after = priorities.astype(np.float64)
    if case["prioritized"]:
        after[numbers] = (np.abs(errors.detach().numpy()) + EPSILON) ** case["alpha"]
    results = {f"updated/{name}": value.detach().numpy() for name, value in online.named_parameters()}
    results |= {f"target/{name}": value.detach().numpy() for name, value in target.named_parameters()}
    results |= {
        "loss": loss.detach().numpy(), "q_mean": chosen.mean().detach().numpy(),
        "td_error": errors.abs().mean().detach().numpy(), "gradient_norm": norm.numpy(),
        "priorities_after": after, "largest_priority": max(1, after[numbers].max()),
    }
    return given | gradients | results


def main():
    tensors = {}
    for name, case in CASES.items():
        tensors |= {f"{name}/{key}": value for key, value in update(np.random.default_rng(7), case).items()}
    settings = {"copies": COPIES, "rows": ROWS, "appended": APPENDED, "lr": LEARNING_RATE, "hidden": HIDDEN, **CASES}
    save("dqn_update", tensors, ["torch", "numpy"], {"settings": json.dumps(settings), "formula": FORMULA})


main()
