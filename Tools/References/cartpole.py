# cartpole_transitions.safetensors and cartpole_episodes.safetensors: CartPole-v1 as Gymnasium 1.3.0 steps it.
# Gymnasium computes in float64. Every state it starts from is a float32 value, and no state comes so close to a
# limit that float32 could decide the termination differently.

import json

import gymnasium
import numpy as np

from golden import save

TRANSITIONS = 3000
EPISODES = 20
X_LIMIT, ANGLE_LIMIT = 2.4, 12 * 2 * np.pi / 360
# A margin in units of the state: 40 times float32's spacing at 2.4, and 60 times at 0.2.
X_MARGIN, ANGLE_MARGIN = 1e-5, 1e-6
# Linear feedback that balances the pole: push right where the weighted sum is positive.
GAINS = np.array([0.1, 0.3, 1.0, 0.3])


def is_clear(state):
    return abs(abs(state[0]) - X_LIMIT) > X_MARGIN and abs(abs(state[2]) - ANGLE_LIMIT) > ANGLE_MARGIN


def start(environment, state):
    environment.reset(seed=0)
    environment.unwrapped.state = np.asarray(state, np.float32).astype(np.float64)


def starting_states(random, count):
    """Four kinds in turn: inside, near a limit of position, near a limit of angle, anywhere with high velocities."""
    states = random.uniform(-1, 1, (count, 4)) * [2.4, 3.0, ANGLE_LIMIT, 3.5]
    kind, side = np.arange(count) % 4, random.choice([-1.0, 1.0], count)
    states[:, 0] = np.where(kind == 1, side * X_LIMIT + random.normal(0, 0.05, count), states[:, 0])
    states[:, 2] = np.where(kind == 2, side * ANGLE_LIMIT + random.normal(0, 0.03, count), states[:, 2])
    wide = random.uniform(-1, 1, (count, 4)) * [3.5, 20.0, np.pi, 20.0]
    return np.where((kind == 3)[:, None], wide, states).astype(np.float32)


def transitions(environment, random):
    rows = []
    for state in starting_states(random, TRANSITIONS + 200):
        action = int(random.integers(2))
        start(environment, state)
        following, reward, terminated, truncated, _ = environment.step(action)
        if is_clear(environment.unwrapped.state) and len(rows) < TRANSITIONS:
            rows.append((state, action, following, reward, terminated))
    assert len(rows) == TRANSITIONS
    names = ("state", "action", "next_state", "reward", "terminated")
    tensors = {name: np.array(column) for name, column in zip(names, zip(*rows))}
    ended = tensors["terminated"].mean()
    assert 0.2 < ended < 0.8, f"{ended} of the transitions terminate: the two outcomes are not both covered"
    save("cartpole_transitions", tensors, ["gymnasium", "numpy"], {"terminated_fraction": f"{ended:.3f}"})


def play(environment, initial, choose):
    """One episode: its actions, the state after each step, and how it ended; None where a limit is too close."""
    start(environment, initial)
    actions, states, done = [], [], False
    state = initial.astype(np.float64)
    while not done:
        action = int(choose(len(actions), state))
        state, _, terminated, truncated, _ = environment.step(action)
        if not is_clear(environment.unwrapped.state):
            return None
        actions.append(action)
        states.append(state)
        done = terminated or truncated
    return actions, states, terminated, truncated


def episodes(environment, random):
    played = []
    while len(played) < EPISODES:
        initial = random.uniform(-0.05, 0.05, 4).astype(np.float32)
        # A biased coin, so that episodes differ in length and in the side on which they end.
        sequence = random.random(500) < random.uniform(0.35, 0.65)
        episode = play(environment, initial, lambda step, state: sequence[step])
        if episode is not None:
            assert episode[2] and not episode[3]
            played.append((initial, *episode))
    longest = max(len(actions) for _, actions, *_ in played)
    tensors = {
        "initial": np.stack([initial for initial, *_ in played]),
        "lengths": np.array([len(actions) for _, actions, *_ in played]),
        "actions": np.zeros((EPISODES, longest), np.int32),
        "states": np.zeros((EPISODES, longest, 4), np.float32),
    }
    for row, (_, actions, states, *_) in enumerate(played):
        tensors["actions"][row, : len(actions)] = actions
        tensors["states"][row, : len(states)] = states
    initial = np.array([0.03, -0.02, 0.04, 0.01], np.float32)
    actions, states, terminated, truncated = play(environment, initial, lambda step, state: GAINS @ state > 0)
    assert len(actions) == 500 and truncated and not terminated
    tensors |= {"balanced/initial": initial, "balanced/actions": actions, "balanced/states": np.stack(states)}
    save(
        "cartpole_episodes",
        {name: np.array(value) for name, value in tensors.items()},
        ["gymnasium", "numpy"],
        {
            "padding": "actions and states after an episode's length are 0",
            "gains": json.dumps(GAINS.tolist()),
            "balanced": "action = 1 where gains . state > 0, else 0; truncated after exactly 500 steps, never "
            "terminated. The pole is unstable: replaying these actions in float32 drifts from these states "
            "within 150 steps, so compare single steps, or close the loop and count the steps",
        },
    )


def main():
    random = np.random.default_rng(1)
    environment = gymnasium.make("CartPole-v1")
    transitions(environment, random)
    episodes(environment, random)


main()
