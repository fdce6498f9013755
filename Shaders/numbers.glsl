// NaN, bounds, signs, casts and shifts with one meaning on every device: GLSL leaves them open for NaN and out of range.
#ifndef REPRISE_NUMBERS_GLSL
#define REPRISE_NUMBERS_GLSL

// On the bits: a driver may take for granted that no number is NaN.
bool notANumber(float x) { return (floatBitsToUint(x) & 0x7FFFFFFFu) > 0x7F800000u; }
bool isInfinite(float x) { return (floatBitsToUint(x) & 0x7FFFFFFFu) == 0x7F800000u; }
bool isFinite(float x) { return (floatBitsToUint(x) & 0x7F800000u) != 0x7F800000u; }
float infinity() { return uintBitsToFloat(0x7F800000u); }
float notNumber() { return uintBitsToFloat(0x7FC00000u); }

// 2^n for n in -126…127, and n in twice that range with two factors, so that neither leaves it.
float powerOfTwo(int n) { return uintBitsToFloat(uint(n + 127) << 23); }
float scaled(float x, int n) { return x * powerOfTwo(n >> 1) * powerOfTwo(n - (n >> 1)); }

// Comparisons are false with NaN; `not` of one may not become the opposite comparison.
bool opposite(bool x) { return x ? false : true; }

float smaller(float a, float b) { return notANumber(a) ? a : notANumber(b) ? b : min(a, b); }
int smaller(int a, int b) { return min(a, b); }
uint smaller(uint a, uint b) { return min(a, b); }
float larger(float a, float b) { return notANumber(a) ? a : notANumber(b) ? b : max(a, b); }
int larger(int a, int b) { return max(a, b); }
uint larger(uint a, uint b) { return max(a, b); }

// Within low and high; NaN stays NaN.
float limited(float x, float low, float high) { return notANumber(x) ? x : clamp(x, low, high); }

float signOf(float x) { return x > 0.0 ? 1.0 : x < 0.0 ? -1.0 : 0.0; }
int signOf(int x) { return sign(x); }
uint signOf(uint x) { return min(x, 1u); }
float magnitude(float x) { return uintBitsToFloat(floatBitsToUint(x) & 0x7FFFFFFFu); }
int magnitude(int x) { return x < 0 ? -x : x; }
// A choice, not bits put together: LLVM 15 makes wrong code for CPUs with AVX-512 of `c ? y : withSign(x, y)` by bits.
float withSign(float x, float y) { return floatBitsToInt(y) < 0 ? -magnitude(x) : magnitude(x); }

float squareRoot(float x) { return x < 0.0 ? notNumber() : sqrt(x); }

// Truncated; what is out of range becomes the nearest integer, NaN becomes 0.
int toInt(float x) {
  if (notANumber(x)) return 0;
  return x >= 2147483648.0 ? 0x7FFFFFFF : x <= -2147483648.0 ? int(0x80000000u) : int(x);
}
uint toUint(float x) {
  if (notANumber(x) || x <= 0.0) return 0u;
  return x >= 4294967296.0 ? 0xFFFFFFFFu : uint(x);
}

// A shift by 32 or more moves all bits out.
int shiftedLeft(int x, int by) { return uint(by) < 32u ? x << by : 0; }
uint shiftedLeft(uint x, uint by) { return by < 32u ? x << by : 0u; }
int shiftedRight(int x, int by) { return x >> min(uint(by), 31u); }
uint shiftedRight(uint x, uint by) { return by < 32u ? x >> by : 0u; }

#endif
