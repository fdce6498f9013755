// Exponentials and logarithms within a few units in the last place: Vulkan lets a driver's own exp be off by 3 + 2|x| of them.
// The polynomials of Cephes' single-precision expf and logf (Moshier 1992); results below 2^-126 may be 0.
#ifndef REPRISE_EXPONENTIAL_GLSL
#define REPRISE_EXPONENTIAL_GLSL
#include "numbers.glsl"

// e^r - 1 for |r| <= ln(2)/2.
float exponentialPart(float r) {
  float p = fma(r, fma(r, fma(r, fma(r, fma(r, 1.9875691500e-4, 1.3981999507e-3), 8.3334519073e-3), 4.1665795894e-2), 1.6666665459e-1), 5.0000001201e-1);
  return fma(p * r, r, r);
}

// x - n ln(2), ln(2) in two parts.
float reducedByLogarithm2(float x, float n) {
  precise float r = x - n * 0.693359375;
  r = r + n * 2.12194440e-4;
  return r;
}

float exponential(float x) {
  float c = clamp(x, -104.0, 89.0);
  float n = roundEven(c * 1.44269504088896);
  float result = scaled(1.0 + exponentialPart(reducedByLogarithm2(c, n)), int(n));
  return notANumber(x) ? x : result;
}

float exponential2(float x) {
  float c = clamp(x, -150.0, 129.0);
  float n = roundEven(c);
  float result = scaled(1.0 + exponentialPart((c - n) * 0.693147180559945), int(n));
  return notANumber(x) ? x : result;
}

// e^x - 1, near 0 without the difference.
float exponentialMinus1(float x) {
  float c = clamp(x, -30.0, 89.0);
  float n = roundEven(c * 1.44269504088896);
  float part = exponentialPart(reducedByLogarithm2(c, n));
  float scale = powerOfTwo(int(min(n, 126.0)));
  precise float small = part * scale + (scale - 1.0);
  float result = n > 60.0 ? scaled(1.0 + part, int(n)) : small;
  return notANumber(x) ? x : result;
}

// x = 2^exponent (1 + fraction), 1 + fraction within sqrt(1/2)…sqrt(2), for normal x > 0; the result is ln(1 + fraction) - fraction.
float logarithmPart(float x, out float fraction, out float exponent) {
  uint bits = floatBitsToUint(x) - 0x3F3504F3u;
  exponent = float(int(bits) >> 23);
  precise float f = uintBitsToFloat((bits & 0x007FFFFFu) + 0x3F3504F3u) - 1.0;
  fraction = f;
  float p = fma(f, fma(f, fma(f, fma(f, 7.0376836292e-2, -1.1514610310e-1), 1.1676998740e-1), -1.2420140846e-1), 1.4249322787e-1);
  p = fma(f, fma(f, fma(f, fma(f, p, -1.6668057665e-1), 2.0000714765e-1), -2.4999993993e-1), 3.3333331174e-1);
  return f * f * fma(f, p, -0.5);
}

// What no logarithm of a positive finite number can be.
float logarithmAtEnds(float x, float result) {
  if (x == 0.0) return -infinity();
  if (x < 0.0) return notNumber();
  return isFinite(x) ? result : x;
}

float logarithm(float x) {
  float fraction, exponent;
  float part = logarithmPart(x, fraction, exponent);
  float low = part - exponent * 2.12194440e-4;
  return logarithmAtEnds(x, (fraction + low) + exponent * 0.693359375);
}

// log2(e) is 1 + 0.4427, so that powers of two are exact.
float logarithm2(float x) {
  float fraction, exponent;
  float part = logarithmPart(x, fraction, exponent);
  return logarithmAtEnds(x, part * 0.44269504088896 + fraction * 0.44269504088896 + part + fraction + exponent);
}

// ln(1 + x): the logarithm of the rounded sum and what the rounding lost.
float logarithm1Plus(float x) {
  precise float sum = 1.0 + x;
  precise float lost = x - (sum - 1.0);
  float result = logarithm(sum);
  return sum > 0.0 && isFinite(sum) ? result + lost / sum : result;
}

// |x|^y = 2^(y log2|x|), the parts of the product summed apart; then the special cases of C's pow.
float raised(float x, float y) {
  float a = abs(x);
  float fraction, exponent;
  float part = logarithmPart(a, fraction, exponent);
  precise float l = part * 0.44269504088896 + fraction * 0.44269504088896 + part + fraction;
  float lHigh = uintBitsToFloat(floatBitsToUint(l) & 0xFFFFF000u);
  float yHigh = uintBitsToFloat(floatBitsToUint(y) & 0xFFFFF000u);
  precise float yLow = y - yHigh;
  precise float lLow = l - lHigh;
  precise float whole = yHigh * exponent;
  float n = clamp(roundEven(y * (exponent + l)), -200.0, 200.0);
  precise float rest = (whole - n) + yHigh * lHigh + (yLow * exponent + yLow * lHigh + y * lLow);
  float shift = roundEven(clamp(rest, -200.0, 200.0));
  float result = scaled(1.0 + exponentialPart(clamp(rest - shift, -0.5, 0.5) * 0.693147180559945), int(clamp(n + shift, -200.0, 200.0)));
  bool isWhole = floor(y) == y;
  bool isOdd = isWhole && abs(y) < 16777216.0 && (int(y) & 1) != 0;
  if (a == 1.0) result = 1.0;
  if (isInfinite(y) && a != 1.0) result = (a > 1.0) == (y > 0.0) ? infinity() : 0.0;
  if (a == 0.0) result = y < 0.0 ? infinity() : 0.0;
  if (isInfinite(a)) result = y < 0.0 ? 0.0 : infinity();
  bool isNegative = (floatBitsToUint(x) & 0x80000000u) != 0u;
  if (isNegative && isOdd) result = -result;
  if (isNegative && !isWhole && isFinite(x) && isFinite(y) && a != 0.0) result = notNumber();
  if (notANumber(x) || notANumber(y)) result = notNumber();
  return y == 0.0 || x == 1.0 ? 1.0 : result;
}

// 1 / (1 + e^-x).
float logistic(float x) { return 1.0 / (1.0 + exponential(-x)); }
// ln(1 + e^x), without overflow.
float softplus(float x) { return larger(x, 0.0) + logarithm1Plus(exponential(-abs(x))); }

#endif
