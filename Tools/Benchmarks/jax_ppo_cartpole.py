# PPO on gymnax's CartPole-v1 on JAX's CPU, the whole training one compiled program: prints one JSON object on its last line.
# After PureJaxRL's ppo.py (Lu et al. 2022): a scan over iterations, and in it one over steps and one over updates; as there,
# an episode that reaches its limit of 500 steps counts as one that failed. The time of compiling stands by itself.

import argparse
import json
import time
from functools import partial

import gymnax
import jax
import jax.numpy as jnp

EPOCHS, MINIBATCHES, GAMMA, LAMBDA, CLIP, VALUE_COEFFICIENT, MAX_NORM = 4, 4, 0.99, 0.95, 0.2, 0.5, 0.5
LEARNING_RATE = 2.5e-4


def dense(key, sizes, gain):
    """Layers of weights and biases: orthogonal with gain √2, the last with `gain`, biases 0."""
    layers = []
    for number, (inputs, outputs) in enumerate(zip(sizes, sizes[1:])):
        scale = gain if number == len(sizes) - 2 else 2 ** 0.5
        weight = jax.nn.initializers.orthogonal(scale)(jax.random.fold_in(key, number), (inputs, outputs))
        layers.append((weight, jnp.zeros(outputs)))
    return layers


def apply(layers, x):
    for weight, bias in layers[:-1]:
        x = jnp.tanh(x @ weight + bias)
    weight, bias = layers[-1]
    return x @ weight + bias


def value(parameters, observations):
    return apply(parameters["value"], observations)[..., 0]


def log_probability(parameters, observations, actions):
    logits = jax.nn.log_softmax(apply(parameters["policy"], observations))
    return jnp.take_along_axis(logits, actions[..., None], -1)[..., 0]


def objective(parameters, batch):
    observations, actions, old, advantages, returns = batch
    advantages = (advantages - advantages.mean()) / (advantages.std() + 1e-8)
    ratio = jnp.exp(log_probability(parameters, observations, actions) - old)
    policy = -jnp.minimum(ratio * advantages, jnp.clip(ratio, 1 - CLIP, 1 + CLIP) * advantages).mean()
    return policy + VALUE_COEFFICIENT * jnp.square(value(parameters, observations) - returns).mean()


def adam(parameters, moments, gradient, rate):
    """A step of Adam after clipping the gradient's norm; moments are (number of steps, first, second)."""
    norm = jnp.sqrt(sum(jnp.square(g).sum() for g in jax.tree.leaves(gradient)))
    gradient = jax.tree.map(lambda g: g * jnp.minimum(1, MAX_NORM / (norm + 1e-6)), gradient)
    count = moments[0] + 1
    first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, moments[1], gradient)
    second = jax.tree.map(lambda m, g: 0.999 * m + 0.001 * g * g, moments[2], gradient)
    parameters = jax.tree.map(
        lambda p, m, v: p - rate * (m / (1 - 0.9 ** count)) / (jnp.sqrt(v / (1 - 0.999 ** count)) + 1e-5),
        parameters, first, second)
    return parameters, (count, first, second)


def training(copies, horizon, iterations):
    """The whole training as a function of a key: it returns each iteration's ended episodes and their returns' sum."""
    environment, settings = gymnax.make("CartPole-v1")
    reset = jax.vmap(environment.reset, in_axes=(0, None))
    step = jax.vmap(environment.step, in_axes=(0, 0, 0, None))
    samples = copies * horizon

    def act(parameters, carry, key):
        state, observations, running = carry
        for_action, for_step = jax.random.split(key)
        actions = jax.random.categorical(for_action, apply(parameters["policy"], observations))
        following, state, rewards, terminated, truncated, _ = step(
            jax.random.split(for_step, copies), state, actions, settings)
        ended, running = terminated | truncated, running + rewards
        finished = (ended.sum(), jnp.where(ended, running, 0).sum())
        transition = (observations, actions, log_probability(parameters, observations, actions),
                      value(parameters, observations), rewards, ended)
        return (state, following, jnp.where(ended, 0, running)), (transition, finished)

    def estimate(carry, transition):
        advantage, following = carry
        predicted, reward, ended = transition
        error = reward + GAMMA * following * (1 - ended) - predicted
        advantage = error + GAMMA * LAMBDA * (1 - ended) * advantage
        return (advantage, predicted), advantage

    def update(rate, carry, batch):
        parameters, moments = carry
        return adam(parameters, moments, jax.grad(objective)(parameters, batch), rate), None

    def iterate(carry, number):
        parameters, moments, playing, key = carry
        key, for_steps, for_order = jax.random.split(key, 3)
        playing, (transitions, finished) = jax.lax.scan(
            partial(act, parameters), playing, jax.random.split(for_steps, horizon))
        observations, actions, old, predicted, rewards, ended = transitions
        last = value(parameters, playing[1])
        _, advantages = jax.lax.scan(
            estimate, (jnp.zeros_like(last), last), (predicted, rewards, ended), reverse=True)
        batch = jax.tree.map(
            lambda x: x.reshape(samples, *x.shape[2:]), (observations, actions, old, advantages, advantages + predicted))
        rate = LEARNING_RATE * (1 - number / iterations)

        def epoch(carry, key):
            order = jax.random.permutation(key, samples)
            parts = jax.tree.map(lambda x: x[order].reshape(MINIBATCHES, -1, *x.shape[1:]), batch)
            return jax.lax.scan(partial(update, rate), carry, parts)

        (parameters, moments), _ = jax.lax.scan(epoch, (parameters, moments), jax.random.split(for_order, EPOCHS))
        return (parameters, moments, playing, key), jax.tree.map(jnp.sum, finished)

    def train(key):
        key, for_policy, for_value, for_reset = jax.random.split(key, 4)
        parameters = {"policy": dense(for_policy, (4, 64, 64, 2), 0.01), "value": dense(for_value, (4, 64, 64, 1), 1)}
        zeros = jax.tree.map(jnp.zeros_like, parameters)
        observations, state = reset(jax.random.split(for_reset, copies), settings)
        playing = (state, observations, jnp.zeros(copies))
        return jax.lax.scan(
            iterate, (parameters, (0, zeros, zeros), playing, key), jnp.arange(iterations))[1]

    return train


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--copies", type=int, required=True)
    parser.add_argument("--horizon", type=int, required=True)
    parser.add_argument("--steps", type=int, required=True, help="environment steps to time, over all copies")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    jax.config.update("jax_platforms", "cpu")
    iteration = options.copies * options.horizon
    iterations = -(-options.steps // iteration)
    key = jax.random.key(options.seed)
    begin = time.perf_counter()
    train = jax.jit(training(options.copies, options.horizon, iterations)).lower(key).compile()
    compiled = time.perf_counter()
    episodes, returns = jax.block_until_ready(train(key))
    seconds = time.perf_counter() - compiled
    ended = max(number for number in range(iterations) if episodes[number] > 0)
    print(json.dumps({
        "steps": iterations * iteration, "seconds": seconds, "steps_per_second": iterations * iteration / seconds,
        "return_mean": float(returns[ended] / episodes[ended]), "compile_seconds": compiled - begin,
        "device": jax.devices()[0].platform,
    }))


main()
