// Rows of the window of pictures [height, width]. Wants DepthwiseParameters `p`, and x in storage buffers `x` and `x4`.
#ifndef REPRISE_DEPTHWISE_ROWS_GLSL
#define REPRISE_DEPTHWISE_ROWS_GLSL
#include "depthwise_window.glsl"

const int LOADED = (SPAN_X + SHIFT + 3) / 4 * 4;

// One row of the window, from SHIFT columns before it; zeros outside of x.
void loadRow(uint base, int row, int column, out float window[LOADED]) {
  bool rowInside = uint(row) < p.height;
  uint start = base + uint(rowInside ? row : 0) * p.width;
  if (X_FOURS != 0u) {
    [[unroll]] for (int i = 0; i < LOADED; i += 4) {
      int at = column - SHIFT + i;
      bool inside = rowInside && uint(at) < p.width;
      vec4 fours = x4[(start + uint(inside ? at : 0)) / 4u];
      [[unroll]] for (int j = 0; j < 4; j++) window[i + j] = inside ? fours[j] : 0.0;
    }
  } else {
    [[unroll]] for (int i = 0; i < LOADED; i++) {
      int at = column - SHIFT + i;
      bool inside = rowInside && uint(at) < p.width && i < SPAN_X + SHIFT;
      float value = x[start + uint(inside ? at : 0)];
      window[i] = inside ? value : 0.0;
    }
  }
}

#endif
