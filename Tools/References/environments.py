# NAME_transitions, NAME_changes and NAME_episodes.safetensors of the five environments, as Gymnasium 1.3.0 steps them.
# Gymnasium computes in float64. Every state it starts from is a float32 value, and no state comes so close to a limit, or
# is so unstable, that float32's rounding could decide what follows: the same step from beside it gives the same.

import json

import gymnasium
import numpy as np

from classic_control import ENVIRONMENTS
from golden import save

TRANSITIONS, CHANGED, EPISODES, RESETS, PLAYED = 2500, 48, 12, 1000, 200
TOLERANCE = 1e-4  # of the tests


def make(kind):
    environment = gymnasium.make(kind.identifier).unwrapped
    environment.reset(seed=0)
    return environment


def step(environment, state, action):
    """State after, observation, reward, terminated."""
    environment.state = np.asarray(state, np.float64)
    environment.steps_beyond_terminated = None  # CartPole's
    observation, reward, terminated, _, _ = environment.step(action)
    return np.array(environment.state, np.float64), observation, float(reward), bool(terminated)


def is_clear(kind, environment, state, action, result):
    """Whether the step from states beside this one ends alike, within half of the tests' tolerance."""
    for component, margin in enumerate(kind.margins):
        for side in (-margin, margin) if margin else ():
            beside = state.astype(np.float64)
            beside[component] += side
            after, _, reward, terminated = step(environment, beside, action)
            largest = max(np.abs(after - result[0]).max(), abs(reward - result[2]))
            if terminated != result[3] or largest > TOLERANCE / 2:
                return False
    return True


def clear_steps(kind, environment, random, count):
    """`count` steps from states and actions of all kinds, and how many were passed over."""
    rows, passed = [], 0
    while len(rows) < count:
        states = kind.states(random, count)
        for state, action in zip(states.astype(np.float32), kind.actions(random, count)):
            result = step(environment, state, action)
            if is_clear(kind, environment, state, action, result):
                rows.append((state, action, *result))
            else:
                passed += 1
    return rows[:count], passed


def columns(rows):
    names = ("state", "action", "next_state", "observation", "reward", "terminated")
    return {name: np.array(column) for name, column in zip(names, zip(*rows))}


def first_state(environment):
    environment.reset()
    return np.array(environment.state)


def steps_to_truncation(kind):
    """After how many steps Gymnasium truncates an episode that nothing else ends."""
    environment = gymnasium.make(kind.identifier)
    observation, _ = environment.reset(seed=0)
    for count in range(1, 10_000):
        observation, _, terminated, truncated, _ = environment.step(kind.idle(observation))
        assert not terminated
        if truncated:
            return count


def random_returns(kind):
    """Returns of whole episodes under uniformly random actions."""
    environment, returns = gymnasium.make(kind.identifier), []
    environment.action_space.seed(1)
    for episode in range(PLAYED):
        environment.reset(seed=episode)
        total, ends = 0.0, False
        while not ends:
            _, reward, terminated, truncated, _ = environment.step(environment.action_space.sample())
            total, ends = total + float(reward), terminated or truncated
        returns.append(total)
    return np.array(returns)


def transitions(kind, random):
    environment, spec = make(kind), gymnasium.spec(kind.identifier)
    rows, passed = clear_steps(kind, environment, random, TRANSITIONS)
    tensors = columns(rows) | {"reset": np.stack([first_state(environment) for _ in range(RESETS)])}
    ended = tensors["terminated"].mean()
    assert not kind.terminates or 0.05 < ended < 0.95, f"{ended} of the transitions terminate"
    space, returns = environment.action_space, random_returns(kind)
    save(f"{kind.name}_transitions", tensors, ["gymnasium", "numpy"], {
        "passed_over": str(passed),
        "terminated_fraction": f"{ended:.3f}",
        "maximum_steps": str(steps_to_truncation(kind)),
        "random_return": json.dumps([returns.mean(), returns.std() / PLAYED**0.5]),
        "reward_threshold": json.dumps(spec.reward_threshold),
        "parameters": json.dumps([kind.get(environment, name) for name in kind.changes]),
        "actions": json.dumps([int(space.n)] if hasattr(space, "n") else [*map(float, [space.low[0], space.high[0]])]),
    })


def changes(kind, random):
    """For each parameter, steps of an environment in which it is another number, all of which the change moves."""
    tensors = []
    for name, value in kind.changes.items():
        usual, changed = make(kind), make(kind)
        kind.set(changed, name, value)
        rows = []
        while len(rows) < CHANGED:
            for row in clear_steps(kind, changed, random, CHANGED)[0]:
                state, _, reward, terminated = step(usual, row[0], row[1])
                differs = np.abs(state - row[2]).max() > 2 * TOLERANCE or reward != row[4] or terminated != row[5]
                if differs and len(rows) < CHANGED:
                    rows.append(row)
        tensors.append(columns(rows))
    save(f"{kind.name}_changes", {name: np.stack([entry[name] for entry in tensors]) for name in tensors[0]} | {
        "value": np.array([*kind.changes.values()])}, ["gymnasium", "numpy"], {"names": json.dumps([*kind.changes])})


def play(kind, environment, random):
    """An episode, until it ends or a path that is rounded to float32 at each step has parted from it."""
    initial, choose = kind.initial(random), kind.player(random)
    state, rounded = initial.astype(np.float64), initial
    rows = []
    while len(rows) < kind.longest:
        action = choose(state)
        rounded = step(environment, rounded, action)[0].astype(np.float32)
        result = step(environment, state, action)
        if np.abs(rounded - result[0]).max() > TOLERANCE / 10 or not is_clear(kind, environment, state, action, result):
            break
        state, _, reward, terminated = result
        rows.append((action, state, reward, terminated))
        if terminated:
            break
    return initial, rows


def episodes(kind, random):
    environment = make(kind)
    played = [play(kind, environment, random) for _ in range(EPISODES)]
    lengths = [len(rows) for _, rows in played]
    padded = [[rows[min(time, len(rows) - 1)] for time in range(max(lengths))] for _, rows in played]
    names = ("actions", "states", "rewards", "terminated")
    tensors = {name: np.array([[row[place] for row in rows] for rows in padded]) for place, name in enumerate(names)}
    assert sum(lengths) >= 20 * EPISODES and (not kind.terminates or tensors["terminated"][:, -1].any())
    save(f"{kind.name}_episodes", tensors | {"initial": np.array([first for first, _ in played]), "lengths": np.array(lengths)},
         ["gymnasium", "numpy"], {"padding": "after an episode's length its last row is repeated",
                                  "shortest": str(min(lengths)), "longest": str(max(lengths))})


for number, kind in enumerate(ENVIRONMENTS):
    transitions(kind, np.random.default_rng(3 * number))
    changes(kind, np.random.default_rng(3 * number + 1))
    episodes(kind, np.random.default_rng(3 * number + 2))
