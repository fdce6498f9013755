// columns[n, c, t, p] = x[n, c, place of tap t of pixel p of a convolution], zero outside of x, for `pixels` pixels from `first` on.
// x: [images, channels, height, width]; columns: [images, channels, taps, pitch], where pitch is a multiple of 4.
// A workgroup writes local_size * 4 pixels of all taps of one channel of one image; z: images.
// Reference: Convolution.reference, whose weights multiply them.
#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#include "Parameters/tensor_kernels.h"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const uint KERNEL_Y = 3;
layout(constant_id = 2) const uint KERNEL_X = 3;
layout(constant_id = 3) const int STRIDE_Y = 1;
layout(constant_id = 4) const int STRIDE_X = 1;
layout(constant_id = 5) const uint TRANSPOSED = 0;  // strides lie in x and not in y, as in a convolution's gradient

layout(push_constant) uniform Push { ColumnsParameters p; };
layout(std430, binding = 0) readonly buffer X { float x[]; };
layout(std430, binding = 1) writeonly buffer Columns { vec4 columns[]; };

void main() {
  uint four = gl_WorkGroupID.x * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
  uint channel = gl_WorkGroupID.y;
  uint image = gl_WorkGroupID.z;
  if (four * 4u >= p.pitch) return;

  // The places of x under tap 0, before the stride if transposed.
  ivec4 rows, places;
  [[unroll]] for (uint j = 0u; j < 4u; j++) {
    uint pixel = min(p.first + four * 4u + j, p.first + p.pixels - 1u);
    ivec2 at = ivec2(pixel / p.outWidth, pixel % p.outWidth);
    rows[j] = TRANSPOSED != 0u ? at.x + p.padY : at.x * STRIDE_Y - p.padY;
    places[j] = TRANSPOSED != 0u ? at.y + p.padX : at.y * STRIDE_X - p.padX;
  }
  uint base = p.xOffset + (image * p.channels + channel) * p.height * p.width;
  uint to = p.columnsOffset / 4u + (image * p.channels + channel) * KERNEL_Y * KERNEL_X * (p.pitch / 4u) + four;

  for (uint ky = 0u; ky < KERNEL_Y; ky++) {
    ivec4 row = rows + (TRANSPOSED != 0u ? -int(ky * p.dilationY) : int(ky * p.dilationY));
    bvec4 rowInside = bvec4(true);
    if (TRANSPOSED != 0u && STRIDE_Y > 1) {
      [[unroll]] for (uint j = 0u; j < 4u; j++) rowInside[j] = row[j] >= 0 && row[j] % STRIDE_Y == 0;
      row /= STRIDE_Y;
    }
    for (uint kx = 0u; kx < KERNEL_X; kx++) {
      ivec4 place = places + (TRANSPOSED != 0u ? -int(kx * p.dilationX) : int(kx * p.dilationX));
      vec4 value;
      [[unroll]] for (uint j = 0u; j < 4u; j++) {
        bool inside = rowInside[j];
        int at = place[j];
        if (TRANSPOSED != 0u && STRIDE_X > 1) {
          inside = inside && at >= 0 && at % STRIDE_X == 0;
          at /= STRIDE_X;
        }
        inside = inside && uint(row[j]) < p.height && uint(at) < p.width;
        float element = x[base + (inside ? uint(row[j]) * p.width + uint(at) : 0u)];
        value[j] = inside ? element : 0.0;
      }
      columns[to] = value;
      to += p.pitch / 4u;
    }
  }
}
