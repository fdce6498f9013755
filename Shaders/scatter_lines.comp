// y[o, key[o, k, i], i] = or += source[o, k, i] for k of first..<last, in their order.
// key, source: strides p.keys, p.source; y: [outer, size, inner].
// A workgroup walks along local_size lines, one a lane.
// Reference: Scatter.reference.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "Parameters/tensor_kernels.h"
#include "workgroup.glsl"
#include "scatter.glsl"

layout(std430, binding = 0) buffer Y { uint y[]; };
layout(std430, binding = 1) readonly buffer Keys { uint keys[]; };
layout(std430, binding = 2) readonly buffer Source { uint source[]; };

void main() {
  uint line = workgroupNumber() * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
  if (line >= p.outer * p.inner) return;
  uint o = line / p.inner, i = line % p.inner;
  uint key = p.keys.offset + o * p.keys.outer + i * p.keys.inner;
  uint from = p.source.offset + o * p.source.outer + i * p.source.inner;
  uint to = p.outputOffset + o * p.size * p.inner + i;
  for (uint k = p.first; k < p.last; k++) {
    uint target = to + min(keys[key + k * p.keys.axis], p.size - 1u) * p.inner;
    uint value = source[from + k * p.source.axis];
    y[target] = OPERATION == 0u ? value : sum(y[target], value);
  }
}
