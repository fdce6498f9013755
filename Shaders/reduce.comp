// y[part, o, i] = scale * op over r in the part of x[o, r, i]; op is a sum or a maximum.
// x: [outer, reduced, inner]; y: [parts, outer, inner].
// A workgroup computes local_size / LANES outputs; LANES lanes share an output; parts lie along y.
// Reference: Reduction.reference.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "Parameters/tensor_kernels.h"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const uint LANES = 1;
layout(constant_id = 2) const uint OPERATION = 0;

layout(push_constant) uniform Push { ReduceParameters p; };
layout(std430, binding = 0) readonly buffer X { float x[]; };
layout(std430, binding = 1) writeonly buffer Y { float y[]; };

shared float partial[gl_WorkGroupSize.x];
#include "reduction.glsl"

void main() {
  uint outputsOfGroup = gl_WorkGroupSize.x / LANES;
  uint member = gl_LocalInvocationID.x / outputsOfGroup;
  uint outputs = p.outer * p.inner;
  uint index = gl_WorkGroupID.x * outputsOfGroup + gl_LocalInvocationID.x % outputsOfGroup;
  uint inside = min(index, outputs - 1u);
  uint base = p.inputOffset + inside / p.inner * p.reduced * p.inner + inside % p.inner;
  uint first = gl_WorkGroupID.y * p.partLength;
  uint last = min(first + p.partLength, p.reduced);

  float value = OPERATION == 0u ? 0.0 : uintBitsToFloat(0xFF800000u);
  for (uint r = first + member; r < last; r += LANES) value = join(value, x[base + r * p.inner]);
  if (LANES > 1u) value = joinMembers(value, member, LANES, outputsOfGroup);
  if (member == 0u && index < outputs) y[p.outputOffset + gl_WorkGroupID.y * outputs + index] = value * p.scale;
}
