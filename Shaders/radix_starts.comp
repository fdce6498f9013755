// counts[row, …] = the sum of those before it in the row: where each chunk's keys of each digit begin.
// counts: [rows, 16 * chunks].
// A workgroup of up to 256 lanes takes a row; a lane a run of it.
// Reference: ArgSort.reference.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "Parameters/tensor_kernels.h"
#include "workgroup.glsl"
#include "radix.glsl"

layout(std430, binding = 0) buffer Counts { uint counts[]; };

shared uint totals[gl_WorkGroupSize.x];

void main() {
  uint row = workgroupNumber();
  if (row >= p.rows) return;
  uint lane = gl_LocalInvocationID.x;
  uint size = 16u * p.chunks;
  uint run = (size + gl_WorkGroupSize.x - 1u) / gl_WorkGroupSize.x;
  uint first = min(lane * run, size), last = min(first + run, size);
  uint total = 0u;
  for (uint i = first; i < last; i++) total += counts[row * size + i];
  totals[lane] = total;
  barrier();
  uint start = 0u;
  for (uint other = 0u; other < lane; other++) start += totals[other];
  for (uint i = first; i < last; i++) {
    uint count = counts[row * size + i];
    counts[row * size + i] = start;
    start += count;
  }
}
