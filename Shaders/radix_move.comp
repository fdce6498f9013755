// Moves each key, and the index that it came from, to where its digit sends it; equal digits keep their order.
// keys, places and their targets: [rows, columns]; starts: [rows, 16, chunks].
// A workgroup moves local_size chunks, one a lane.
// Reference: ArgSort.reference.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "Parameters/tensor_kernels.h"
#include "workgroup.glsl"
#include "radix.glsl"

layout(std430, binding = 0) readonly buffer X { uint x[]; };
layout(std430, binding = 1) readonly buffer Starts { uint starts[]; };
layout(std430, binding = 2) writeonly buffer Keys { uint keys[]; };
layout(std430, binding = 3) writeonly buffer To { uint to[]; };
layout(std430, binding = 4) readonly buffer From { uint from[]; };

void main() {
  uint lane = workgroupNumber() * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
  if (lane >= p.rows * p.chunks) return;
  uint row = lane / p.chunks, chunk = lane % p.chunks;
  uint next[16];
  for (uint d = 0u; d < 16u; d++) next[d] = starts[(row * 16u + d) * p.chunks + chunk];
  uint last = min((chunk + 1u) * p.chunk, p.columns);
  for (uint i = chunk * p.chunk; i < last; i++) {
    uint word = key(x[p.inputOffset + row * p.columns + i]);
    uint place = FIRST == 1u ? i : from[row * p.columns + i];
    uint target = row * p.columns + next[digit(word)]++;
    keys[target] = word;
    to[p.outputOffset + target] = place;
  }
}
