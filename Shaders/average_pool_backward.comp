// dx[n, c, i] = sum over the places p that average i of dy[n, c, p] / their number of elements, in their order.
// dy: [n, c, outHeight, outWidth]; dx: [n, c, height, width].
// A workgroup computes local_size elements of dx.
// Reference: AveragePoolGradient.reference.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "Parameters/tensor_kernels.h"
#include "workgroup.glsl"

layout(local_size_x_id = 0) in;
layout(push_constant) uniform Push { PoolParameters p; };
layout(std430, binding = 0) readonly buffer Gradient { float dy[]; };
layout(std430, binding = 1) writeonly buffer X { float dx[]; };
#include "average_pool.glsl"

// The first and last place that may have element `at`.
uvec2 placesOf(uint at, uint size, uint places, uint extent, uint stride, uint padding) {
  if (ADAPTIVE != 0u) return uvec2(at * places / size, min(((at + 1u) * places - 1u) / size, places - 1u));
  at += padding;
  return uvec2(at < extent ? 0u : (at - extent) / stride + 1u, min(at / stride, places - 1u));
}

void main() {
  uint index = workgroupNumber() * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
  if (index >= p.count) return;
  uint place = index % (p.height * p.width);
  uint plane = p.yOffset + index / (p.height * p.width) * p.outHeight * p.outWidth;
  uvec2 rows = placesOf(place / p.width, p.height, p.outHeight, p.kernelY, p.strideY, p.padY);
  uvec2 columns = placesOf(place % p.width, p.width, p.outWidth, p.kernelX, p.strideX, p.padX);
  float sum = 0.0;
  for (uint r = rows.x; r <= rows.y; r++) {
    uint height = rowsOf(r).divisor;
    for (uint c = columns.x; c <= columns.y; c++)
      sum += dy[plane + r * p.outWidth + c] / float(height * columnsOf(c).divisor);
  }
  dx[p.xOffset + index] = sum;
}
