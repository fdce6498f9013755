// The body of every rollout kernel: the time loop runs inside the shader, the state stays in registers.
// Autoreset in the same step; terminated, truncated and the observation before the reset are stored apart.
#include "Parameters/rollout_kernels.h"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const uint HANDED = 4;
layout(constant_id = 2) const uint COPIES = 1;  // that a lane steps, 1 or 4

layout(push_constant) uniform Push { RolloutParameters p; };
layout(std430, binding = 0) readonly buffer Weights { float weights[]; };
layout(std430, binding = 1) readonly buffer Iteration { uint iteration[]; };
layout(std430, binding = 2) buffer States { float states[]; };
layout(std430, binding = 3) buffer Episodes { float episodes[]; };
layout(std430, binding = 4) buffer Scratch { vec4 scratch[]; };
layout(std430, binding = 5) writeonly buffer Observations { float observations[]; };
layout(std430, binding = 6) writeonly buffer NextObservations { float nextObservations[]; };
layout(std430, binding = 7) writeonly buffer Actions { int actions[]; };
layout(std430, binding = 8) writeonly buffer LogProbabilities { float logProbabilities[]; };
layout(std430, binding = 9) writeonly buffer Rewards { float rewards[]; };
layout(std430, binding = 10) writeonly buffer Terminated { uint terminations[]; };
layout(std430, binding = 11) writeonly buffer Truncated { uint truncations[]; };
layout(std430, binding = 12) buffer Statistics { float statistics[]; };

#include "policy.glsl"

// A categorical action of copy s of the lane, by the inverse of the distribution function, and its log probability.
uint sampleAction(uint logits, uint s, float uniformNumber, out float logProbability) {
  float largest = scratch[scratchAt(logits)][s];
  for (uint a = 1u; a < ACTION_COUNT; a++) largest = max(largest, scratch[scratchAt(logits + a)][s]);
  float total = 0.0;
  for (uint a = 0u; a < ACTION_COUNT; a++) total += exp(scratch[scratchAt(logits + a)][s] - largest);
  float threshold = uniformNumber * total;
  float below = 0.0;
  uint action = ACTION_COUNT - 1u;
  for (uint a = 0u; a < ACTION_COUNT - 1u; a++) {
    below += exp(scratch[scratchAt(logits + a)][s] - largest);
    if (action == ACTION_COUNT - 1u && threshold < below) action = a;
  }
  logProbability = scratch[scratchAt(logits + action)][s] - largest - log(total);
  return action;
}

// What a copy carries from step to step.
struct Copy {
  float state[STATE_SIZE];
  float episodeReturn, episodeLength;
  float returns, lengths, finished;
};

void main() {
  uvec2 seed = uvec2(p.seedLow, p.seedHigh);
  uint first = iteration[0] * p.horizon;
  uint last = p.firstStep + p.steps;
  bool begins = p.firstStep == 0u;
  Copy copies[COPIES];
  [[unroll]] for (uint s = 0u; s < COPIES; s++) {
    // Copies past the last walk along so that the subgroup stays whole, and store nothing.
    uint copy = min(gl_GlobalInvocationID.x * COPIES + s, p.copies - 1u);
    [[unroll]] for (uint i = 0u; i < STATE_SIZE; i++) copies[s].state[i] = states[i * p.copies + copy];
    if (first + p.firstStep == 0u) reset(copies[s].state, philox(uvec4(copy, 0u, 0u, STREAM_RESET), seed));
    copies[s].episodeReturn = episodes[copy];
    copies[s].episodeLength = episodes[p.copies + copy];
    copies[s].returns = begins ? 0.0 : statistics[copy];
    copies[s].lengths = begins ? 0.0 : statistics[p.copies + copy];
    copies[s].finished = begins ? 0.0 : statistics[2u * p.copies + copy];
  }

  for (uint t = p.firstStep; t < last; t++) {
    vec4 inputs[OBSERVATION_SIZE];
    [[unroll]] for (uint s = 0u; s < COPIES; s++) {
      uint copy = gl_GlobalInvocationID.x * COPIES + s;
      float observation[OBSERVATION_SIZE];
      observe(copies[s].state, observation);
      [[unroll]] for (uint i = 0u; i < OBSERVATION_SIZE; i++) {
        inputs[i][s] = observation[i];
        if (copy < p.copies) observations[(t * p.copies + copy) * OBSERVATION_SIZE + i] = observation[i];
      }
    }
    [[unroll]] for (uint i = 0u; i < OBSERVATION_SIZE; i++) scratch[scratchAt(i)] = inputs[i];
    uint logits = evaluatePolicy(p.policy);

    [[unroll]] for (uint s = 0u; s < COPIES; s++) {
      uint copy = gl_GlobalInvocationID.x * COPIES + s;
      uvec4 random = philox(uvec4(copy, first + t, 0u, STREAM_ACTION), seed);
      float logProbability;
      uint action = sampleAction(logits, s, uniformFloat(random.x), logProbability);
      float reward;
      bool terminated;
      step(copies[s].state, action, reward, terminated);
      copies[s].episodeReturn += reward;
      copies[s].episodeLength += 1.0;
      bool truncated = copies[s].episodeLength >= float(MAXIMUM_STEPS);
      if (copy < p.copies) {
        uint at = t * p.copies + copy;
        float observation[OBSERVATION_SIZE];
        observe(copies[s].state, observation);
        [[unroll]] for (uint i = 0u; i < OBSERVATION_SIZE; i++)
          nextObservations[at * OBSERVATION_SIZE + i] = observation[i];
        actions[at] = int(action);
        logProbabilities[at] = logProbability;
        rewards[at] = reward;
        terminations[at] = uint(terminated);
        truncations[at] = uint(truncated);
      }
      if (terminated || truncated) {
        copies[s].returns += copies[s].episodeReturn;
        copies[s].lengths += copies[s].episodeLength;
        copies[s].finished += 1.0;
        copies[s].episodeReturn = 0.0;
        copies[s].episodeLength = 0.0;
        reset(copies[s].state, philox(uvec4(copy, first + t + 1u, 0u, STREAM_RESET), seed));
      }
    }
  }

  [[unroll]] for (uint s = 0u; s < COPIES; s++) {
    uint copy = gl_GlobalInvocationID.x * COPIES + s;
    if (copy < p.copies) {
      [[unroll]] for (uint i = 0u; i < STATE_SIZE; i++) states[i * p.copies + copy] = copies[s].state[i];
      episodes[copy] = copies[s].episodeReturn;
      episodes[p.copies + copy] = copies[s].episodeLength;
      statistics[copy] = copies[s].returns;
      statistics[p.copies + copy] = copies[s].lengths;
      statistics[2u * p.copies + copy] = copies[s].finished;
    }
  }
}
