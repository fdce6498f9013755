// CartPole-v1: a pole on a cart is balanced by pushing the cart left or right.
// Source: Gymnasium, envs/classic_control/cartpole.py, after Barto, Sutton and Anderson (1983).
// State and observation: x [m], dx/dt [m/s], theta [rad], dtheta/dt [rad/s].
#ifndef REPRISE_CARTPOLE_GLSL
#define REPRISE_CARTPOLE_GLSL
#include "../trigonometry.glsl"

#define ACTION uint

const uint STATE_SIZE = 4u;
const uint OBSERVATION_SIZE = 4u;
const uint ACTION_SIZE = 1u;
const uint ACTION_COUNTS[ACTION_SIZE] = uint[](2u);
const uint MAXIMUM_STEPS = 500u;

// Gravity [m/s2], masses of cart and pole [kg], half the pole's length [m], force [N], time step [s].
const uint PARAMETER_COUNT = 6u;
const float DEFAULT_PARAMETERS[PARAMETER_COUNT] = float[](9.8, 1.0, 0.1, 0.5, 10.0, 0.02);

const float POSITION_LIMIT = 2.4;
const float ANGLE_LIMIT = 12.0 * 2.0 * 3.14159265358979 / 360.0;

void reset(out float state[STATE_SIZE], uvec4 random) {
  for (uint i = 0u; i < STATE_SIZE; i++) state[i] = uniformFloat(random[i]) * 0.1 - 0.05;
}

void observe(float state[STATE_SIZE], out float observation[OBSERVATION_SIZE]) { observation = state; }

void step(
  inout float state[STATE_SIZE], uint action[ACTION_SIZE], float parameters[PARAMETER_COUNT], out float reward,
  out bool terminated
) {
  float gravity = parameters[0], poleMass = parameters[2], halfLength = parameters[3], timeStep = parameters[5];
  float totalMass = parameters[1] + poleMass;
  float velocity = state[1];
  float angle = state[2];
  float rate = state[3];
  float force = action[0] == 1u ? parameters[4] : -parameters[4];
  float sine, cosine;
  sineAndCosine(angle, sine, cosine);
  float push = (force + poleMass * halfLength * rate * rate * sine) / totalMass;
  float angular = (gravity * sine - cosine * push)
    / (halfLength * (4.0 / 3.0 - poleMass * cosine * cosine / totalMass));
  float linear = push - poleMass * halfLength * angular * cosine / totalMass;
  // Explicit Euler: positions move by the old velocities.
  state[0] += timeStep * velocity;
  state[1] += timeStep * linear;
  state[2] += timeStep * rate;
  state[3] += timeStep * angular;
  reward = 1.0;
  terminated = abs(state[0]) > POSITION_LIMIT || abs(state[2]) > ANGLE_LIMIT;
}

#endif
