// dw[o, t] = sum over n, p of dy[n, o, p] x[n, c, place of tap t of pixel p], or the part that some tiles give; c = o / outputs.
// x: [images, groups, height, width]; dy: [images, groups*outputs, pixels]; dw: [parts, groups*outputs, taps], a part a lane.
// A workgroup sums tilesOfGroup tiles of ROWS x 4 pixels of channel o, which lies along y and z: each lane makes a part of its
// tiles; matrix_product_parts adds them. Reference: ConvolutionWeights.reference.
#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#include "Parameters/tensor_kernels.h"

layout(local_size_x_id = 0) in;
layout(push_constant) uniform Push { DepthwiseParameters p; };
layout(std430, binding = 0) readonly buffer X { float x[]; };
layout(std430, binding = 0) readonly buffer XFours { vec4 x4[]; };
layout(std430, binding = 1) readonly buffer Gradient { float dy[]; };
layout(std430, binding = 1) readonly buffer GradientFours { vec4 dy4[]; };
layout(std430, binding = 2) writeonly buffer WeightGradient { float dw[]; };
#include "depthwise_rows.glsl"

void main() {
  uint channels = p.groups * p.outputs;
  uint channel = min(gl_WorkGroupID.y + gl_WorkGroupID.z * 65535u, channels - 1u);
  uint tilesOfImage = p.tilesDown * p.tilesAcross;
  uint last = min((gl_WorkGroupID.x + 1u) * p.tilesOfGroup, p.images * tilesOfImage);
  float sum[TAPS];
  [[unroll]] for (int t = 0; t < TAPS; t++) sum[t] = 0.0;

  for (uint tile = gl_WorkGroupID.x * p.tilesOfGroup + gl_LocalInvocationID.x; tile < last; tile += gl_WorkGroupSize.x) {
    uint image = tile / tilesOfImage;
    int firstRow = int(tile % tilesOfImage / p.tilesAcross) * ROWS;
    int firstColumn = int(tile % p.tilesAcross) * 4;
    ivec2 at = windowOf(firstRow, firstColumn);
    vec4 gradient[ROWS];
    uint dyBase = p.weightOffset + (image * channels + channel) * p.outHeight * p.outWidth;
    [[unroll]] for (int r = 0; r < ROWS; r++) {
      bool rowInside = uint(firstRow + r) < p.outHeight;
      uint from = dyBase + uint(rowInside ? firstRow + r : 0) * p.outWidth;
      if (Y_FOURS != 0u) {
        gradient[r] = rowInside ? dy4[(from + uint(firstColumn)) / 4u] : vec4(0.0);
      } else {
        [[unroll]] for (int j = 0; j < 4; j++) {
          bool inside = rowInside && uint(firstColumn + j) < p.outWidth;
          float value = dy[from + uint(inside ? firstColumn + j : 0)];
          gradient[r][j] = inside ? value : 0.0;
        }
      }
    }
    uint base = p.xOffset + (image * p.groups + channel / p.outputs) * p.height * p.width;
    [[unroll]] for (int a = 0; a < SPAN_Y; a++) {
      float window[LOADED];
      loadRow(base, at.x + a, at.y, window);
      [[unroll]] for (int r = 0; r < ROWS; r++) {
        [[unroll]] for (int ky = 0; ky < KERNEL_Y; ky++) {
          if (placeY(r, ky) == a) {
            [[unroll]] for (int kx = 0; kx < KERNEL_X; kx++)
              [[unroll]] for (int j = 0; j < 4; j++)
                sum[ky * KERNEL_X + kx] = fma(gradient[r][j], window[placeX(j, kx) + SHIFT], sum[ky * KERNEL_X + kx]);
          }
        }
      }
    }
  }

  // A lane without a tile leaves nothing where there are fewer tiles than lanes.
  uint lanes = min(gl_WorkGroupSize.x, p.tilesOfGroup);
  if (gl_LocalInvocationID.x >= lanes) return;
  uint to = p.yOffset + ((gl_WorkGroupID.x * lanes + gl_LocalInvocationID.x) * channels + channel) * TAPS;
  [[unroll]] for (int t = 0; t < TAPS; t++) dw[to + t] = sum[t];
}
