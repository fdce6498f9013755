// dx[n, c, i] = sum of dy[n, c, p] over the places p whose window has i and that chose it, in their order.
// dy: [n, c, outHeight, outWidth]; indices, integers: as dy; dx: [n, c, height, width].
// A workgroup computes local_size elements of dx.
// Reference: PictureScatter.reference.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "Parameters/tensor_kernels.h"
#include "workgroup.glsl"

layout(local_size_x_id = 0) in;
layout(push_constant) uniform Push { PoolParameters p; };
layout(std430, binding = 0) readonly buffer Gradient { float dy[]; };
layout(std430, binding = 1) readonly buffer Indices { int indices[]; };
layout(std430, binding = 2) writeonly buffer X { float dx[]; };

// The first place whose window reaches as far as `at`, which is counted from the padding.
uint firstPlace(uint at, uint extent, uint stride) { return at < extent ? 0u : (at - extent) / stride + 1u; }

void main() {
  uint index = workgroupNumber() * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
  if (index >= p.count) return;
  uint place = index % (p.height * p.width);
  uint plane = index / (p.height * p.width) * p.outHeight * p.outWidth;
  uint row = place / p.width + p.padY;
  uint column = place % p.width + p.padX;
  uint firstRow = firstPlace(row, (p.kernelY - 1u) * p.dilationY + 1u, p.strideY);
  uint firstColumn = firstPlace(column, (p.kernelX - 1u) * p.dilationX + 1u, p.strideX);
  uint lastRow = min(row / p.strideY, p.outHeight - 1u);
  uint lastColumn = min(column / p.strideX, p.outWidth - 1u);
  float sum = 0.0;
  for (uint r = firstRow; r <= lastRow; r++) {
    for (uint c = firstColumn; c <= lastColumn; c++) {
      uint at = plane + r * p.outWidth + c;
      float value = dy[p.yOffset + at];
      sum += indices[p.indexOffset + at] == int(place) ? value : 0.0;
    }
  }
  dx[p.xOffset + index] = sum;
}
