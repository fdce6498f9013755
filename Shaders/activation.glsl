// What is done to an element of a product while it is in a register; numbers as in MatrixProduct.Epilogue.
#ifndef REPRISE_ACTIVATION_GLSL
#define REPRISE_ACTIVATION_GLSL

// Branches, not selections: a lane pays only for the function that it needs.
float activate(float x, uint kind) {
  // Some drivers' tanh overflows far out; a NaN stays one.
  if (kind == 1u) x = abs(x) > 15.0 ? sign(x) : tanh(x);
  if (kind == 2u) x = max(x, 0.0);
  return x;
}

// The gradient of an activation from that of its result and from its result y.
float activateBackward(float gradient, float y, uint kind) {
  if (kind == 3u) gradient *= 1.0 - y * y;
  if (kind == 4u) gradient = y > 0.0 ? gradient : 0.0;
  return gradient;
}

#endif
