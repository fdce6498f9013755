// The body of every rollout kernel: the time loop runs inside the shader, the state stays in registers.
// Autoreset in the same step; terminated, truncated and the observation before the reset are stored apart.
#include "Parameters/rollout_kernels.h"
#include "distributions.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const bool VARIED = false;  // each episode has parameters of its own
layout(constant_id = 2) const uint REPEAT = 1u;
layout(constant_id = 3) const uint HANDED = 4u;
layout(constant_id = 4) const uint COPIES = 1u;  // that a lane steps, 1 or 4
layout(constant_id = 5) const bool NORMALIZED = false;

layout(push_constant) uniform Push { RolloutParameters p; };
layout(std430, binding = 0) readonly buffer Weights { float weights[]; };
layout(std430, binding = 1) readonly buffer Clock { uint clock[]; };
layout(std430, binding = 2) readonly buffer Seeds { uint seeds[]; };
layout(std430, binding = 3) readonly buffer Ranges { float ranges[]; };
layout(std430, binding = 4) readonly buffer Normalizer { float normalizer[]; };  // means, then factors
layout(std430, binding = 5) buffer Scratch { vec4 scratch[]; };
layout(std430, binding = 6) buffer States { float states[]; };
layout(std430, binding = 7) buffer Episodes { float episodes[]; };
layout(std430, binding = 8) buffer Statistics { float statistics[]; };
layout(std430, binding = 9) writeonly buffer Observations { float observations[]; };
layout(std430, binding = 10) writeonly buffer FinalObservations { float finalObservations[]; };
layout(std430, binding = 11) writeonly buffer Actions { ACTION actions[]; };
layout(std430, binding = 12) writeonly buffer Rewards { float rewards[]; };
layout(std430, binding = 13) writeonly buffer Terminated { uint terminations[]; };
layout(std430, binding = 14) writeonly buffer Truncated { uint truncations[]; };
layout(std430, binding = 15) buffer Faults { uint faults[]; };

#include "environment.glsl"
#include "faults.glsl"
#include "policy.glsl"

// Actions are those that a Generator draws first in a pass whose counter is the clock.
const uint PURPOSE_NORMAL = 5u, PURPOSE_CATEGORICAL = 7u;

// An action of copy e, which is number s of the lane, from the policy's outputs.
void sampleAction(uint outputs, uint e, uint s, uint number, out ACTION action[ACTION_SIZE]) {
  uvec2 seed = agentSeed();
#ifdef BOX_ACTIONS
  [[unroll]] for (uint i = 0u; i < ACTION_SIZE; i++) {
    float deviation = weights[p.policy.deviation + gl_WorkGroupID.y * ACTION_SIZE + i];
    float noise = normalAt(e * ACTION_SIZE + i, number, 0u, PURPOSE_NORMAL, seed);
    action[i] = fma(exponential(deviation), noise, scratch[scratchAt(outputs + i)][s]);
  }
#else
  uint logits = outputs;
  [[unroll]] for (uint i = 0u; i < ACTION_SIZE; i++) {
    float largest = scratch[scratchAt(logits)][s];
    for (uint a = 1u; a < ACTION_COUNTS[i]; a++) largest = max(largest, scratch[scratchAt(logits + a)][s]);
    float total = 0.0;
    for (uint a = 0u; a < ACTION_COUNTS[i]; a++) total += exp(scratch[scratchAt(logits + a)][s] - largest);
    float threshold = uniformAt(e, number, i, PURPOSE_CATEGORICAL, seed) * total;
    float below = 0.0;
    action[i] = ACTION_COUNTS[i] - 1u;
    for (uint a = 0u; a < ACTION_COUNTS[i] - 1u; a++) {
      below += exp(scratch[scratchAt(logits + a)][s] - largest);
      if (action[i] == ACTION_COUNTS[i] - 1u && threshold < below) action[i] = a;
    }
    logits += ACTION_COUNTS[i];
  }
#endif
}

// What the environment is given: a box action is moved into its bounds.
ACTION bounded(ACTION action, uint i) {
#ifdef BOX_ACTIONS
  return limited(action, ACTION_LOW[i], ACTION_HIGH[i]);
#else
  return action;
#endif
}

