// y[o, t, i] = or += source[o, order[o, k, i], i] for the k with key[o, k, i] = t that are among its first..<last.
// key (ascending), order, source: strides p.keys, p.order, p.source; y: [outer, size, inner].
// A workgroup computes local_size elements of y.
// Reference: Scatter.reference.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "Parameters/tensor_kernels.h"
#include "workgroup.glsl"
#include "scatter.glsl"

layout(std430, binding = 0) buffer Y { uint y[]; };
layout(std430, binding = 1) readonly buffer Keys { uint keys[]; };
layout(std430, binding = 2) readonly buffer Source { uint source[]; };
layout(std430, binding = 3) readonly buffer Order { uint order[]; };

// The number of keys below `target`.
uint below(uint key, uint target) {
  uint low = 0u, high = p.count;
  while (low < high) {
    uint middle = (low + high) / 2u;
    if (keys[key + middle * p.keys.axis] < target) low = middle + 1u;
    else high = middle;
  }
  return low;
}

void main() {
  uint place = workgroupNumber() * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
  if (place >= p.outer * p.size * p.inner) return;
  uint line = place / p.inner, i = place % p.inner;
  uint o = line / p.size, target = line % p.size;
  uint key = p.keys.offset + o * p.keys.outer + i * p.keys.inner;
  uint first = below(key, target), last = below(key, target + 1u);
  uint at = p.order.offset + o * p.order.outer + i * p.order.inner;
  uint from = p.source.offset + o * p.source.outer + i * p.source.inner;
  // What is put last stays.
  first = OPERATION == 0u ? max(first + p.first, max(last, 1u) - 1u) : first + p.first;
  last = OPERATION == 0u ? last : min(last, first + (p.last - p.first));
  if (first >= last) return;
  uint value = OPERATION == 0u ? 0u : y[p.outputOffset + place];
  for (uint k = first; k < last; k++) {
    uint next = source[from + order[at + k * p.order.axis] * p.source.axis];
    value = OPERATION == 0u ? next : sum(value, next);
  }
  y[p.outputOffset + place] = value;
}
