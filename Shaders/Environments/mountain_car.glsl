// MountainCar-v0: the car in the valley pushes left, not at all, or right.
// Source: Gymnasium, envs/classic_control/mountain_car.py, after Moore (1990).
#ifndef REPRISE_MOUNTAIN_CAR_GLSL
#define REPRISE_MOUNTAIN_CAR_GLSL
#include "valley.glsl"

#define ACTION uint

const uint ACTION_COUNTS[ACTION_SIZE] = uint[](3u);
const uint MAXIMUM_STEPS = 200u;
const float DEFAULT_PARAMETERS[PARAMETER_COUNT] = float[](0.001, 0.0025, 0.07, -1.2, 0.6, 0.5, 0.0);

void step(
  inout float state[STATE_SIZE], uint action[ACTION_SIZE], float parameters[PARAMETER_COUNT], out float reward,
  out bool terminated
) {
  terminated = drive(state, (float(action[0]) - 1.0) * parameters[0], parameters);
  reward = -1.0;
}

#endif
