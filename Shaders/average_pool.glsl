// Which elements of a picture a place averages, along rows or columns. Wants PoolParameters `p`.
#ifndef REPRISE_AVERAGE_POOL_GLSL
#define REPRISE_AVERAGE_POOL_GLSL

layout(constant_id = 1) const uint ADAPTIVE = 0;        // the places divide the picture
layout(constant_id = 2) const uint COUNTS_PADDING = 0;  // sums are divided by the window's size, with padding

// Elements from `first` to before `last`, and their share of the divisor.
struct Field {
  uint first, last, divisor;
};

Field fieldOf(uint place, uint size, uint places, uint extent, uint stride, uint padding) {
  if (ADAPTIVE != 0u) {
    uint first = place * size / places;
    uint last = ((place + 1u) * size + places - 1u) / places;
    return Field(first, last, last - first);
  }
  uint begin = place * stride;
  uint end = min(begin + extent, size + 2u * padding);
  uint first = max(begin, padding) - padding;
  uint last = max(min(end, size + padding) - min(padding, end), first);
  return Field(first, last, COUNTS_PADDING != 0u ? end - begin : last - first);
}

Field rowsOf(uint place) { return fieldOf(place, p.height, p.outHeight, p.kernelY, p.strideY, p.padY); }
Field columnsOf(uint place) { return fieldOf(place, p.width, p.outWidth, p.kernelX, p.strideX, p.padX); }

#endif
