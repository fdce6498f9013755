# gymnax's CartPole-v1 on JAX's CPU, random actions, no policy: prints one JSON object on its last line.
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
    parser.add_argument("--copies", type=int, default=4096)
    parser.add_argument("--steps", type=int, required=True, help="environment steps to time, over all copies")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    jax.config.update("jax_platforms", "cpu")
    environment, parameters = gymnax.make("CartPole-v1")
    copies = options.copies
    reset = jax.vmap(environment.reset, in_axes=(0, None))
    step = jax.vmap(environment.step, in_axes=(0, 0, 0, None))

    def one(carry, _):
        key, state, rewards, episodes = carry
        key, for_actions, for_steps = jax.random.split(key, 3)
        actions = jax.random.randint(for_actions, (copies,), 0, 2)
        _, state, reward, terminated, truncated, _ = step(
            jax.random.split(for_steps, copies), state, actions, parameters)
        return (key, state, rewards + reward, episodes + (terminated | truncated)), None

    @partial(jax.jit, static_argnums=1)
    def run(carry, length):
        return jax.lax.scan(one, carry, None, length)[0]

    def start():
        key, for_reset = jax.random.split(jax.random.key(options.seed))
        _, state = reset(jax.random.split(for_reset, copies), parameters)
        return key, state, jnp.zeros(copies), jnp.zeros(copies, jnp.int32)

    length = max(1, round(options.steps / copies))
    jax.block_until_ready(run(start(), length))
    carry = jax.block_until_ready(start())
    begin = time.perf_counter()
    _, _, rewards, episodes = jax.block_until_ready(run(carry, length))
    seconds = time.perf_counter() - begin
    steps = copies * length
    print(json.dumps({
        "steps": steps, "seconds": seconds, "steps_per_second": steps / seconds,
        # Every step's reward is 1, so this is the mean episode's length.
        "return_mean": float(rewards.sum() / episodes.sum()), "device": jax.devices()[0].platform,
    }))


main()
