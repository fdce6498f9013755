// dw[o, t] = sum over n, p of dy[o, p, n] x[c, place of tap t of pixel p, n], or the part that some tiles give; c = o / outputs.
// x: [groups, height, width, images]; dy: [groups*outputs, pixels, images], both in fours; dw: [parts, groups*outputs, taps], a part
// a lane. A workgroup sums tilesOfGroup tiles of ROWS x COLUMNS pixels of four images of channel o, which lies along y and z;
// matrix_product_parts adds the parts. Reference: ConvolutionWeights.reference.
#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#include "Parameters/tensor_kernels.h"

layout(local_size_x_id = 0) in;
layout(push_constant) uniform Push { DepthwiseParameters p; };
layout(std430, binding = 2) writeonly buffer WeightGradient { float dw[]; };
#include "depthwise_batch_last.glsl"
layout(std430, binding = 1) readonly buffer GradientFours { vec4 dy4[]; };

void main() {
  uint channels = p.groups * p.outputs;
  uint channel = min(gl_WorkGroupID.y + gl_WorkGroupID.z * 65535u, channels - 1u);
  uint last = min((gl_WorkGroupID.x + 1u) * p.tilesOfGroup, p.images * p.tilesDown * p.tilesAcross);
  vec4 sum[TAPS];
  [[unroll]] for (int t = 0; t < TAPS; t++) sum[t] = vec4(0.0);

  for (uint item = gl_WorkGroupID.x * p.tilesOfGroup + gl_LocalInvocationID.x; item < last; item += gl_WorkGroupSize.x) {
    uint image = item % p.images;
    uint tile = item / p.images;
    int firstRow = int(tile / p.tilesAcross) * ROWS;
    int firstColumn = int(tile % p.tilesAcross) * COLUMNS;
    ivec2 at = windowOf(firstRow, firstColumn);
    vec4 gradient[ROWS][COLUMNS];
    uint from = p.weightOffset / 4u + channel * p.outHeight * p.outWidth * p.images + image;
    [[unroll]] for (int r = 0; r < ROWS; r++) {
      [[unroll]] for (int j = 0; j < COLUMNS; j++) {
        bool inside = uint(firstRow + r) < p.outHeight && uint(firstColumn + j) < p.outWidth;
        uint pixel = inside ? uint(firstRow + r) * p.outWidth + uint(firstColumn + j) : 0u;
        vec4 fours = dy4[from + pixel * p.images];
        gradient[r][j] = inside ? fours : vec4(0.0);
      }
    }
    uint base = p.xOffset / 4u + channel / p.outputs * p.height * p.width * p.images + image;
    [[unroll]] for (int a = 0; a < SPAN_Y; a++) {
      vec4 window[SPAN_X];
      loadRow(base, at.x + a, at.y, window);
      [[unroll]] for (int r = 0; r < ROWS; r++) {
        [[unroll]] for (int ky = 0; ky < KERNEL_Y; ky++) {
          if (placeY(r, ky) == a) {
            [[unroll]] for (int kx = 0; kx < KERNEL_X; kx++)
              [[unroll]] for (int j = 0; j < COLUMNS; j++)
                sum[ky * KERNEL_X + kx] = fma(gradient[r][j], window[placeX(j, kx)], sum[ky * KERNEL_X + kx]);
          }
        }
      }
    }
  }

  // A lane without a tile leaves nothing where there are fewer tiles than lanes.
  uint lanes = min(gl_WorkGroupSize.x, p.tilesOfGroup);
  if (gl_LocalInvocationID.x >= lanes) return;
  uint to = p.yOffset + ((gl_WorkGroupID.x * lanes + gl_LocalInvocationID.x) * channels + channel) * TAPS;
  [[unroll]] for (int t = 0; t < TAPS; t++) dw[to + t] = (sum[t].x + sum[t].y) + (sum[t].z + sum[t].w);
}
