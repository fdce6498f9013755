// Random numbers of tensors, an element at a time: element `index` of draw `stream` at `counter`, and what it is for.
// The same integers as Sources/Tensors/Random.swift.
#ifndef REPRISE_DISTRIBUTIONS_GLSL
#define REPRISE_DISTRIBUTIONS_GLSL
#include "random.glsl"
#include "exponential.glsl"
#include "trigonometry.glsl"

// In [0, 1), with 24 bits.
float uniformAt(uint index, uint counter, uint stream, uint purpose, uvec2 seed) {
  return uniformFloat(philox(uvec4(index, counter, stream, purpose), seed).x);
}

// In 0..<range, where 0 stands for 2^32: the high word of a product, so that each has a chance of 1 / range within 2^-32.
uint integerAt(uint index, uint counter, uint stream, uint purpose, uvec2 seed, uint range) {
  uint high, low;
  uint word = philox(uvec4(index, counter, stream, purpose), seed).x;
  umulExtended(word, range, high, low);
  return range == 0u ? word : high;
}

// Standard normal (Box and Muller 1958); the logarithm's argument is in [2^-33, 1], so that it is never that of 0.
float normalAt(uint index, uint counter, uint stream, uint purpose, uvec2 seed) {
  uvec4 words = philox(uvec4(index, counter, stream, purpose), seed);
  float u = fma(float(words.x), 1.0 / 4294967296.0, 1.0 / 8589934592.0);
  return sqrt(-2.0 * logarithm(u)) * cosine(6.28318530717959 * uniformFloat(words.y));
}

// Element `index` of a permutation of 0..<count.
uint permutationAt(uint index, uint counter, uint stream, uint purpose, uvec2 seed, uint count) {
  return permuted(index, count, philox(uvec4(counter, stream, 0u, purpose), seed));
}

#endif
