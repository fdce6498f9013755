// The body of every evaluation kernel: whole episodes under the greedy policy.
#include "Parameters/rollout_kernels.h"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const uint HANDED = 4;
const uint COPIES = 1u;

layout(push_constant) uniform Push { EvaluationParameters p; };
layout(std430, binding = 0) readonly buffer Weights { float weights[]; };
layout(std430, binding = 1) buffer Scratch { vec4 scratch[]; };
layout(std430, binding = 2) buffer States { float states[]; };
layout(std430, binding = 3) buffer Returns { float returns[]; };
layout(std430, binding = 4) buffer Lengths { uint lengths[]; };

#include "policy.glsl"

// Lengths of running episodes carry this bit between dispatches.
const uint RUNNING = 0x80000000u;

void main() {
  uint episode = gl_GlobalInvocationID.x;
  bool exists = episode < p.episodes;
  uint source = min(episode, p.episodes - 1u);
  bool begins = p.firstStep == 0u;
  float state[STATE_SIZE];
  for (uint i = 0u; i < STATE_SIZE; i++) state[i] = states[i * p.episodes + source];
  if (begins) reset(state, philox(uvec4(source, 0u, 0u, STREAM_RESET), uvec2(p.seedLow, p.seedHigh)));
  float total = begins ? 0.0 : returns[source];
  uint length = begins ? RUNNING : lengths[source];
  uint last = min(p.firstStep + p.steps, MAXIMUM_STEPS);

  for (uint t = p.firstStep; t < last; t++) {
    if (subgroupBallot(length >= RUNNING) == uvec4(0u)) break;
    float observation[OBSERVATION_SIZE];
    observe(state, observation);
    for (uint i = 0u; i < OBSERVATION_SIZE; i++) scratch[scratchAt(i)] = vec4(observation[i]);
    uint logits = evaluatePolicy(p.policy);
    uint action = 0u;
    for (uint a = 1u; a < ACTION_COUNT; a++) {
      if (scratch[scratchAt(logits + a)].x > scratch[scratchAt(logits + action)].x) action = a;
    }
    float reward;
    bool terminated;
    step(state, action, reward, terminated);
    if (length >= RUNNING) {
      total += reward;
      length++;
      if (terminated || t + 1u == MAXIMUM_STEPS) length -= RUNNING;
    }
  }
  if (!exists) return;
  for (uint i = 0u; i < STATE_SIZE; i++) states[i * p.episodes + episode] = state[i];
  returns[episode] = total;
  lengths[episode] = length;
}
