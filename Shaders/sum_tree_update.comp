// nodes[leaves[i]] = values[i], then each sum above them anew, child by child in order, so that bits don't depend on history.
// leaves, values: [agents, count], leaves in order, the last of equal ones counts; nodes: [agents, nodes].
// A workgroup updates the tree of an agent, level by level.
// Reference: Tests/ReinforcementTests/SumTreeTests.swift; Schaul et al. 2016, appendix B.2.1.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "sum_tree.glsl"

layout(std430, binding = 0) readonly buffer Leaves { uint leaves[]; };
layout(std430, binding = 1) readonly buffer Values { float values[]; };
layout(std430, binding = 2) coherent buffer Nodes { float nodes[]; };

// The ancestor of item i's leaf, `level` levels above it.
uint nodeOf(uint i, uint level) {
  uint node = p.firstLeaf + min(leaves[p.leafOffset + gl_WorkGroupID.y * p.count + i], p.nodes - 1u - p.firstLeaf);
  for (uint step = 0u; step < level; step++) node = (node - 1u) / FAN_OUT;
  return node;
}

void main() {
  uint first = gl_WorkGroupID.y * p.nodes;
  for (uint level = 0u; level <= LEVELS; level++) {
    for (uint i = gl_LocalInvocationID.x; i < p.count; i += gl_WorkGroupSize.x) {
      uint node = nodeOf(i, level);
      if (i + 1u < p.count && nodeOf(i + 1u, level) == node) continue;
      float sum = 0.0;
      if (level == 0u) {
        sum = values[p.valueOffset + gl_WorkGroupID.y * p.count + i];
      } else {
        uint child = FAN_OUT * node + 1u;
        for (uint k = child; k < min(child + FAN_OUT, p.nodes); k++) sum += nodes[first + k];
      }
      nodes[first + node] = sum;
    }
    memoryBarrierBuffer();
    barrier();
  }
}
