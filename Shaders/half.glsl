// float16 in the bits of a word.
#ifndef REPRISE_HALF_GLSL
#define REPRISE_HALF_GLSL

// The bits of the float16 nearest to x, to even where two are: packHalf2x16 may round as a driver likes.
uint halfBits(float x) {
  uint bits = floatBitsToUint(x);
  uint sign = (bits >> 16) & 0x8000u;
  bits &= 0x7FFFFFFFu;
  if (bits > 0x7F800000u) return sign | 0x7E00u;
  if (bits >= 0x477FF000u) return sign | 0x7C00u;
  // Below the normal float16, where an addition of 0.5 rounds at the right place.
  if (bits < 0x38800000u) return sign | (floatBitsToUint(uintBitsToFloat(bits) + 0.5) - 0x3F000000u);
  return sign | ((bits + 0xFFFu + ((bits >> 13) & 1u) - 0x38000000u) >> 13);
}

#endif
