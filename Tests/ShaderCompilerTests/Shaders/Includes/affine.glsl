#ifndef REPRISE_TEST_AFFINE_GLSL
#define REPRISE_TEST_AFFINE_GLSL
#include "Parameters/affine.h"

float affine(float x, AffineParameters p) {
  return p.scale * (x + float(p.shift)) + p.offset;
}

#endif
