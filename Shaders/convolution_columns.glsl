// Elements of x as a convolution multiplies them by its weights: one for each pixel of y and each tap of each channel.
// Wants ConvolutionParameters `p` and `float x[]`.
#ifndef REPRISE_CONVOLUTION_COLUMNS_GLSL
#define REPRISE_CONVOLUTION_COLUMNS_GLSL

layout(constant_id = 4) const uint KERNEL_Y = 3;
layout(constant_id = 5) const uint KERNEL_X = 3;
layout(constant_id = 6) const int STRIDE_Y = 1;
layout(constant_id = 7) const int STRIDE_X = 1;
layout(constant_id = 8) const uint TRANSPOSED = 0;  // strides lie in x and not in y, as in a convolution's gradient
const uint TAPS = KERNEL_Y * KERNEL_X;

// A pixel of y: the first channel of the group in its image, and the place of x at tap 0, before the stride if transposed.
struct Pixel {
  uint base;
  int y, x;
};

Pixel pixelOf(uint image, uint group, uint place) {
  ivec2 at = ivec2(place % p.outWidth, place / p.outWidth);
  uint base = p.xOffset + (image * p.groups + group) * p.channels * p.height * p.width;
  if (TRANSPOSED != 0u) return Pixel(base, at.y + p.padY, at.x + p.padX);
  return Pixel(base, at.y * STRIDE_Y - p.padY, at.x * STRIDE_X - p.padX);
}

// A tap of a channel: where its channel begins, and its distance from tap 0.
struct Tap {
  uint base;
  int y, x;
};

Tap tapOf(uint channel, uint tap) {
  return Tap(channel * p.height * p.width, int(tap / KERNEL_X * p.dilationY), int(tap % KERNEL_X * p.dilationX));
}

// The element that a tap of a pixel multiplies; zero outside of x.
float columnAt(Pixel pixel, Tap tap) {
  int y = pixel.y + (TRANSPOSED != 0u ? -tap.y : tap.y);
  int column = pixel.x + (TRANSPOSED != 0u ? -tap.x : tap.x);
  bool inside = true;
  if (TRANSPOSED != 0u && (STRIDE_Y > 1 || STRIDE_X > 1)) {
    inside = y >= 0 && column >= 0 && y % STRIDE_Y == 0 && column % STRIDE_X == 0;
    y /= STRIDE_Y;
    column /= STRIDE_X;
  }
  inside = inside && uint(y) < p.height && uint(column) < p.width;
  uint at = inside ? pixel.base + tap.base + uint(y) * p.width + uint(column) : p.xOffset;
  float value = x[at];
  return inside ? value : 0.0;
}

#endif
