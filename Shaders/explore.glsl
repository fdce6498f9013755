// The body of every kernel that steps an environment alone, under random actions.
#include "Parameters/rollout_kernels.h"

layout(local_size_x_id = 0) in;

layout(push_constant) uniform Push { ExplorationParameters p; };
layout(std430, binding = 0) readonly buffer Iteration { uint iteration[]; };
layout(std430, binding = 1) buffer States { float states[]; };
layout(std430, binding = 2) buffer Totals { float totals[]; };

void main() {
  uint copy = gl_GlobalInvocationID.x;
  if (copy >= p.copies) return;
  uvec2 seed = uvec2(p.seedLow, p.seedHigh);
  uint first = iteration[0] * p.steps;
  float state[STATE_SIZE];
  for (uint i = 0u; i < STATE_SIZE; i++) state[i] = states[i * p.copies + copy];
  if (first == 0u) reset(state, philox(uvec4(copy, 0u, 0u, STREAM_RESET), seed));
  float rewardSum = totals[copy];
  float finished = totals[p.copies + copy];
  float length = totals[2u * p.copies + copy];

  uvec4 random;
  for (uint t = 0u; t < p.steps; t++) {
    // Eight actions of 16 bits from one call.
    if (t % 8u == 0u) random = philox(uvec4(copy, first + t, 0u, STREAM_ACTION), seed);
    uint bits = random[t / 2u % 4u] >> (t % 2u * 16u);
    float reward;
    bool terminated;
    step(state, (bits & 0xFFFFu) * ACTION_COUNT >> 16, reward, terminated);
    rewardSum += reward;
    length += 1.0;
    if (terminated || length >= float(MAXIMUM_STEPS)) {
      finished += 1.0;
      length = 0.0;
      reset(state, philox(uvec4(copy, first + t + 1u, 0u, STREAM_RESET), seed));
    }
  }
  for (uint i = 0u; i < STATE_SIZE; i++) states[i * p.copies + copy] = state[i];
  totals[copy] = rewardSum;
  totals[p.copies + copy] = finished;
  totals[2u * p.copies + copy] = length;
}
