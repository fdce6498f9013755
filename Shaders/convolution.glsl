// The body of convolution.comp and convolution_plain.comp.
#include "Parameters/tensor_kernels.h"
#include "hand_round.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const uint HANDED = 4;
layout(constant_id = 2) const uint DEPTH = 64;
layout(constant_id = 3) const uint WEIGHT_FOURS = 0;  // weights in fours along depth
layout(constant_id = 9) const uint Y_FOURS = 0;       // y in fours along pixels
layout(constant_id = 10) const uint BIASED = 0;
layout(constant_id = 11) const uint BLOCKS = 1;       // there may be more than one block along depth
layout(constant_id = 12) const uint COLUMNS = 1;      // fours of pixels that a lane computes

layout(push_constant) uniform Push { ConvolutionParameters p; };
layout(std430, binding = 0) readonly buffer X { float x[]; };
layout(std430, binding = 1) readonly buffer Weights { float weights[]; };
layout(std430, binding = 1) readonly buffer WeightFours { vec4 weights4[]; };
layout(std430, binding = 2) readonly buffer Bias { float bias[]; };
layout(std430, binding = 3) buffer Y { float y[]; };
layout(std430, binding = 3) buffer YFours { vec4 y4[]; };
#include "convolution_columns.glsl"

// Weights that a lane loads at once.
const uint LOADED = WEIGHT_FOURS != 0u ? 4u : 1u;

void main() {
  uint group = gl_WorkGroupID.z;
  uint firstRow = gl_WorkGroupID.y * p.rowsOfGroup;
  uint lastRow = min(firstRow + p.rowsOfGroup, p.outputs);
  uint pixels = p.outHeight * p.outWidth;
  uint count = p.images * pixels;
  uint depth = p.channels * TAPS;
  uint firstColumn = (gl_WorkGroupID.x * gl_WorkGroupSize.x * COLUMNS + gl_LocalInvocationID.x) * 4u;
  uint handed = handedLane(HANDED) * LOADED;
  uint weightBase = p.weightOffset + group * p.outputs * depth;

  // Pixels past the end compute the last one again and store nothing.
  Pixel pixel[COLUMNS][4];
  uint yAt[COLUMNS][4];
  [[unroll]] for (uint s = 0u; s < COLUMNS; s++) {
    [[unroll]] for (uint j = 0u; j < 4u; j++) {
      uint column = min(firstColumn + s * gl_WorkGroupSize.x * 4u + j, count - 1u);
      uint image = column / pixels;
      pixel[s][j] = pixelOf(image, group, column % pixels);
      yAt[s][j] = p.yOffset + (image * p.groups + group) * p.outputs * pixels + column % pixels;
    }
  }

  for (uint k = 0u; k < depth; k += DEPTH) {
    vec4 right[DEPTH][COLUMNS];
    [[unroll]] for (uint i = 0u; i < DEPTH; i++) {
      uint at = min(k + i, depth - 1u);
      Tap tap = tapOf(at / TAPS, at % TAPS);
      [[unroll]] for (uint s = 0u; s < COLUMNS; s++)
        [[unroll]] for (uint j = 0u; j < 4u; j++)
          right[i][s][j] = k + i < depth ? columnAt(pixel[s][j], tap) : 0.0;
    }
    for (uint row = firstRow; row < lastRow; row++) {
      vec4 sum[COLUMNS];
      [[unroll]] for (uint s = 0u; s < COLUMNS; s++) sum[s] = vec4(0.0);
      [[unroll]] for (uint t = 0u; t < DEPTH; t += HANDED * LOADED) {
        uint mine = k + t + handed;
        uint at = weightBase + row * depth + min(mine, depth - LOADED);
        vec4 held = vec4(0.0);
        if (WEIGHT_FOURS != 0u) {
          held = mine < depth ? weights4[at / 4u] : held;
        } else {
          held.x = mine < depth ? weights[at] : 0.0;
        }
        [[unroll]] for (uint i = 0u; i < HANDED; i++) {
          [[unroll]] for (uint j = 0u; j < LOADED; j++) {
            vec4 left = vec4(handRound(held[j], i));
            [[unroll]] for (uint s = 0u; s < COLUMNS; s++) sum[s] = fma(left, right[t + i * LOADED + j][s], sum[s]);
          }
        }
      }
      float offset = BIASED != 0u ? bias[p.biasOffset + group * p.outputs + row] : 0.0;
      [[unroll]] for (uint s = 0u; s < COLUMNS; s++) {
        uint column = firstColumn + s * gl_WorkGroupSize.x * 4u;
        uint step = row * pixels;
        if (Y_FOURS != 0u) {
          uint at = (yAt[s][0] + step) / 4u;
          if (BLOCKS > 1u && k > 0u) {
            sum[s] += y4[at];
          } else {
            sum[s] += offset;
          }
          if (column < count) y4[at] = sum[s];
        } else {
          [[unroll]] for (uint j = 0u; j < 4u; j++) {
            uint at = yAt[s][j] + step;
            if (BLOCKS > 1u && k > 0u) {
              sum[s][j] += y[at];
            } else {
              sum[s][j] += offset;
            }
            if (column + j < count) y[at] = sum[s][j];
          }
        }
      }
    }
  }
}