void main() {
  uint all = allCopies();
  uint first = clock[p.clockOffset];
  uint last = p.firstStep + p.steps;
  bool begins = p.firstStep == 0u;
  Copy copies[COPIES];
  vec4 ended[COPIES];  // sums of returns and lengths, the number of episodes that ended, and that of faults
  [[unroll]] for (uint s = 0u; s < COPIES; s++) {
    // Copies past the last walk along so that the subgroup stays whole, and store nothing.
    uint e = min(gl_GlobalInvocationID.x * COPIES + s, p.copies - 1u), at = copyAt(e);
    copies[s] = loaded(at);
    if (first + p.firstStep == 0u) begin(copies[s], e, 0u);
    [[unroll]] for (uint i = 0u; i < 4u; i++) ended[s][i] = begins ? 0.0 : statistics[i * all + at];
  }

  for (uint t = p.firstStep; t < last; t++) {
    vec4 inputs[OBSERVATION_SIZE];
    [[unroll]] for (uint s = 0u; s < COPIES; s++) {
      uint e = gl_GlobalInvocationID.x * COPIES + s;
      float observation[OBSERVATION_SIZE];
      observeCopy(copies[s], observation);
      [[unroll]] for (uint i = 0u; i < OBSERVATION_SIZE; i++) {
        inputs[i][s] = observation[i];
        if (e < p.copies) observations[(t * all + copyAt(e)) * OBSERVATION_SIZE + i] = observation[i];
      }
    }
    [[unroll]] for (uint i = 0u; i < OBSERVATION_SIZE; i++) {
      if (NORMALIZED) {
        uint at = gl_WorkGroupID.y * OBSERVATION_SIZE + i;
        inputs[i] = (inputs[i] - normalizer[at]) * normalizer[p.agents * OBSERVATION_SIZE + at];
        inputs[i] = clamp(inputs[i], -p.observationLimit, p.observationLimit);
      }
      scratch[scratchAt(i)] = inputs[i];
    }
    uint outputs = evaluatePolicy(p.policy);

    [[unroll]] for (uint s = 0u; s < COPIES; s++) {
      uint e = gl_GlobalInvocationID.x * COPIES + s;
      ACTION action[ACTION_SIZE], taken[ACTION_SIZE];
      sampleAction(outputs, e, s, first + t, action);
      [[unroll]] for (uint i = 0u; i < ACTION_SIZE; i++) taken[i] = bounded(action[i], i);
      float before[STATE_SIZE] = copies[s].state;
      float reward;
      bool terminated, truncated;
      advance(copies[s], taken, reward, terminated, truncated);
      bool broken = e < p.copies && isBroken(copies[s], reward);
      if (broken) takeBack(copies[s], before, copyAt(e), first + t, reward, terminated, truncated);
      if (e < p.copies) {
        uint at = t * all + copyAt(e);
        float observation[OBSERVATION_SIZE];
        observeCopy(copies[s], observation);
        [[unroll]] for (uint i = 0u; i < OBSERVATION_SIZE; i++)
          finalObservations[at * OBSERVATION_SIZE + i] = observation[i];
        [[unroll]] for (uint i = 0u; i < ACTION_SIZE; i++) actions[at * ACTION_SIZE + i] = action[i];
        rewards[at] = reward;
        terminations[at] = uint(terminated);
        truncations[at] = uint(truncated);
      }
      if (terminated || truncated) {
        ended[s] += broken ? vec4(0.0, 0.0, 0.0, 1.0) : vec4(copies[s].episodeReturn, copies[s].episodeLength, 1.0, 0.0);
        begin(copies[s], e, first + t + 1u);
      }
    }
  }

  [[unroll]] for (uint s = 0u; s < COPIES; s++) {
    uint e = gl_GlobalInvocationID.x * COPIES + s;
    if (e < p.copies) {
      uint at = copyAt(e);
      store(copies[s], at);
      [[unroll]] for (uint i = 0u; i < 4u; i++) statistics[i * all + at] = ended[s][i];
    }
  }
}
