// Rows of the window of x, four pictures at once. Wants DepthwiseParameters `p`, where images are fours of pictures.
#ifndef REPRISE_DEPTHWISE_BATCH_LAST_GLSL
#define REPRISE_DEPTHWISE_BATCH_LAST_GLSL
#include "depthwise_window.glsl"

layout(std430, binding = 0) readonly buffer XFours { vec4 x4[]; };

// One row of the window, zeros outside of x; `base` is the picture's first element.
void loadRow(uint base, int row, int column, out vec4 window[SPAN_X]) {
  bool rowInside = uint(row) < p.height;
  uint start = uint(rowInside ? row : 0) * p.width;
  [[unroll]] for (int i = 0; i < SPAN_X; i++) {
    bool inside = rowInside && uint(column + i) < p.width;
    vec4 fours = x4[base + (start + uint(inside ? column + i : 0)) * p.images];
    window[i] = inside ? fours : vec4(0.0);
  }
}

#endif
