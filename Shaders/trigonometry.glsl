// Trigonometric functions to a float's precision on every device: Vulkan lets a driver's own sine be off by 5e-4.
// Reduction to ±pi/4 in three steps (Cody and Waite 1980), quarters in two parts so that products are exact for |x| < 1e7;
// then the polynomials of Cephes' sinf, cosf, asinf and atanf (Moshier 1992).
#ifndef REPRISE_TRIGONOMETRY_GLSL
#define REPRISE_TRIGONOMETRY_GLSL
#include "numbers.glsl"

void sineAndCosine(float x, out float sine, out float cosine) {
  float quarter = roundEven(x * 0.63661977236758);
  float high = trunc(quarter * (1.0 / 4096.0)) * 4096.0;
  precise float low = quarter - high;
  precise float r = (x - high * 1.5703125) - low * 1.5703125;
  r = (r - high * 4.837512969970703e-4) - low * 4.837512969970703e-4;
  r = (r - high * 7.5497899548918e-8) - low * 7.5497899548918e-8;
  float y = r * r;
  float s = fma(r * y, fma(y, fma(y, -1.9515295891e-4, 8.3321608736e-3), -1.6666654611e-1), r);
  float c = fma(y * y, fma(y, fma(y, 2.443315711809948e-5, -1.388731625493765e-3), 4.166664568298827e-2), fma(y, -0.5, 1.0));
  int turns = toInt(quarter);
  bool swapped = (turns & 1) != 0;
  sine = swapped ? c : s;
  cosine = swapped ? s : c;
  if ((turns & 2) != 0) sine = -sine;
  if (((turns + 1) & 2) != 0) cosine = -cosine;
  if (!isFinite(x)) sine = cosine = notNumber();
}

float sine(float x) {
  float s, c;
  sineAndCosine(x, s, c);
  return s;
}

float cosine(float x) {
  float s, c;
  sineAndCosine(x, s, c);
  return c;
}

// The same angle within -pi and pi: whole turns leave in two steps, of which the first is exact.
float withinTurn(float x) {
  float turns = roundEven(x * 0.159154943091895);
  precise float r = x - turns * 6.28125;
  r -= turns * 1.93530717958648e-3;
  return r;
}

float tangent(float x) {
  float s, c;
  sineAndCosine(x, s, c);
  return s / c;
}

// The arc sine of 0 <= x <= 1/2.
float arcSinePart(float x) {
  float y = x * x;
  float p = fma(y, fma(y, fma(y, fma(y, 4.2163199048e-2, 2.4181311049e-2), 4.5470025998e-2), 7.4953002686e-2), 1.6666752422e-1);
  return fma(p * y, x, x);
}

float arcSine(float x) {
  float a = abs(x);
  float part = arcSinePart(a > 0.5 ? sqrt(max(0.5 - 0.5 * a, 0.0)) : a);
  float result = a > 0.5 ? 1.5707963267949 - 2.0 * part : part;
  return a <= 1.0 ? withSign(result, x) : notNumber();
}

float arcCosine(float x) {
  float a = abs(x);
  float part = arcSinePart(a > 0.5 ? sqrt(max(0.5 - 0.5 * a, 0.0)) : a);
  float near = x < 0.0 ? 3.14159265358979 - 2.0 * part : 2.0 * part;
  float result = a > 0.5 ? near : 1.5707963267949 - withSign(part, x);
  return a <= 1.0 ? result : notNumber();
}

// The arc tangent of a >= 0, infinity included.
float arcTangentPart(float a) {
  float t = a > 2.41421356237 ? -1.0 / a : a > 0.41421356237 ? (a - 1.0) / (a + 1.0) : a;
  float base = a > 2.41421356237 ? 1.5707963267949 : a > 0.41421356237 ? 0.785398163397448 : 0.0;
  float y = t * t;
  float p = fma(y, fma(y, fma(y, 8.05374449538e-2, -1.38776856032e-1), 1.99777106478e-1), -3.33329491539e-1);
  return base + fma(p * y, t, t);
}

float arcTangent(float x) { return notANumber(x) ? x : withSign(arcTangentPart(abs(x)), x); }

// The angle of the point (x, y).
float arcTangent2(float y, float x) {
  float a = abs(x);
  float b = abs(y);
  float ratio = isInfinite(a) && isInfinite(b) ? 1.0 : min(a, b) == 0.0 ? 0.0 : min(a, b) / max(a, b);
  float angle = arcTangentPart(ratio);
  if (b > a) angle = 1.5707963267949 - angle;
  if ((floatBitsToUint(x) & 0x80000000u) != 0u) angle = 3.14159265358979 - angle;
  return notANumber(x) || notANumber(y) ? notNumber() : withSign(angle, y);
}

#endif
