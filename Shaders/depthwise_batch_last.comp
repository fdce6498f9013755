// y[o, p, n] = bias[o] + sum over c, t of weights[o, c, t] x[c, place of tap t of pixel p, n], for groups of few channels.
// x: [groups*inputs, height, width, images]; weights: [groups*outputs, inputs, taps]; y: [groups*outputs, pixels, images]; in fours.
// A workgroup computes tilesOfGroup tiles of ROWS x COLUMNS pixels of four images of channel o, which lies along y and z; a lane a
// tile at a time, so that neighbours have one tile of neighbouring images. Reference: Convolution.reference.
#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#include "Parameters/tensor_kernels.h"

layout(local_size_x_id = 0) in;
layout(constant_id = 19) const uint BIASED = 0;
layout(push_constant) uniform Push { DepthwiseParameters p; };
layout(std430, binding = 1) readonly buffer Weights { float weights[]; };
layout(std430, binding = 2) readonly buffer Bias { float bias[]; };
#include "depthwise_batch_last.glsl"
layout(std430, binding = 3) writeonly buffer YFours { vec4 y4[]; };

void main() {
  uint channel = gl_WorkGroupID.y + gl_WorkGroupID.z * 65535u;
  if (channel >= p.groups * p.outputs) return;
  uint last = min((gl_WorkGroupID.x + 1u) * p.tilesOfGroup, p.images * p.tilesDown * p.tilesAcross);
  float offset = BIASED != 0u ? bias[p.biasOffset + channel] : 0.0;

  // Without a second input channel the weights stay in registers.
  float weight[TAPS];
  [[unroll]] for (int t = 0; t < TAPS; t++) weight[t] = weights[p.weightOffset + channel * p.inputs * TAPS + t];

  for (uint item = gl_WorkGroupID.x * p.tilesOfGroup + gl_LocalInvocationID.x; item < last; item += gl_WorkGroupSize.x) {
    uint image = item % p.images;
    uint tile = item / p.images;
    int firstRow = int(tile / p.tilesAcross) * ROWS;
    int firstColumn = int(tile % p.tilesAcross) * COLUMNS;
    ivec2 at = windowOf(firstRow, firstColumn);
    vec4 sum[ROWS][COLUMNS];
    [[unroll]] for (int r = 0; r < ROWS; r++)
      [[unroll]] for (int j = 0; j < COLUMNS; j++) sum[r][j] = vec4(offset);

    for (uint source = 0u; source < p.inputs; source++) {
      if (p.inputs > 1u) {
        uint first = p.weightOffset + (channel * p.inputs + source) * TAPS;
        [[unroll]] for (int t = 0; t < TAPS; t++) weight[t] = weights[first + t];
      }
      uint plane = channel / p.outputs * p.inputs + source;
      uint base = p.xOffset / 4u + plane * p.height * p.width * p.images + image;
      [[unroll]] for (int a = 0; a < SPAN_Y; a++) {
        vec4 window[SPAN_X];
        loadRow(base, at.x + a, at.y, window);
        [[unroll]] for (int r = 0; r < ROWS; r++) {
          [[unroll]] for (int ky = 0; ky < KERNEL_Y; ky++) {
            if (placeY(r, ky) == a) {
              [[unroll]] for (int kx = 0; kx < KERNEL_X; kx++) {
                [[unroll]] for (int j = 0; j < COLUMNS; j++) {
                  int b = placeX(j, kx);
                  if (b >= 0 && b < SPAN_X) sum[r][j] = fma(vec4(weight[ky * KERNEL_X + kx]), window[b], sum[r][j]);
                }
              }
            }
          }
        }
      }
    }

    uint to = p.yOffset / 4u + channel * p.outHeight * p.outWidth * p.images + image;
    [[unroll]] for (int r = 0; r < ROWS; r++) {
      [[unroll]] for (int j = 0; j < COLUMNS; j++) {
        if (uint(firstRow + r) < p.outHeight && uint(firstColumn + j) < p.outWidth)
          y4[to + (uint(firstRow + r) * p.outWidth + uint(firstColumn + j)) * p.images] = sum[r][j];
      }
    }
  }
}
