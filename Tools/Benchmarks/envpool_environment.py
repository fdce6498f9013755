# One of EnvPool's environments, random actions, no policy: prints one JSON object on its last line.
# Drawing the actions is counted, as it is in ours and gymnax's. A copy that ended is reset by its next call, which is no
# environment step and is not counted as one.

import argparse
import json
import time

import envpool
import numpy


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("environment", help="Gymnasium's identifier, such as CartPole-v1")
    parser.add_argument("--copies", type=int, default=4096)
    parser.add_argument("--batch", type=int, help="copies that a call steps, those that are ready; without it, all")
    parser.add_argument("--steps", type=int, required=True, help="environment steps to time, over all copies")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    copies, batch = options.copies, options.batch or options.copies
    environment = envpool.make(
        options.environment, "gymnasium", num_envs=copies, batch_size=batch, seed=options.seed)
    space, random = environment.action_space, numpy.random.default_rng(options.seed)

    def sample():
        if hasattr(space, "n"):
            return random.integers(0, space.n, batch, dtype=numpy.int32)
        low, high = space.low[0], space.high[0]
        return low + (high - low) * random.random((batch, 1), dtype=numpy.float32)

    running, returns, episodes = numpy.zeros(copies), 0.0, 0

    def run(steps):
        """Takes the steps, and returns how many."""
        nonlocal returns, episodes
        taken = 0
        while taken < steps:
            _, reward, terminated, truncated, info = environment.recv()
            who = info["env_id"]
            taken += int(numpy.count_nonzero(info["elapsed_step"]))
            running[who] += reward
            ended = who[terminated | truncated]
            returns, episodes = returns + running[ended].sum(), episodes + len(ended)
            running[ended] = 0
            environment.send(sample(), who)
        return taken

    environment.async_reset()
    run(10 * copies)
    start = time.perf_counter()
    steps = run(options.steps)
    seconds = time.perf_counter() - start
    print(json.dumps({
        "steps": steps, "seconds": seconds, "steps_per_second": steps / seconds,
        "return_mean": returns / episodes if episodes else None,
    }))


main()
