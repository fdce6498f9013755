// A multilayer perceptron evaluated in place for up to four copies a lane; the weights are handed round the subgroup.
// Wants `float weights[]`, `vec4 scratch[]` ([2 * widest, lanes]), HANDED, COPIES 1 or 4, and all lanes of the subgroup in step.
// Agents lie along y; each has weights of its own. Wants `agents`, and `lanes` of each, in a push constant `p`.
#ifndef REPRISE_POLICY_GLSL
#define REPRISE_POLICY_GLSL
#include "activation.glsl"

const uint TILE = 8u;

// Parameters begin at multiples of 64 (Network).
uint aligned(uint count) { return (count + 63u) / 64u * 64u; }

// The scratch holds a row of four values, one a copy, for each unit and lane.
uint scratchAt(uint row) {
  return (row * p.agents + gl_WorkGroupID.y) * p.lanes + gl_GlobalInvocationID.x;
}

// One dense layer from rows [from, from + inputs) of the scratch to rows [to, to + outputs).
void dense(uint weightAt, uint inputs, uint outputs, uint from, uint to, uint activation) {
  uint biasAt = weightAt + aligned(p.agents * inputs * outputs) + gl_WorkGroupID.y * outputs;
  weightAt += gl_WorkGroupID.y * inputs * outputs;
  uint handed = gl_SubgroupInvocationID % HANDED;
  for (uint o = 0u; o < outputs; o += TILE) {
    vec4 sum[TILE];
    uint row[TILE];
    [[unroll]] for (uint j = 0u; j < TILE; j++) {
      row[j] = weightAt + min(o + j, outputs - 1u) * inputs;
      sum[j] = vec4(0.0);
    }
    // Inputs past the end are read again, with weight zero.
    for (uint k = 0u; k < inputs; k += HANDED) {
      float held[TILE];
      [[unroll]] for (uint j = 0u; j < TILE; j++) {
        float weight = weights[row[j] + min(k + handed, inputs - 1u)];
        held[j] = k + handed < inputs ? weight : 0.0;
      }
      [[unroll]] for (uint i = 0u; i < HANDED; i++) {
        vec4 x = scratch[scratchAt(from + min(k + i, inputs - 1u))];
        [[unroll]] for (uint j = 0u; j < TILE; j++) {
          float weight = subgroupBroadcast(held[j], i);
          if (COPIES > 1u) sum[j] = fma(vec4(weight), x, sum[j]);
          else sum[j].x = fma(weight, x.x, sum[j].x);
        }
      }
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
    uint outputs = p.agents * policy.widths[l + 1u];
    at += aligned(policy.widths[l] * outputs) + aligned(outputs);
    from = to;
  }
  return from;
}

#endif
