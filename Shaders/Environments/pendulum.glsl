// Pendulum-v1: a rod that hangs on one end is swung up and held by a torque.
// Source: Gymnasium, envs/classic_control/pendulum.py.
// State: theta [rad], 0 upright and not wrapped, dtheta/dt [rad/s]. Observation: cosine, sine, dtheta/dt.
#ifndef REPRISE_PENDULUM_GLSL
#define REPRISE_PENDULUM_GLSL
#include "../trigonometry.glsl"

#define ACTION float
#define BOX_ACTIONS

const uint STATE_SIZE = 2u;
const uint OBSERVATION_SIZE = 3u;
const uint ACTION_SIZE = 1u;
const float ACTION_LOW[ACTION_SIZE] = float[](-2.0);
const float ACTION_HIGH[ACTION_SIZE] = float[](2.0);
const uint MAXIMUM_STEPS = 200u;

// Gravity [m/s2], mass [kg], length [m], time step [s], largest speed [rad/s] and torque [N m].
const uint PARAMETER_COUNT = 6u;
const float DEFAULT_PARAMETERS[PARAMETER_COUNT] = float[](10.0, 1.0, 1.0, 0.05, 8.0, 2.0);

void reset(out float state[STATE_SIZE], uvec4 random) {
  state[0] = fma(uniformFloat(random.x), 6.28318530717959, -3.14159265358979);
  state[1] = uniformFloat(random.y) * 2.0 - 1.0;
}

void observe(float state[STATE_SIZE], out float observation[OBSERVATION_SIZE]) {
  sineAndCosine(state[0], observation[1], observation[0]);
  observation[2] = state[1];
}

void step(
  inout float state[STATE_SIZE], float action[ACTION_SIZE], float parameters[PARAMETER_COUNT], out float reward,
  out bool terminated
) {
  float gravity = parameters[0], mass = parameters[1], rod = parameters[2], timeStep = parameters[3];
  float speedLimit = parameters[4], torqueLimit = parameters[5];
  float torque = limited(action[0], -torqueLimit, torqueLimit);
  float angle = withinTurn(state[0]);
  float rate = state[1];
  // The cost is of the state before the step.
  reward = -(angle * angle + 0.1 * rate * rate + 0.001 * torque * torque);
  float angular = 3.0 * gravity / (2.0 * rod) * sine(state[0]) + 3.0 / (mass * rod * rod) * torque;
  rate = limited(rate + angular * timeStep, -speedLimit, speedLimit);
  state[0] += rate * timeStep;
  state[1] = rate;
  terminated = false;
}

#endif
