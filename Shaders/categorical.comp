// y = the first k with sum_{j <= k} exp(x[j] - max x) > u * sum_j exp(x[j] - max x): a class drawn with probability softmax(x).
// x: [rows, columns], u: [rows] in [0, 1), y: [rows].
// A workgroup computes local_size rows, a row a lane.
// Reference: Categorical.reference.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "Parameters/tensor_kernels.h"
#include "exponential.glsl"

layout(local_size_x_id = 0) in;
layout(push_constant) uniform Push { RowsParameters p; };
layout(std430, binding = 0) readonly buffer X { float x[]; };
layout(std430, binding = 1) readonly buffer U { float u[]; };
layout(std430, binding = 2) writeonly buffer Y { int y[]; };

void main() {
  uint row = gl_GlobalInvocationID.x;
  if (row >= p.rows) return;
  uint first = p.inputOffset + row * p.columns;
  float largest = x[first];
  for (uint i = 1u; i < p.columns; i++) largest = max(largest, x[first + i]);
  float total = 0.0;
  for (uint i = 0u; i < p.columns; i++) total += exponential(x[first + i] - largest);
  float goal = u[p.secondOffset + row] * total;
  // The product may be rounded up to the total itself: then the last class that has a chance.
  float sum = 0.0;
  int chosen = 0;
  bool found = false;
  for (uint i = 0u; i < p.columns; i++) {
    float chance = exponential(x[first + i] - largest);
    sum += chance;
    if (!found && chance > 0.0) chosen = int(i);
    found = found || sum > goal;
  }
  y[p.outputOffset + row] = chosen;
}
