// Three dials, each turned by a component of the action with choices of its own; only tests know it.
// State and observation: where the dials point, from about -1 to 1. The episode ends when the first two have gone too far.
#ifndef REPRISE_DIALS_GLSL
#define REPRISE_DIALS_GLSL

#define ACTION uint

const uint STATE_SIZE = 3u;
const uint OBSERVATION_SIZE = 3u;
const uint ACTION_SIZE = 3u;
const uint ACTION_COUNTS[ACTION_SIZE] = uint[](3u, 2u, 4u);
const uint MAXIMUM_STEPS = 40u;

// How far the largest choice turns a dial.
const uint PARAMETER_COUNT = 1u;
const float DEFAULT_PARAMETERS[PARAMETER_COUNT] = float[](0.5);

void reset(out float state[STATE_SIZE], uvec4 random) {
  for (uint i = 0u; i < STATE_SIZE; i++) state[i] = uniformFloat(random[i]) - 0.5;
}

void observe(float state[STATE_SIZE], out float observation[OBSERVATION_SIZE]) { observation = state; }

void step(
  inout float state[STATE_SIZE], uint action[ACTION_SIZE], float parameters[PARAMETER_COUNT], out float reward,
  out bool terminated
) {
  for (uint i = 0u; i < STATE_SIZE; i++) {
    float turn = 2.0 * float(action[i]) / float(ACTION_COUNTS[i] - 1u) - 1.0;
    state[i] = 0.75 * state[i] + parameters[0] * turn;
  }
  reward = -state[0] * state[1] + state[2];
  terminated = state[0] + state[1] > 1.75;
}

#endif
