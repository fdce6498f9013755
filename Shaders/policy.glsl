// A multilayer perceptron evaluated in place, one sample a lane; the weights are handed round the subgroup.
// Wants `float weights[]`, `float scratch[]` ([2 * widest, lanes]), HANDED, and all lanes of the subgroup in step.
#ifndef REPRISE_POLICY_GLSL
#define REPRISE_POLICY_GLSL
#include "activation.glsl"

const uint TILE = 8u;

// Parameters begin at multiples of 64 (Network).
uint aligned(uint count) { return (count + 63u) / 64u * 64u; }

uint scratchLanes() { return gl_NumWorkGroups.x * gl_WorkGroupSize.x; }
uint scratchAt(uint row) { return row * scratchLanes() + gl_GlobalInvocationID.x; }

// One dense layer from rows [from, from + inputs) of the scratch to rows [to, to + outputs).
void dense(uint weightAt, uint inputs, uint outputs, uint from, uint to, uint activation) {
  uint biasAt = weightAt + aligned(inputs * outputs);
  uint whole = inputs / HANDED * HANDED;
  uint handed = gl_SubgroupInvocationID % HANDED;
  for (uint o = 0u; o < outputs; o += TILE) {
    float sum[TILE];
    uint row[TILE];
    [[unroll]] for (uint j = 0u; j < TILE; j++) {
      row[j] = weightAt + min(o + j, outputs - 1u) * inputs;
      sum[j] = 0.0;
    }
    for (uint k = 0u; k < whole; k += HANDED) {
      float held[TILE];
      [[unroll]] for (uint j = 0u; j < TILE; j++) held[j] = weights[row[j] + k + handed];
      [[unroll]] for (uint i = 0u; i < HANDED; i++) {
        float x = scratch[scratchAt(from + k + i)];
        [[unroll]] for (uint j = 0u; j < TILE; j++) sum[j] = fma(subgroupBroadcast(held[j], i), x, sum[j]);
      }
    }
    for (uint k = whole; k < inputs; k++) {
      float x = scratch[scratchAt(from + k)];
      [[unroll]] for (uint j = 0u; j < TILE; j++) sum[j] = fma(weights[row[j] + k], x, sum[j]);
    }
    [[unroll]] for (uint j = 0u; j < TILE; j++) {
      if (o + j < outputs) scratch[scratchAt(to + o + j)] = activate(sum[j] + weights[biasAt + o + j], activation);
    }
  }
}

// From the observation in scratch rows [0, widths[0]); gives the first row of the result.
uint evaluatePolicy(PolicyParameters policy) {
  uint widest = 0u;
  for (uint l = 0u; l <= policy.layers; l++) widest = max(widest, policy.widths[l]);
  uint at = policy.offset;
  uint from = 0u;
  for (uint l = 0u; l < policy.layers; l++) {
    uint to = widest - from;
    uint activation = l + 1u < policy.layers ? policy.activation : 0u;
    dense(at, policy.widths[l], policy.widths[l + 1u], from, to, activation);
    at += aligned(policy.widths[l] * policy.widths[l + 1u]) + aligned(policy.widths[l + 1u]);
    from = to;
  }
  return from;
}

#endif
