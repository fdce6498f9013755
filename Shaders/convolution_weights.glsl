// The body of convolution_weights.comp and convolution_weights_plain.comp.
#include "Parameters/tensor_kernels.h"
#include "hand_round.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const uint HANDED = 4;
layout(constant_id = 2) const uint DEPTH = 64;
layout(constant_id = 3) const uint GRADIENT_FOURS = 0;  // dy in fours along pixels
layout(constant_id = 9) const uint COLUMNS = 1;         // fours of taps that a lane computes

layout(push_constant) uniform Push { ConvolutionParameters p; };
layout(std430, binding = 0) readonly buffer X { float x[]; };
layout(std430, binding = 1) readonly buffer Gradient { float dy[]; };
layout(std430, binding = 1) readonly buffer GradientFours { vec4 dy4[]; };
layout(std430, binding = 2) buffer WeightGradient { float dw[]; };
#include "convolution_columns.glsl"

const uint LOADED = GRADIENT_FOURS != 0u ? 4u : 1u;

void main() {
  uint group = gl_WorkGroupID.z % p.groups;
  uint part = gl_WorkGroupID.z / p.groups;
  uint firstRow = gl_WorkGroupID.y * p.rowsOfGroup;
  uint lastRow = min(firstRow + p.rowsOfGroup, p.outputs);
  uint pixels = p.outHeight * p.outWidth;
  uint count = p.channels * TAPS;
  uint firstColumn = (gl_WorkGroupID.x * gl_WorkGroupSize.x * COLUMNS + gl_LocalInvocationID.x) * 4u;
  uint handed = handedLane(HANDED) * LOADED;
  uint blocksOfImage = (pixels + DEPTH - 1u) / DEPTH;
  uint first = part * p.blocksOfPart;
  uint last = min(first + p.blocksOfPart, blocksOfImage * p.images);
  uint dwBase = p.yOffset + (part * p.groups + group) * p.outputs * count;

  Tap tap[COLUMNS][4];
  [[unroll]] for (uint s = 0u; s < COLUMNS; s++) {
    [[unroll]] for (uint j = 0u; j < 4u; j++) {
      uint column = min(firstColumn + s * gl_WorkGroupSize.x * 4u + j, count - 1u);
      tap[s][j] = tapOf(column / TAPS, column % TAPS);
    }
  }

  for (uint block = first; block < last; block++) {
    uint image = block / blocksOfImage;
    uint k = block % blocksOfImage * DEPTH;
    vec4 right[DEPTH][COLUMNS];
    [[unroll]] for (uint i = 0u; i < DEPTH; i++) {
      Pixel pixel = pixelOf(image, group, min(k + i, pixels - 1u));
      [[unroll]] for (uint s = 0u; s < COLUMNS; s++)
        [[unroll]] for (uint j = 0u; j < 4u; j++)
          right[i][s][j] = k + i < pixels ? columnAt(pixel, tap[s][j]) : 0.0;
    }
    uint dyBase = p.weightOffset + (image * p.groups + group) * p.outputs * pixels;
    for (uint row = firstRow; row < lastRow; row++) {
      vec4 sum[COLUMNS];
      [[unroll]] for (uint s = 0u; s < COLUMNS; s++) sum[s] = vec4(0.0);
      [[unroll]] for (uint t = 0u; t < DEPTH; t += HANDED * LOADED) {
        uint mine = k + t + handed;
        uint at = dyBase + row * pixels + min(mine, pixels - LOADED);
        vec4 held = vec4(0.0);
        if (GRADIENT_FOURS != 0u) {
          held = mine < pixels ? dy4[at / 4u] : held;
        } else {
          held.x = mine < pixels ? dy[at] : 0.0;
        }
        [[unroll]] for (uint i = 0u; i < HANDED; i++) {
          [[unroll]] for (uint j = 0u; j < LOADED; j++) {
            vec4 left = vec4(handRound(held[j], i));
            [[unroll]] for (uint s = 0u; s < COLUMNS; s++) sum[s] = fma(left, right[t + i * LOADED + j][s], sum[s]);
          }
        }
      }
      [[unroll]] for (uint s = 0u; s < COLUMNS; s++) {
        uint column = firstColumn + s * gl_WorkGroupSize.x * 4u;
        [[unroll]] for (uint j = 0u; j < 4u; j++) {
          uint at = dwBase + row * count + min(column + j, count - 1u);
          if (block > first) sum[s][j] += dw[at];
          if (column + j < count) dw[at] = sum[s][j];
        }
      }
    }
  }
}
