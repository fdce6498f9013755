// A tile of ROWS x COLUMNS elements of y, the window of x that it reads, and which tap lies where: all of it known when the
// pipeline is made.
#ifndef REPRISE_DEPTHWISE_WINDOW_GLSL
#define REPRISE_DEPTHWISE_WINDOW_GLSL

layout(constant_id = 1) const uint X_FOURS = 0;  // rows of x in fours
layout(constant_id = 2) const int KERNEL_Y = 3;
layout(constant_id = 3) const int KERNEL_X = 3;
layout(constant_id = 4) const int STRIDE_Y = 1;
layout(constant_id = 5) const int STRIDE_X = 1;
layout(constant_id = 6) const int DILATION_Y = 1;
layout(constant_id = 7) const int DILATION_X = 1;
layout(constant_id = 8) const int PAD_Y = 1;
layout(constant_id = 9) const int PAD_X = 1;
layout(constant_id = 10) const uint TRANSPOSED = 0;  // strides lie in x and not in y, as in a convolution's gradient
layout(constant_id = 11) const int ROWS = 4;
layout(constant_id = 12) const int FIRST_Y = 0;      // of the window, from the tile's place
layout(constant_id = 13) const int FIRST_X = 0;
layout(constant_id = 14) const int SPAN_Y = 1;       // rows and columns of the window
layout(constant_id = 15) const int SPAN_X = 1;
layout(constant_id = 16) const int SHIFT = 0;        // columns before the window that loads in fours bring
layout(constant_id = 17) const uint Y_FOURS = 0;     // rows of y in fours
layout(constant_id = 18) const int COLUMNS = 4;
const int TAPS = KERNEL_Y * KERNEL_X;

// The row or column of the window that tap k of element i of the tile reads; negative where it falls between elements of x.
int placeY(int i, int k) {
  if (TRANSPOSED == 0u) return i * STRIDE_Y + k * DILATION_Y;
  int at = i + PAD_Y - k * DILATION_Y - FIRST_Y * STRIDE_Y;
  return at % STRIDE_Y == 0 ? at / STRIDE_Y : -1;
}

int placeX(int i, int k) {
  if (TRANSPOSED == 0u) return i * STRIDE_X + k * DILATION_X;
  int at = i + PAD_X - k * DILATION_X - FIRST_X * STRIDE_X;
  return at % STRIDE_X == 0 ? at / STRIDE_X : -1;
}

// The window's first element for the tile whose first element is (row, column) of y.
ivec2 windowOf(int row, int column) {
  if (TRANSPOSED != 0u) return ivec2(row / STRIDE_Y + FIRST_Y, column / STRIDE_X + FIRST_X);
  return ivec2(row * STRIDE_Y + FIRST_Y, column * STRIDE_X + FIRST_X);
}

#endif
