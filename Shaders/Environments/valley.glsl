// What the two mountain cars share: a car too weak to drive out of a valley swings until it reaches the goal.
// Source: Gymnasium, envs/classic_control/mountain_car.py and continuous_mountain_car.py, after Moore (1990).
// State and observation: position, velocity in positions a step.
#ifndef REPRISE_VALLEY_GLSL
#define REPRISE_VALLEY_GLSL
#include "../trigonometry.glsl"

const uint STATE_SIZE = 2u;
const uint OBSERVATION_SIZE = 2u;
const uint ACTION_SIZE = 1u;
// Strength of the motor, gravity, largest speed, positions of both walls and of the goal, least velocity there.
const uint PARAMETER_COUNT = 7u;

void reset(out float state[STATE_SIZE], uvec4 random) {
  state[0] = uniformFloat(random.x) * 0.2 - 0.6;
  state[1] = 0.0;
}

void observe(float state[STATE_SIZE], out float observation[OBSERVATION_SIZE]) { observation = state; }

// One step under a push; whether the car has reached the goal.
bool drive(inout float state[STATE_SIZE], float push, float parameters[PARAMETER_COUNT]) {
  float gravity = parameters[1], speedLimit = parameters[2], wall = parameters[3];
  float velocity = state[1] + push - gravity * cosine(3.0 * state[0]);
  velocity = limited(velocity, -speedLimit, speedLimit);
  float position = limited(state[0] + velocity, wall, parameters[4]);
  // The left wall stops the car.
  if (position == wall && velocity < 0.0) velocity = 0.0;
  state[0] = position;
  state[1] = velocity;
  return position >= parameters[5] && velocity >= parameters[6];
}

#endif
