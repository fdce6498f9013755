// y[n, o, p] = bias[o] + sum over c, t of weights[o, c, t] x[n, c, place of tap t of pixel p], for groups of few channels.
// x: [images, groups*inputs, height, width]; weights: [groups*outputs, inputs, taps]; y: [images, groups*outputs, pixels].
// A workgroup computes tilesOfGroup tiles of ROWS x 4 pixels of channel o, which lies along y and z; a lane a tile at a time.
// Reference: Convolution.reference.
#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#include "Parameters/tensor_kernels.h"

layout(local_size_x_id = 0) in;
layout(constant_id = 19) const uint BIASED = 0;
layout(push_constant) uniform Push { DepthwiseParameters p; };
layout(std430, binding = 0) readonly buffer X { float x[]; };
layout(std430, binding = 0) readonly buffer XFours { vec4 x4[]; };
layout(std430, binding = 1) readonly buffer Weights { float weights[]; };
layout(std430, binding = 2) readonly buffer Bias { float bias[]; };
layout(std430, binding = 3) writeonly buffer Y { float y[]; };
layout(std430, binding = 3) writeonly buffer YFours { vec4 y4[]; };
#include "depthwise_rows.glsl"

void main() {
  uint channel = gl_WorkGroupID.y + gl_WorkGroupID.z * 65535u;
  if (channel >= p.groups * p.outputs) return;
  uint group = channel / p.outputs;
  uint tilesOfImage = p.tilesDown * p.tilesAcross;
  uint last = min((gl_WorkGroupID.x + 1u) * p.tilesOfGroup, p.images * tilesOfImage);
  float offset = BIASED != 0u ? bias[p.biasOffset + channel] : 0.0;

  // Without a second input channel the weights stay in registers.
  float weight[TAPS];
  [[unroll]] for (int t = 0; t < TAPS; t++) weight[t] = weights[p.weightOffset + channel * p.inputs * TAPS + t];

  for (uint tile = gl_WorkGroupID.x * p.tilesOfGroup + gl_LocalInvocationID.x; tile < last; tile += gl_WorkGroupSize.x) {
    uint image = tile / tilesOfImage;
    int firstRow = int(tile % tilesOfImage / p.tilesAcross) * ROWS;
    int firstColumn = int(tile % p.tilesAcross) * 4;
    ivec2 at = windowOf(firstRow, firstColumn);
    vec4 sum[ROWS];
    [[unroll]] for (int r = 0; r < ROWS; r++) sum[r] = vec4(offset);

    for (uint source = 0u; source < p.inputs; source++) {
      if (p.inputs > 1u) {
        uint first = p.weightOffset + (channel * p.inputs + source) * TAPS;
        [[unroll]] for (int t = 0; t < TAPS; t++) weight[t] = weights[first + t];
      }
      uint base = p.xOffset + ((image * p.groups + group) * p.inputs + source) * p.height * p.width;
      [[unroll]] for (int a = 0; a < SPAN_Y; a++) {
        float window[LOADED];
        loadRow(base, at.x + a, at.y, window);
        [[unroll]] for (int r = 0; r < ROWS; r++) {
          [[unroll]] for (int ky = 0; ky < KERNEL_Y; ky++) {
            if (placeY(r, ky) == a) {
              [[unroll]] for (int kx = 0; kx < KERNEL_X; kx++) {
                [[unroll]] for (int j = 0; j < 4; j++) {
                  int b = placeX(j, kx);
                  if (b >= 0 && b < SPAN_X) sum[r][j] = fma(weight[ky * KERNEL_X + kx], window[b + SHIFT], sum[r][j]);
                }
              }
            }
          }
        }
      }
    }

    uint yBase = p.yOffset + (image * p.groups * p.outputs + channel) * p.outHeight * p.outWidth;
    [[unroll]] for (int r = 0; r < ROWS; r++) {
      if (uint(firstRow + r) < p.outHeight) {
        uint to = yBase + uint(firstRow + r) * p.outWidth + uint(firstColumn);
        if (Y_FOURS != 0u) {
          y4[to / 4u] = sum[r];
        } else {
          [[unroll]] for (int j = 0; j < 4; j++)
            if (uint(firstColumn + j) < p.outWidth) y[to + j] = sum[r][j];
        }
      }
    }
  }
}
