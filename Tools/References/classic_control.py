# What environments.py asks of each of Gymnasium's five classic control environments: states and actions of all kinds, what
# their attributes are called and how they are changed.

import types

import numpy as np

PI = np.pi


class Attributes:
    """Parameters are attributes of the environment, where nothing else is said."""

    def get(environment, name):
        return getattr(environment, name)

    def set(environment, name, value):
        setattr(environment, name, value)


class CartPole(Attributes):
    name, identifier, terminates, longest = "cartpole", "CartPole-v1", True, 500
    # How far beside a state the same must follow; 0 where nothing depends on a limit.
    margins = [1e-5, 0, 1e-6, 0]
    changes = {"gravity": 13.0, "masscart": 1.6, "masspole": 0.3, "length": 0.8, "force_mag": 14.0, "tau": 0.03}

    def states(random, count):
        """Four kinds in turn: inside, near a limit of position, near a limit of angle, anywhere with high velocities."""
        states = random.uniform(-1, 1, (count, 4)) * [2.4, 3, PI / 15, 3.5]
        kind, side = np.arange(count) % 4, random.choice([-1.0, 1.0], count)
        states[:, 0] = np.where(kind == 1, side * 2.4 + random.normal(0, 0.05, count), states[:, 0])
        states[:, 2] = np.where(kind == 2, side * PI / 15 + random.normal(0, 0.03, count), states[:, 2])
        wide = random.uniform(-1, 1, (count, 4)) * [3.5, 20, PI, 20]
        return np.where((kind == 3)[:, None], wide, states)

    def actions(random, count):
        return random.integers(2, size=count)

    def idle(observation):
        """Balances the pole."""
        return int(np.dot([0.1, 0.3, 1.0, 0.3], observation) > 0)

    def initial(random):
        return random.uniform(-0.05, 0.05, 4).astype(np.float32)

    def player(random):
        bias = random.uniform(0.35, 0.65)
        return lambda state: int(random.random() < bias)

    def set(environment, name, value):
        setattr(environment, name, value)
        environment.total_mass = environment.masspole + environment.masscart
        environment.polemass_length = environment.masspole * environment.length


class Acrobot(Attributes):
    name, identifier, terminates, longest = "acrobot", "Acrobot-v1", True, 500
    margins = [1e-6] * 4
    changes = {"gravity": 7.0, "LINK_LENGTH_1": 1.3, "LINK_MASS_1": 1.5, "LINK_MASS_2": 0.7, "LINK_COM_POS_1": 0.7,
               "LINK_COM_POS_2": 0.4, "LINK_MOI": 1.4, "MAX_VEL_1": 2.0, "MAX_VEL_2": 3.0, "torque": 1.5, "dt": 0.15}

    def states(random, count):
        """Five kinds in turn: anywhere, slower, at the ends of angles, near the line, near the limits of velocities."""
        limits, side = np.array([PI, PI, 4 * PI, 9 * PI]), random.choice([-1.0, 1.0], (count, 4))
        anywhere = random.uniform(-1, 1, (count, 4)) * limits
        slower = anywhere * [1, 1, 0.2, 0.15]
        ends = np.concatenate([side[:, :2] * PI + random.normal(0, 0.05, (count, 2)), slower[:, 2:]], 1)
        ends = np.clip(ends, -limits, limits)
        height = np.clip(-1 - np.cos(slower[:, 0]) + random.normal(0, 0.1, count), -1, 1)
        second = (side[:, 0] * np.arccos(height) - slower[:, 0] + PI) % (2 * PI) - PI
        line = np.stack([slower[:, 0], second, 0.3 * slower[:, 2], 0.3 * slower[:, 3]], 1)
        fast = np.concatenate([anywhere[:, :2], side[:, 2:] * limits[2:] * random.uniform(0.9, 1, (count, 2))], 1)
        return np.choose((np.arange(count) % 5)[:, None], [anywhere, slower, ends, line, fast])

    def actions(random, count):
        return random.integers(3, size=count)

    def idle(observation):
        return 1

    def initial(random):
        return random.uniform(-0.1, 0.1, 4).astype(np.float32)

    def player(random):
        """Pushes with the joint's own rate, but for one step in five."""
        return lambda state: int(random.integers(3)) if random.random() < 0.2 else 2 if state[3] > 0 else 0

    def get(environment, name):
        if name in ("gravity", "torque"):
            return {"gravity": constant(environment._dsdt, 9.8), "torque": environment.AVAIL_TORQUE[2]}[name]
        return getattr(environment, name)

    def set(environment, name, value):
        if name == "gravity":
            replace_constant(environment, "_dsdt", 9.8, value)
        elif name == "torque":
            environment.AVAIL_TORQUE = [-value, 0.0, value]
        else:
            setattr(environment, name, value)


