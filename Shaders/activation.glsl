// Activations by number, as MatrixProduct.Activation has them.
#ifndef REPRISE_ACTIVATION_GLSL
#define REPRISE_ACTIVATION_GLSL

float activate(float x, uint kind) { return kind == 1u ? tanh(x) : kind == 2u ? max(x, 0.0) : x; }

#endif
