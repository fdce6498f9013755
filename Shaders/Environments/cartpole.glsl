// CartPole-v1: a pole on a cart is balanced by pushing the cart left or right.
// Source: Gymnasium, envs/classic_control/cartpole.py, after Barto, Sutton and Anderson (1983).
// State and observation: x [m], dx/dt [m/s], theta [rad], dtheta/dt [rad/s].
#ifndef REPRISE_CARTPOLE_GLSL
#define REPRISE_CARTPOLE_GLSL
#include "../trigonometry.glsl"

const uint STATE_SIZE = 4u;
const uint OBSERVATION_SIZE = 4u;
const uint ACTION_COUNT = 2u;
const uint MAXIMUM_STEPS = 500u;

const float GRAVITY = 9.8;
const float CART_MASS = 1.0;
const float POLE_MASS = 0.1;
const float TOTAL_MASS = CART_MASS + POLE_MASS;
const float HALF_LENGTH = 0.5;
const float FORCE = 10.0;
const float TIME_STEP = 0.02;
const float POSITION_LIMIT = 2.4;
const float ANGLE_LIMIT = 12.0 * 2.0 * 3.14159265358979 / 360.0;

void reset(out float state[STATE_SIZE], uvec4 random) {
  for (uint i = 0u; i < STATE_SIZE; i++) state[i] = uniformFloat(random[i]) * 0.1 - 0.05;
}

void observe(float state[STATE_SIZE], out float observation[OBSERVATION_SIZE]) { observation = state; }

void step(inout float state[STATE_SIZE], uint action, out float reward, out bool terminated) {
  float velocity = state[1];
  float angle = state[2];
  float rate = state[3];
  float force = action == 1u ? FORCE : -FORCE;
  float sine, cosine;
  sineAndCosine(angle, sine, cosine);
  float push = (force + POLE_MASS * HALF_LENGTH * rate * rate * sine) / TOTAL_MASS;
  float angular = (GRAVITY * sine - cosine * push)
    / (HALF_LENGTH * (4.0 / 3.0 - POLE_MASS * cosine * cosine / TOTAL_MASS));
  float linear = push - POLE_MASS * HALF_LENGTH * angular * cosine / TOTAL_MASS;
  // Explicit Euler: positions move by the old velocities.
  state[0] += TIME_STEP * velocity;
  state[1] += TIME_STEP * linear;
  state[2] += TIME_STEP * rate;
  state[3] += TIME_STEP * angular;
  reward = 1.0;
  terminated = abs(state[0]) > POSITION_LIMIT || abs(state[2]) > ANGLE_LIMIT;
}

#endif
