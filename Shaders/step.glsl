// The body of every kernel that takes one step with given actions.
#include "Parameters/rollout_kernels.h"

layout(local_size_x_id = 0) in;

layout(push_constant) uniform Push { ExplorationParameters p; };
layout(std430, binding = 0) readonly buffer States { float states[]; };
layout(std430, binding = 1) readonly buffer Actions { int actions[]; };
layout(std430, binding = 2) writeonly buffer NextStates { float nextStates[]; };
layout(std430, binding = 3) writeonly buffer Rewards { float rewards[]; };
layout(std430, binding = 4) writeonly buffer Terminated { uint terminations[]; };

void main() {
  uint copy = gl_GlobalInvocationID.x;
  if (copy >= p.copies) return;
  float state[STATE_SIZE];
  for (uint i = 0u; i < STATE_SIZE; i++) state[i] = states[copy * STATE_SIZE + i];
  float reward;
  bool terminated;
  step(state, uint(actions[copy]), reward, terminated);
  for (uint i = 0u; i < STATE_SIZE; i++) nextStates[copy * STATE_SIZE + i] = state[i];
  rewards[copy] = reward;
  terminations[copy] = uint(terminated);
}
