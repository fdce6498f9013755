// y[part, o, i] = the first r of the part with the largest (SMALLEST: smallest) x[o, r, i]; the first NaN where there is one.
// x: [outer, reduced, inner]; candidates, where CANDIDATES, and y: [parts, outer, inner].
// A workgroup computes local_size outputs; parts lie along z.
// Reference: ArgReduction.reference.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "Parameters/tensor_kernels.h"
#include "workgroup.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const uint TYPE = 0;
layout(constant_id = 2) const uint SMALLEST = 0;
layout(constant_id = 3) const uint CANDIDATES = 0;
layout(push_constant) uniform Push { ArgReduceParameters p; };
layout(std430, binding = 0) readonly buffer X { uint x[]; };
layout(std430, binding = 1) readonly buffer Candidates { uint candidates[]; };
layout(std430, binding = 2) writeonly buffer Y { uint y[]; };
#include "ordered_key.glsl"

uint key(uint bits) {
  uint ordered = orderedKey(bits);
  return SMALLEST == 1u && !isNaN(bits) ? ~ordered : ordered;
}

void main() {
  uint place = workgroupNumber() * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
  uint outputs = p.outer * p.inner;
  if (place >= outputs) return;
  uint base = p.inputOffset + place / p.inner * p.reduced * p.inner + place % p.inner;
  uint first = CANDIDATES == 1u ? 0u : gl_WorkGroupID.z * p.partLength;
  uint last = CANDIDATES == 1u ? p.parts : min(first + p.partLength, p.reduced);
  uint best = CANDIDATES == 1u ? candidates[place] : first;
  uint bestKey = key(x[base + best * p.inner]);
  for (uint r = first + 1u; r < last; r++) {
    uint index = CANDIDATES == 1u ? candidates[r * outputs + place] : r;
    uint next = key(x[base + index * p.inner]);
    if (next > bestKey) {
      best = index;
      bestKey = next;
    }
  }
  y[p.outputOffset + gl_WorkGroupID.z * outputs + place] = best;
}
