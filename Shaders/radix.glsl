// What the steps of the radix sort share: keys as words, FIRST where they are still elements, and their digits of 4 bits.
#ifndef REPRISE_RADIX_GLSL
#define REPRISE_RADIX_GLSL

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const uint TYPE = 0;
layout(constant_id = 2) const uint DESCENDING = 0;
layout(constant_id = 3) const uint FIRST = 0;
layout(push_constant) uniform Push { SortParameters p; };

#include "ordered_key.glsl"

uint key(uint word) {
  if (FIRST == 0u) return word;
  return DESCENDING == 1u ? ~orderedKey(word) : orderedKey(word);
}

uint digit(uint key) { return (key >> p.shift) & 15u; }

#endif
