// A drone that must hold its height.
// State and observation: height above the wanted one [m], speed upwards [m/s]. Action: engine off, on.
// Reward: 1 at the wanted height, less the farther away; the episode ends at a distance of 2 m.
#ifndef HOVER_GLSL
#define HOVER_GLSL

#define ACTION uint

const uint STATE_SIZE = 2u;
const uint OBSERVATION_SIZE = 2u;
const uint ACTION_SIZE = 1u;
const uint ACTION_COUNTS[ACTION_SIZE] = uint[](2u);
const uint MAXIMUM_STEPS = 100u;

// Gravity, acceleration by the engine [m/s2], time step [s].
const uint PARAMETER_COUNT = 3u;
const float DEFAULT_PARAMETERS[PARAMETER_COUNT] = float[](9.8, 20.0, 0.05);

void reset(out float state[STATE_SIZE], uvec4 random) {
  state[0] = 2.0 * uniformFloat(random.x) - 1.0;
  state[1] = 2.0 * uniformFloat(random.y) - 1.0;
}

void observe(float state[STATE_SIZE], out float observation[OBSERVATION_SIZE]) { observation = state; }

void step(
  inout float state[STATE_SIZE], uint action[ACTION_SIZE], float parameters[PARAMETER_COUNT], out float reward,
  out bool terminated
) {
  float gravity = parameters[0], thrust = parameters[1], timeStep = parameters[2];
  // Semi-implicit Euler: the height moves by the new speed.
  state[1] += timeStep * (float(action[0]) * thrust - gravity);
  state[0] += timeStep * state[1];
  reward = 1.0 - 0.5 * abs(state[0]);
  terminated = abs(state[0]) > 2.0;
}

#endif
