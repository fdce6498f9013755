// leaves[i] = the leaf under which the running sum of all leaves passes (i + uniforms[i]) / count of the total.
// nodes: [agents, nodes]; uniforms: [agents, count] in [0, 1); leaves: [agents, count], in order.
// A workgroup walks down from the root for local_size samples of an agent; a leaf of 0 is never drawn beside others.
// Reference: Tests/ReinforcementTests/SumTreeTests.swift; Schaul et al. 2016, appendix B.2.1.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "sum_tree.glsl"

layout(std430, binding = 0) readonly buffer Nodes { float nodes[]; };
layout(std430, binding = 1) readonly buffer Uniforms { float uniforms[]; };
layout(std430, binding = 2) writeonly buffer Leaves { uint leaves[]; };

void main() {
  uint i = gl_GlobalInvocationID.x;
  if (i >= p.count) return;
  uint first = gl_WorkGroupID.y * p.nodes, at = gl_WorkGroupID.y * p.count + i;
  uint node = 0u;
  float rest = (float(i) + uniforms[p.valueOffset + at]) / float(p.count) * nodes[p.nodeOffset + first];
  for (uint level = 0u; level < LEVELS; level++) {
    uint child = FAN_OUT * node + 1u;
    node = child;
    float before = 0.0, left = rest;
    for (uint k = child; k < min(child + FAN_OUT, p.nodes); k++) {
      float sum = nodes[p.nodeOffset + first + k];
      // The last child with anything in it that begins no later than `rest`: rounding can't lead beyond it.
      if (sum > 0.0 && before <= rest) {
        node = k;
        left = rest - before;
      }
      before += sum;
    }
    rest = left;
  }
  leaves[p.leafOffset + at] = node - p.firstLeaf;
}
