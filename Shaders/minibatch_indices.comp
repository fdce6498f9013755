// rows[i] = shuffle(pass)[(cursor mod batches) * batch + i], pass = cursor / batches.
// cursor: [1]; rows: [batch].
// A workgroup computes local_size indices.
// Reference: MinibatchIndices.reference.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "Parameters/tensor_kernels.h"
#include "random.glsl"

layout(local_size_x_id = 0) in;
layout(push_constant) uniform Push { MinibatchParameters p; };
layout(std430, binding = 0) readonly buffer Cursor { uint cursor[]; };
layout(std430, binding = 1) writeonly buffer Rows { uint rows[]; };

void main() {
  uint index = gl_GlobalInvocationID.x;
  if (index >= p.batch) return;
  uint batches = p.count / p.batch;
  uint number = cursor[p.cursorOffset];
  uint place = number % batches * p.batch + index;
  rows[p.outputOffset + index] = permuted(place, p.count, uvec2(p.seedLow, p.seedHigh), number / batches);
}
