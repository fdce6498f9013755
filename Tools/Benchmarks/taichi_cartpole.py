# CartPole-v1 as Gymnasium defines it, in Taichi on Vulkan, random actions, no policy: prints one JSON object on its last line.
# A launch takes each copy through 256 steps, as ours do. The kernel is compiled and run before it is timed.

import argparse
import json
import math
import sys
import time

import taichi as ti

STEPS_A_LAUNCH = 256
GRAVITY, CART, POLE, HALF_LENGTH, FORCE, INTERVAL = 9.8, 1.0, 0.1, 0.5, 10.0, 0.02
FARTHEST, STEEPEST, LONGEST = 2.4, 12 * math.pi / 180, 500


@ti.func
def begin():
    """A state that an episode begins in."""
    return ti.Vector([0.1 * ti.random() - 0.05 for _ in range(4)])


@ti.func
def after(state, push):
    """The state after an interval, by Euler's method."""
    position, velocity, angle, turning = state[0], state[1], state[2], state[3]
    sine, cosine = ti.sin(angle), ti.cos(angle)
    pull = (push + POLE * HALF_LENGTH * turning**2 * sine) / (CART + POLE)
    turn = (GRAVITY * sine - cosine * pull) / (HALF_LENGTH * (4 / 3 - POLE * cosine**2 / (CART + POLE)))
    move = pull - POLE * HALF_LENGTH * turn * cosine / (CART + POLE)
    return state + INTERVAL * ti.Vector([velocity, move, turning, turn])


def program(copies):
    """Kernels that begin all copies and that take them through a launch, and the sums of returns and episodes."""
    states = ti.Vector.field(4, ti.f32, copies)
    lengths, returns, episodes = (ti.field(ti.i32, copies) for _ in range(3))

    @ti.kernel
    def reset():
        for copy in range(copies):
            states[copy] = begin()
            lengths[copy] = returns[copy] = episodes[copy] = 0

    @ti.kernel
    def launch():
        for copy in range(copies):
            state, length = states[copy], lengths[copy]
            for _ in range(STEPS_A_LAUNCH):
                state = after(state, FORCE if ti.random() < 0.5 else -FORCE)
                # The reward of each step is 1.
                length += 1
                if abs(state[0]) > FARTHEST or abs(state[2]) > STEEPEST or length >= LONGEST:
                    returns[copy] += length
                    episodes[copy] += 1
                    state, length = begin(), 0
            states[copy], lengths[copy] = state, length

    return reset, launch, returns, episodes


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--copies", type=int, default=4096)
    parser.add_argument("--steps", type=int, required=True, help="environment steps to time, over all copies")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    ti.init(arch=ti.vulkan, random_seed=options.seed, log_level=ti.WARN)
    if ti.cfg.arch != ti.vulkan:
        # It goes on with the CPU instead.
        sys.exit("Taichi found no Vulkan device")
    reset, launch, returns, episodes = program(options.copies)
    reset()
    for _ in range(4):
        launch()
    reset()
    ti.sync()
    launches = -(-options.steps // (options.copies * STEPS_A_LAUNCH))
    start = time.perf_counter()
    for _ in range(launches):
        launch()
    ti.sync()
    seconds = time.perf_counter() - start
    steps, ended = launches * options.copies * STEPS_A_LAUNCH, int(episodes.to_numpy().sum())
    print(json.dumps({
        "steps": steps, "seconds": seconds, "steps_per_second": steps / seconds,
        "return_mean": float(returns.to_numpy().sum()) / ended if ended else None,
    }))


main()
