// Quotients rounded to integers, and what remains: exact for floats, defined for every pair of integers.
// Integers: x / 0 is 0 with remainder x, and the least integer over -1 is itself, with remainder 0.
#ifndef REPRISE_DIVISION_GLSL
#define REPRISE_DIVISION_GLSL
#include "numbers.glsl"

// |a| mod |b| for a, b finite and b > 0: 22 bits of the quotient a round, each difference exact (products in two parts, Dekker 1971).
float remainderOf(float a, float b) {
  for (int round = 0; round < 14; round++) {
    if (!(a >= b)) break;
    int shift = max(0, int(floatBitsToUint(a) >> 23) - int(floatBitsToUint(b) >> 23) - 22);
    precise float d = scaled(b, shift);
    precise float q = floor(a / d);
    float dHigh = uintBitsToFloat(floatBitsToUint(d) & 0xFFFFF000u);
    float qHigh = uintBitsToFloat(floatBitsToUint(q) & 0xFFFFF000u);
    precise float dLow = d - dHigh;
    precise float qLow = q - qHigh;
    precise float high = q * d;
    precise float low = ((qHigh * dHigh - high) + qHigh * dLow + qLow * dHigh) + qLow * dLow;
    precise float rest = (a - high) - low;
    // The quotient may be one off.
    rest = rest < 0.0 ? rest + d : rest;
    a = rest >= d ? rest - d : rest;
  }
  return a;
}

float truncatedRemainder(float a, float b) {
  if (!isFinite(a) || notANumber(b) || b == 0.0) return notNumber();
  if (isInfinite(b)) return a;
  return withSign(remainderOf(abs(a), abs(b)), a);
}
int truncatedRemainder(int a, int b) {
  if (b == 0) return a;
  uint r = uint(a < 0 ? -a : a) % uint(b < 0 ? -b : b);
  return a < 0 ? -int(r) : int(r);
}
uint truncatedRemainder(uint a, uint b) { return b == 0u ? a : a % b; }

// The remainder with the sign of b, as Python's.
float floorRemainder(float a, float b) {
  float r = truncatedRemainder(a, b);
  return r != 0.0 && ((r < 0.0) != (b < 0.0)) ? r + b : r;
}
int floorRemainder(int a, int b) {
  int r = truncatedRemainder(a, b);
  return r != 0 && b != 0 && ((r < 0) != (b < 0)) ? r + b : r;
}
uint floorRemainder(uint a, uint b) { return truncatedRemainder(a, b); }

float floorQuotient(float a, float b) {
  if (b == 0.0) return a / b;
  float r = truncatedRemainder(a, b);
  precise float q = (a - r) / b;
  if (r != 0.0 && ((r < 0.0) != (b < 0.0))) q -= 1.0;
  return q == 0.0 ? withSign(0.0, a / b) : roundEven(q);
}
int floorQuotient(int a, int b) {
  if (b == 0) return 0;
  uint q = uint(a < 0 ? -a : a) / uint(b < 0 ? -b : b);
  int r = truncatedRemainder(a, b);
  return ((a < 0) != (b < 0) ? -int(q) : int(q)) - (r != 0 && ((r < 0) != (b < 0)) ? 1 : 0);
}
uint floorQuotient(uint a, uint b) { return b == 0u ? 0u : a / b; }

#endif
