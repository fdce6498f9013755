// The body of every rollout kernel: the time loop runs inside the shader, the state stays in registers.
// Autoreset in the same step; terminated, truncated and the observation before the reset are stored apart.
#include "Parameters/rollout_kernels.h"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const uint HANDED = 4;

layout(push_constant) uniform Push { RolloutParameters p; };
layout(std430, binding = 0) readonly buffer Weights { float weights[]; };
layout(std430, binding = 1) readonly buffer Iteration { uint iteration[]; };
layout(std430, binding = 2) buffer States { float states[]; };
layout(std430, binding = 3) buffer Episodes { float episodes[]; };
layout(std430, binding = 4) buffer Scratch { float scratch[]; };
layout(std430, binding = 5) writeonly buffer Observations { float observations[]; };
layout(std430, binding = 6) writeonly buffer NextObservations { float nextObservations[]; };
layout(std430, binding = 7) writeonly buffer Actions { int actions[]; };
layout(std430, binding = 8) writeonly buffer LogProbabilities { float logProbabilities[]; };
layout(std430, binding = 9) writeonly buffer Rewards { float rewards[]; };
layout(std430, binding = 10) writeonly buffer Terminated { uint terminations[]; };
layout(std430, binding = 11) writeonly buffer Truncated { uint truncations[]; };
layout(std430, binding = 12) buffer Statistics { float statistics[]; };

#include "policy.glsl"

// A categorical action by the inverse of the distribution function, and its log probability.
uint sampleAction(uint logits, float uniformNumber, out float logProbability) {
  float largest = scratch[scratchAt(logits)];
  for (uint a = 1u; a < ACTION_COUNT; a++) largest = max(largest, scratch[scratchAt(logits + a)]);
  float total = 0.0;
  for (uint a = 0u; a < ACTION_COUNT; a++) total += exp(scratch[scratchAt(logits + a)] - largest);
  float threshold = uniformNumber * total;
  float below = 0.0;
  uint action = ACTION_COUNT - 1u;
  for (uint a = 0u; a < ACTION_COUNT - 1u; a++) {
    below += exp(scratch[scratchAt(logits + a)] - largest);
    if (action == ACTION_COUNT - 1u && threshold < below) action = a;
  }
  logProbability = scratch[scratchAt(logits + action)] - largest - log(total);
  return action;
}

void main() {
  uint copy = gl_GlobalInvocationID.x;
  bool exists = copy < p.copies;
  // Lanes past the last copy walk along so that the subgroup stays whole, and store nothing.
  uint source = min(copy, p.copies - 1u);
  uvec2 seed = uvec2(p.seedLow, p.seedHigh);
  uint first = iteration[0] * p.horizon;
  uint last = p.firstStep + p.steps;

  float state[STATE_SIZE];
  for (uint i = 0u; i < STATE_SIZE; i++) state[i] = states[i * p.copies + source];
  float episodeReturn = episodes[source];
  float episodeLength = episodes[p.copies + source];
  if (first + p.firstStep == 0u) reset(state, philox(uvec4(source, 0u, 0u, STREAM_RESET), seed));
  bool begins = p.firstStep == 0u;
  float returns = begins ? 0.0 : statistics[source];
  float lengths = begins ? 0.0 : statistics[p.copies + source];
  float finished = begins ? 0.0 : statistics[2u * p.copies + source];

  for (uint t = p.firstStep; t < last; t++) {
    float observation[OBSERVATION_SIZE];
    observe(state, observation);
    uint at = t * p.copies + copy;
    for (uint i = 0u; i < OBSERVATION_SIZE; i++) {
      scratch[scratchAt(i)] = observation[i];
      if (exists) observations[at * OBSERVATION_SIZE + i] = observation[i];
    }
    uint logits = evaluatePolicy(p.policy);
    uvec4 random = philox(uvec4(source, first + t, 0u, STREAM_ACTION), seed);
    float logProbability;
    uint action = sampleAction(logits, uniformFloat(random.x), logProbability);

    float reward;
    bool terminated;
    step(state, action, reward, terminated);
    episodeReturn += reward;
    episodeLength += 1.0;
    bool truncated = episodeLength >= float(MAXIMUM_STEPS);
    observe(state, observation);
    if (exists) {
      for (uint i = 0u; i < OBSERVATION_SIZE; i++) nextObservations[at * OBSERVATION_SIZE + i] = observation[i];
      actions[at] = int(action);
      logProbabilities[at] = logProbability;
      rewards[at] = reward;
      terminations[at] = uint(terminated);
      truncations[at] = uint(truncated);
    }
    if (terminated || truncated) {
      returns += episodeReturn;
      lengths += episodeLength;
      finished += 1.0;
      episodeReturn = 0.0;
      episodeLength = 0.0;
      reset(state, philox(uvec4(source, first + t + 1u, 0u, STREAM_RESET), seed));
    }
  }

  if (!exists) return;
  for (uint i = 0u; i < STATE_SIZE; i++) states[i * p.copies + copy] = state[i];
  episodes[copy] = episodeReturn;
  episodes[p.copies + copy] = episodeLength;
  statistics[copy] = returns;
  statistics[p.copies + copy] = lengths;
  statistics[2u * p.copies + copy] = finished;
}
