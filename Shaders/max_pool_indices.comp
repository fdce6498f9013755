// y[n, c, i] = the place in its picture of the largest x[n, c, .] under place i of the window: the first of equals, a NaN first of all.
// x: [n, c, height, width]; y, integers: [n, c, outHeight, outWidth].
// A workgroup computes local_size places.
// Reference: MaxPoolIndices.reference.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "Parameters/tensor_kernels.h"
#include "workgroup.glsl"

layout(local_size_x_id = 0) in;
layout(push_constant) uniform Push { PoolParameters p; };
layout(std430, binding = 0) readonly buffer X { float x[]; };
layout(std430, binding = 1) writeonly buffer Y { int y[]; };

void main() {
  uint index = workgroupNumber() * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
  if (index >= p.count) return;
  uint plane = p.xOffset + index / (p.outHeight * p.outWidth) * p.height * p.width;
  int firstRow = int(index / p.outWidth % p.outHeight * p.strideY) - int(p.padY);
  int firstColumn = int(index % p.outWidth * p.strideX) - int(p.padX);
  float best = 0.0;
  int chosen = -1;
  for (uint ky = 0u; ky < p.kernelY; ky++) {
    uint row = uint(firstRow + int(ky * p.dilationY));
    for (uint kx = 0u; kx < p.kernelX; kx++) {
      uint column = uint(firstColumn + int(kx * p.dilationX));
      bool inside = row < p.height && column < p.width;
      float value = x[plane + (inside ? row * p.width + column : 0u)];
      // As PyTorch: of several NaN the last.
      if (inside && (chosen < 0 || value > best || isnan(value))) {
        best = value;
        chosen = int(row * p.width + column);
      }
    }
  }
  y[p.yOffset + index] = chosen;
}
