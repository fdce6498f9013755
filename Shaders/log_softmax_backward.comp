// dx = g - exp(y) * sum g, a row at a time, from y = log_softmax(x) and the gradient g of y.
// y, g, dx: [rows, columns].
// A workgroup computes local_size rows, a row a lane.
// Reference: LogSoftmaxGradient.reference.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "Parameters/tensor_kernels.h"

layout(local_size_x_id = 0) in;
layout(push_constant) uniform Push { RowsParameters p; };
layout(std430, binding = 0) readonly buffer Y { float y[]; };
layout(std430, binding = 1) readonly buffer G { float g[]; };
layout(std430, binding = 2) writeonly buffer DX { float dx[]; };

void main() {
  uint row = gl_GlobalInvocationID.x;
  if (row >= p.rows) return;
  uint at = row * p.columns;
  float total = 0.0;
  for (uint i = 0u; i < p.columns; i++) total += g[p.secondOffset + at + i];
  for (uint i = 0u; i < p.columns; i++)
    dx[p.outputOffset + at + i] = g[p.secondOffset + at + i] - exp(y[p.inputOffset + at + i]) * total;
}
