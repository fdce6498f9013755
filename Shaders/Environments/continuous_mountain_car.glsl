// MountainCarContinuous-v0: the car in the valley pushes as hard as the action says.
// Source: Gymnasium, envs/classic_control/continuous_mountain_car.py, after Moore (1990).
#ifndef REPRISE_CONTINUOUS_MOUNTAIN_CAR_GLSL
#define REPRISE_CONTINUOUS_MOUNTAIN_CAR_GLSL
#include "valley.glsl"

#define ACTION float
#define BOX_ACTIONS

const float ACTION_LOW[ACTION_SIZE] = float[](-1.0);
const float ACTION_HIGH[ACTION_SIZE] = float[](1.0);
const uint MAXIMUM_STEPS = 999u;
const float DEFAULT_PARAMETERS[PARAMETER_COUNT] = float[](0.0015, 0.0025, 0.07, -1.2, 0.6, 0.45, 0.0);

void step(
  inout float state[STATE_SIZE], float action[ACTION_SIZE], float parameters[PARAMETER_COUNT], out float reward,
  out bool terminated
) {
  terminated = drive(state, limited(action[0], ACTION_LOW[0], ACTION_HIGH[0]) * parameters[0], parameters);
  // The action costs as it came, outside of its bounds too.
  reward = (terminated ? 100.0 : 0.0) - 0.1 * action[0] * action[0];
}

#endif
