// The body of every evaluation kernel: whole episodes under the greedy policy.
#include "Parameters/rollout_kernels.h"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const uint HANDED = 4;

layout(push_constant) uniform Push { EvaluationParameters p; };
layout(std430, binding = 0) readonly buffer Weights { float weights[]; };
layout(std430, binding = 1) buffer Scratch { float scratch[]; };
layout(std430, binding = 2) writeonly buffer Returns { float returns[]; };
layout(std430, binding = 3) writeonly buffer Lengths { uint lengths[]; };

#include "policy.glsl"

void main() {
  uint episode = gl_GlobalInvocationID.x;
  float state[STATE_SIZE];
  reset(state, philox(uvec4(episode, 0u, 0u, STREAM_RESET), uvec2(p.seedLow, p.seedHigh)));
  float total = 0.0;
  uint steps = 0u;
  bool done = episode >= p.episodes;
  for (uint t = 0u; t < MAXIMUM_STEPS; t++) {
    if (subgroupBallot(!done) == uvec4(0u)) break;
    float observation[OBSERVATION_SIZE];
    observe(state, observation);
    for (uint i = 0u; i < OBSERVATION_SIZE; i++) scratch[scratchAt(i)] = observation[i];
    uint logits = evaluatePolicy(p.policy);
    uint action = 0u;
    for (uint a = 1u; a < ACTION_COUNT; a++) {
      if (scratch[scratchAt(logits + a)] > scratch[scratchAt(logits + action)]) action = a;
    }
    float reward;
    bool terminated;
    step(state, action, reward, terminated);
    if (!done) {
      total += reward;
      steps++;
      done = terminated;
    }
  }
  if (episode >= p.episodes) return;
  returns[episode] = total;
  lengths[episode] = steps;
}
