// counts[row, d, c] = how many keys of chunk c of the row have digit d.
// x: [rows, columns]; counts: [rows, 16, chunks].
// A workgroup counts local_size chunks, one a lane.
// Reference: ArgSort.reference.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "Parameters/tensor_kernels.h"
#include "workgroup.glsl"
#include "radix.glsl"

layout(std430, binding = 0) readonly buffer X { uint x[]; };
layout(std430, binding = 1) writeonly buffer Counts { uint counts[]; };

void main() {
  uint lane = workgroupNumber() * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
  if (lane >= p.rows * p.chunks) return;
  uint row = lane / p.chunks, chunk = lane % p.chunks;
  uint number[16];
  for (uint d = 0u; d < 16u; d++) number[d] = 0u;
  uint last = min((chunk + 1u) * p.chunk, p.columns);
  for (uint i = chunk * p.chunk; i < last; i++) number[digit(key(x[p.inputOffset + row * p.columns + i]))]++;
  for (uint d = 0u; d < 16u; d++) counts[(row * 16u + d) * p.chunks + chunk] = number[d];
}
