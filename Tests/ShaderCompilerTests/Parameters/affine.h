// The push constants of affine_step.comp, for GLSL and Swift.
#ifndef REPRISE_TEST_AFFINE
#define REPRISE_TEST_AFFINE
#include "../../../Shaders/Parameters/types.h"

struct AffineParameters {
  uint count;
  float scale;
  int shift;
  float offset;
};

#endif
