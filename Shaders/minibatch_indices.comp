// rows[n, i] = shuffle(seeds[n], pass)[(cursor mod batches) * batch + i], pass = cursor / batches.
// cursor: [1]; seeds: [n, 2]; rows: [n, batch].
// A workgroup computes local_size indices of one n.
// Reference: MinibatchIndices.reference.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "Parameters/tensor_kernels.h"
#include "random.glsl"

layout(local_size_x_id = 0) in;
layout(push_constant) uniform Push { MinibatchParameters p; };
layout(std430, binding = 0) readonly buffer Cursor { uint cursor[]; };
layout(std430, binding = 1) readonly buffer Seeds { uint seeds[]; };
layout(std430, binding = 2) writeonly buffer Rows { uint rows[]; };

void main() {
  uint index = gl_GlobalInvocationID.x;
  if (index >= p.batch) return;
  uint batches = p.count / p.batch;
  uint number = cursor[p.cursorOffset];
  uint place = number % batches * p.batch + index;
  uint part = gl_WorkGroupID.y;
  uvec2 seed = uvec2(seeds[p.seedOffset + 2u * part], seeds[p.seedOffset + 2u * part + 1u]);
  rows[p.outputOffset + part * p.batch + index] = permuted(place, p.count, seed, number / batches);
}
