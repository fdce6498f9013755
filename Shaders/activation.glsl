// What is done to elements of a product while they are in registers; numbers as in MatrixProduct.Epilogue.
#ifndef REPRISE_ACTIVATION_GLSL
#define REPRISE_ACTIVATION_GLSL

// Kinds are specialization constants wherever it matters: llvmpipe computes both sides of a branch.
// tanh as a quotient of polynomials, the one of Eigen's ptanh: within 4e-7, in a third of the time of llvmpipe's own.
vec4 hyperbolicTangent(vec4 x) {
  vec4 c = clamp(x, -7.90531110763549805, 7.90531110763549805);
  vec4 y = c * c;
  vec4 p = fma(y, vec4(-2.76076847742355e-16), vec4(2.00018790482477e-13));
  p = fma(y, p, vec4(-8.60467152213735e-11));
  p = fma(y, p, vec4(5.12229709037114e-08));
  p = fma(y, p, vec4(1.48572235717979e-05));
  p = fma(y, p, vec4(6.37261928875436e-04));
  p = fma(y, p, vec4(4.89352455891786e-03));
  vec4 q = fma(y, vec4(1.19825839466702e-06), vec4(1.18534705686654e-04));
  q = fma(y, q, vec4(2.26843463243900e-03));
  q = fma(y, q, vec4(4.89352518554385e-03));
  // A NaN stays one.
  return mix(c * p / q, x, isnan(x));
}

vec4 activate(vec4 x, uint kind) {
  if (kind == 1u) x = hyperbolicTangent(x);
  if (kind == 2u) x = mix(max(x, 0.0), x, isnan(x));
  return x;
}

// The end of a product. `other` is the bias, or, for the gradient of an activation, the activation's result.
vec4 finish(vec4 value, vec4 other, uint kind) {
  if (kind == 3u) return value * (1.0 - other * other);
  if (kind == 4u) return mix(value, vec4(0.0), lessThanEqual(other, vec4(0.0)));
  return activate(value + other, kind);
}

#endif
