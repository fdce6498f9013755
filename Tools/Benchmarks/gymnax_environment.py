# One of gymnax's environments on JAX's CPU, random actions, no policy: prints one JSON object on its last line.
# The program is compiled and run once before it is timed.

import argparse
import json
import time
from functools import partial

import gymnax
import jax
import jax.numpy as jnp


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("environment", help="gymnax's identifier, such as CartPole-v1")
    parser.add_argument("--copies", type=int, default=4096)
    parser.add_argument("--steps", type=int, required=True, help="environment steps to time, over all copies")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    jax.config.update("jax_platforms", "cpu")
    environment, parameters = gymnax.make(options.environment)
    copies, space = options.copies, environment.action_space(parameters)
    reset = jax.vmap(environment.reset, in_axes=(0, None))
    step = jax.vmap(environment.step, in_axes=(0, 0, 0, None))

    def sample(key):
        if hasattr(space, "n"):
            return jax.random.randint(key, (copies,), 0, space.n)
        return jax.random.uniform(key, (copies,), minval=space.low, maxval=space.high)

    def one(carry, _):
        key, state, running, returns, episodes = carry
        key, for_actions, for_steps = jax.random.split(key, 3)
        _, state, reward, terminated, truncated, _ = step(
            jax.random.split(for_steps, copies), state, sample(for_actions), parameters)
        running, ended = running + reward, terminated | truncated
        returns = returns + jnp.where(ended, running, 0)
        return (key, state, jnp.where(ended, 0, running), returns, episodes + ended), None

    @partial(jax.jit, static_argnums=1)
    def run(carry, length):
        return jax.lax.scan(one, carry, None, length)[0]

    def start():
        key, for_reset = jax.random.split(jax.random.key(options.seed))
        _, state = reset(jax.random.split(for_reset, copies), parameters)
        return key, state, jnp.zeros(copies), jnp.zeros(copies), jnp.zeros(copies, jnp.int32)

    length = max(1, round(options.steps / copies))
    jax.block_until_ready(run(start(), length))
    carry = jax.block_until_ready(start())
    begin = time.perf_counter()
    *_, returns, episodes = jax.block_until_ready(run(carry, length))
    seconds = time.perf_counter() - begin
    steps, ended = copies * length, int(episodes.sum())
    print(json.dumps({
        "steps": steps, "seconds": seconds, "steps_per_second": steps / seconds,
        "return_mean": float(returns.sum() / ended) if ended else None, "device": jax.devices()[0].platform,
    }))


main()
