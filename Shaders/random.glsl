// Philox4x32-10 (Salmon et al. 2011) and a keyed shuffle; the same integers as Sources/Tensors/Random.swift.
#ifndef REPRISE_RANDOM_GLSL
#define REPRISE_RANDOM_GLSL

// Streams: the last word of the counter says what the numbers are for.
const uint STREAM_ACTION = 0u;
const uint STREAM_RESET = 1u;
const uint STREAM_SHUFFLE = 2u;
// 3 is initial weights, on the host; 4 to 9 are Operations/Random.swift's.

uvec4 philox(uvec4 counter, uvec2 key) {
  for (uint round = 0u; round < 10u; round++) {
    uint high0, low0, high1, low1;
    umulExtended(0xD2511F53u, counter.x, high0, low0);
    umulExtended(0xCD9E8D57u, counter.z, high1, low1);
    counter = uvec4(high1 ^ counter.y ^ key.x, low1, high0 ^ counter.w ^ key.y, low0);
    key += uvec2(0x9E3779B9u, 0xBB67AE85u);
  }
  return counter;
}

// In [0, 1), with 24 bits.
float uniformFloat(uint word) { return float(word >> 8) * (1.0 / 16777216.0); }

// Where `index` goes in the shuffle of 0..count-1 of four keys: a Feistel network, walked until it lands below count.
uint permuted(uint index, uint count, uvec4 keys) {
  uint halfBits = 1u;
  while (halfBits < 16u && (1u << (2u * halfBits)) < count) halfBits++;
  uint mask = (1u << halfBits) - 1u;
  uint value = index;
  do {
    uint left = value >> halfBits;
    uint right = value & mask;
    for (uint round = 0u; round < 6u; round++) {
      uint mixed = right + keys[round % 4u] + round * 0x9E3779B9u;
      mixed = (mixed ^ (mixed >> 16)) * 0x85EBCA6Bu;
      mixed = (mixed ^ (mixed >> 13)) * 0xC2B2AE35u;
      mixed ^= mixed >> 16;
      uint next = left ^ (mixed & mask);
      left = right;
      right = next;
    }
    value = (left << halfBits) | right;
  } while (value >= count);
  return value;
}

// The same in shuffle number `pass`.
uint permuted(uint index, uint count, uvec2 seed, uint pass) {
  return permuted(index, count, philox(uvec4(pass, 0u, 0u, STREAM_SHUFFLE), seed));
}

#endif