class MountainCar(Attributes):
    name, identifier, terminates, longest, goal = "mountaincar", "MountainCar-v0", True, 200, 0.5
    margins = [1e-6, 1e-7]
    changes = {"force": 0.0017, "gravity": 0.0031, "max_speed": 0.05, "min_position": -1.0, "max_position": 0.55,
               "goal_position": 0.42, "goal_velocity": 0.03}

    @classmethod
    def states(cls, random, count):
        """Five kinds in turn: anywhere, at the left wall, before the goal, at the right wall, near the limits of velocity."""
        side = random.choice([-1.0, 1.0], count)
        anywhere = np.stack([random.uniform(-1.2, 0.6, count), random.uniform(-0.07, 0.07, count)], 1)
        left = np.stack([-1.2 + np.abs(random.normal(0, 0.03, count)) * (side > -0.5), anywhere[:, 1]], 1)
        goal = np.stack([cls.goal + random.normal(0, 0.04, count), anywhere[:, 1]], 1)
        right = np.stack([0.6 - np.abs(random.normal(0, 0.03, count)), anywhere[:, 1]], 1)
        fast = np.stack([anywhere[:, 0], side * random.uniform(0.066, 0.07, count)], 1)
        return np.choose((np.arange(count) % 5)[:, None], [anywhere, left, goal, right, fast])

    def actions(random, count):
        return random.integers(3, size=count)

    def idle(observation):
        return 1

    def initial(random):
        return np.array([random.uniform(-0.6, -0.4), 0], np.float32)

    def player(random):
        """Pushes the way the car goes, but for one step in ten."""
        return lambda state: int(random.integers(3)) if random.random() < 0.1 else 2 if state[1] > 0 else 0


class ContinuousMountainCar(MountainCar):
    name, identifier, goal = "mountaincar_continuous", "MountainCarContinuous-v0", 0.45
    longest = 400
    changes = {"power": 0.0025, **{name: value for name, value in MountainCar.changes.items() if name != "force"}}

    def actions(random, count):
        """Half of them outside of the bounds."""
        return random.uniform(-2, 2, (count, 1)).astype(np.float32)

    def idle(observation):
        return np.zeros(1, np.float32)

    def player(random):
        return lambda state: np.array([np.sign(state[1]) * random.uniform(0.2, 1.4)], np.float32)

    def get(environment, name):
        return constant(environment.step, 0.0025) if name == "gravity" else getattr(environment, name)

    def set(environment, name, value):
        if name == "gravity":
            replace_constant(environment, "step", 0.0025, value)
        else:
            setattr(environment, name, value)


class Pendulum(Attributes):
    name, identifier, terminates, longest = "pendulum", "Pendulum-v1", False, 200
    margins = [0, 0]
    changes = {"g": 8.0, "m": 1.4, "l": 1.2, "dt": 0.03, "max_speed": 6.0, "max_torque": 1.5}

    def states(random, count):
        """Four kinds in turn: anywhere, at the ends of a turn, many turns away, near the limits of velocity."""
        side = random.choice([-1.0, 1.0], (count, 2))
        anywhere = random.uniform(-1, 1, (count, 2)) * [PI, 8]
        ends = np.stack([side[:, 0] * PI * random.choice([1, 3, 5], count) + random.normal(0, 0.02, count), anywhere[:, 1]], 1)
        turns = anywhere * [80 / PI, 1]
        fast = np.stack([anywhere[:, 0], side[:, 1] * random.uniform(7, 8, count)], 1)
        return np.choose((np.arange(count) % 4)[:, None], [anywhere, ends, turns, fast])

    def actions(random, count):
        """Half of them outside of the bounds."""
        return random.uniform(-4, 4, (count, 1)).astype(np.float32)

    def idle(observation):
        return np.zeros(1, np.float32)

    def initial(random):
        return (random.uniform(-1, 1, 2) * [PI, 1]).astype(np.float32)

    def player(random):
        return lambda state: np.array([2.5 * np.sign(state[1]) * random.uniform(0, 1)], np.float32)


def constant(method, value):
    """A number that stands in the method's code."""
    return next(number for number in method.__code__.co_consts if number == value)


def replace_constant(environment, method, old, new):
    """Gymnasium's own code with another number in the place of one that is no attribute."""
    code = getattr(environment, method).__code__
    constants = tuple(new if value == old else value for value in code.co_consts)
    assert constants != code.co_consts
    function = types.FunctionType(code.replace(co_consts=constants), getattr(environment, method).__globals__)
    setattr(environment, method, types.MethodType(function, environment))


ENVIRONMENTS = [CartPole, Acrobot, MountainCar, ContinuousMountainCar, Pendulum]
