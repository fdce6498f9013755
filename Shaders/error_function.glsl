// The error function and its complement, which keeps its relative accuracy where the function is near 1.
// The polynomials of Cephes' erff and erfcf (Moshier 1992).
#ifndef REPRISE_ERROR_FUNCTION_GLSL
#define REPRISE_ERROR_FUNCTION_GLSL
#include "exponential.glsl"

// erf for |x| < 1.
float errorFunctionPart(float x) {
  float y = x * x;
  float p = fma(y, fma(y, fma(y, fma(y, 7.853861353153693e-5, -8.010193625184903e-4), 5.188327685732524e-3), -2.685381193529856e-2), 1.128358514861418e-1);
  return x * fma(y, fma(y, p, -3.761262582423300e-1), 1.128379165726710);
}

// 1 - erf for x >= 1.
float errorFunctionTail(float x) {
  float q = 1.0 / x;
  float y = q * q;
  float near = fma(y, fma(y, fma(y, fma(y, 2.326819970068386e-2, -1.387039388740657e-1), 3.687424674597105e-1), -5.824733027278666e-1), 6.210004621745983e-1);
  near = fma(y, fma(y, fma(y, fma(y, near, -4.944515323274145e-1), 3.404879937665872e-1), -2.741127028184656e-1), 5.638259427386472e-1);
  float far = fma(y, fma(y, fma(y, fma(y, -1.047766399936249e+1, 1.297719955372516e+1), -7.495518717768503), 2.921019019210786), -1.015265279202700);
  far = fma(y, fma(y, fma(y, far, 4.218463358204948e-1), -2.820767439740514e-1), 5.641895067754075e-1);
  // The square in two parts: its rounding would be an error of the exponent.
  float high = uintBitsToFloat(floatBitsToUint(x) & 0xFFFFF000u);
  precise float low = (x - high) * (x + high);
  return exponential(-high * high) * exponential(-low) * q * (x < 2.0 ? near : far);
}

float errorFunction(float x) {
  float a = abs(x);
  float result = a < 1.0 ? errorFunctionPart(a) : 1.0 - errorFunctionTail(clamp(a, 1.0, 10.0));
  return notANumber(x) ? x : withSign(result, x);
}

float errorFunctionComplement(float x) {
  float a = abs(x);
  float tail = errorFunctionTail(clamp(a, 1.0, 14.0));
  float far = x < 0.0 ? 2.0 - tail : tail;
  float result = a < 1.0 ? 1.0 - errorFunctionPart(x) : far;
  return notANumber(x) ? x : result;
}

#endif
