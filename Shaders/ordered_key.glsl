// A word whose unsigned order is that of an element: TYPE 0 float32, 1 int32, 2 uint32 or bool. Both zeros are equal, and NaN
// comes after everything, as in PyTorch's sort. Wants the constant TYPE.
#ifndef REPRISE_ORDERED_KEY_GLSL
#define REPRISE_ORDERED_KEY_GLSL

bool isNaN(uint bits) { return TYPE == 0u && (bits & 0x7FFFFFFFu) > 0x7F800000u; }

uint orderedKey(uint bits) {
  if (TYPE == 2u) return bits;
  if (TYPE == 1u) return bits ^ 0x80000000u;
  if (isNaN(bits)) return 0xFFFFFFFFu;
  if (bits == 0x80000000u) bits = 0u;
  return (bits & 0x80000000u) != 0u ? ~bits : bits | 0x80000000u;
}

#endif
