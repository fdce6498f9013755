// y[n, c, i] = mean of x[n, c, .] under place i of the window, or over part i of the picture.
// x: [n, c, height, width]; y: [n, c, outHeight, outWidth].
// A workgroup computes local_size places.
// Reference: AveragePool.reference.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "Parameters/tensor_kernels.h"
#include "workgroup.glsl"

layout(local_size_x_id = 0) in;
layout(push_constant) uniform Push { PoolParameters p; };
layout(std430, binding = 0) readonly buffer X { float x[]; };
layout(std430, binding = 1) writeonly buffer Y { float y[]; };
#include "average_pool.glsl"

void main() {
  uint index = workgroupNumber() * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
  if (index >= p.count) return;
  uint plane = p.xOffset + index / (p.outHeight * p.outWidth) * p.height * p.width;
  Field rows = rowsOf(index / p.outWidth % p.outHeight);
  Field columns = columnsOf(index % p.outWidth);
  float sum = 0.0;
  for (uint row = rows.first; row < rows.last; row++)
    for (uint column = columns.first; column < columns.last; column++) sum += x[plane + row * p.width + column];
  y[p.yOffset + index] = sum / float(rows.divisor * columns.divisor);
}
