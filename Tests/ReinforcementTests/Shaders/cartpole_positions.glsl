// CartPole without its velocities in the observation: what is balanced has to be remembered.
// Observation: x [m], theta [rad].
#ifndef REPRISE_CARTPOLE_POSITIONS_GLSL
#define REPRISE_CARTPOLE_POSITIONS_GLSL
#define OBSERVATION_SIZE WHOLE_OBSERVATION_SIZE
#define observe observeWhole
#include "Environments/cartpole.glsl"
#undef OBSERVATION_SIZE
#undef observe

const uint OBSERVATION_SIZE = 2u;

void observe(float state[STATE_SIZE], out float observation[OBSERVATION_SIZE]) {
  observation[0] = state[0];
  observation[1] = state[2];
}

#endif
