// Hyperbolic functions and their inverses, with their relative accuracy near 0 and without early overflow.
#ifndef REPRISE_HYPERBOLIC_GLSL
#define REPRISE_HYPERBOLIC_GLSL
#include "exponential.glsl"

float hyperbolicSine(float x) {
  float a = abs(x);
  float t = exponentialMinus1(min(a, 30.0));
  float root = exponential(0.5 * a);
  float result = a < 30.0 ? 0.5 * (t + t / (t + 1.0)) : (0.5 * root) * root;
  return notANumber(x) ? x : withSign(result, x);
}

float hyperbolicCosine(float x) {
  float root = exponential(0.5 * abs(x));
  // The second term is lost far out, where its divisor overflows.
  float result = (0.5 * root) * root + 0.5 / min(root * root, 1e30);
  return notANumber(x) ? x : result;
}

float areaSine(float x) {
  float a = abs(x);
  float near = logarithm1Plus(a + a * a / (1.0 + sqrt(1.0 + a * a)));
  float result = a < 1e6 ? near : logarithm(a) + 0.693147180559945;
  return notANumber(x) ? x : withSign(result, x);
}

float areaCosine(float x) {
  precise float t = x - 1.0;
  float near = logarithm1Plus(t + sqrt(max(t * (t + 2.0), 0.0)));
  float result = x < 1e6 ? near : logarithm(x) + 0.693147180559945;
  return x >= 1.0 ? result : notNumber();
}

float areaTangent(float x) {
  float a = abs(x);
  float result = a < 1.0 ? 0.5 * logarithm1Plus(2.0 * a / (1.0 - a)) : infinity();
  return a <= 1.0 ? withSign(result, x) : notNumber();
}

#endif
