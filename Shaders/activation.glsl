// What is done to elements of a product while they are in registers; numbers as in MatrixProduct.Epilogue.
#ifndef REPRISE_ACTIVATION_GLSL
#define REPRISE_ACTIVATION_GLSL

// Kinds are specialization constants wherever it matters: llvmpipe computes both sides of a branch.
float activate(float x, uint kind) {
  // Some drivers' tanh overflows far out; a NaN stays one.
  if (kind == 1u) x = abs(x) > 15.0 ? sign(x) : tanh(x);
  if (kind == 2u) x = max(x, 0.0);
  return x;
}

vec4 activate(vec4 x, uint kind) {
  if (kind == 1u) x = tanh(x);
  if (kind == 2u) x = max(x, 0.0);
  return x;
}

// The end of a product. `other` is the bias, or, for the gradient of an activation, the activation's result.
vec4 finish(vec4 value, vec4 other, uint kind) {
  if (kind == 3u) return value * (1.0 - other * other);
  if (kind == 4u) return mix(vec4(0.0), value, greaterThan(other, vec4(0.0)));
  return activate(value + other, kind);
}

#endif
