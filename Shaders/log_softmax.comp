// y = x - max x - log sum exp(x - max x), a row at a time.
// x, y: [rows, columns].
// A workgroup computes local_size rows, a row a lane.
// Reference: LogSoftmax.reference.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "Parameters/tensor_kernels.h"

layout(local_size_x_id = 0) in;
layout(push_constant) uniform Push { RowsParameters p; };
layout(std430, binding = 0) readonly buffer X { float x[]; };
layout(std430, binding = 1) writeonly buffer Y { float y[]; };

void main() {
  uint row = gl_GlobalInvocationID.x;
  if (row >= p.rows) return;
  uint first = p.inputOffset + row * p.columns;
  float largest = x[first];
  for (uint i = 1u; i < p.columns; i++) largest = max(largest, x[first + i]);
  float total = 0.0;
  for (uint i = 0u; i < p.columns; i++) total += exp(x[first + i] - largest);
  float shift = log(total);
  for (uint i = 0u; i < p.columns; i++) y[p.outputOffset + row * p.columns + i] = x[first + i] - largest - shift;
}
