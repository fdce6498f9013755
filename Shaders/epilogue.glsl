// The end of a product: bias, or the result y of the activation before, and the activation.
// Wants MatrixProductParameters or MatrixPartsParameters `p` and `float side[]`.
#ifndef REPRISE_EPILOGUE_GLSL
#define REPRISE_EPILOGUE_GLSL
#include "activation.glsl"

float finish(float value, uint row, uint column) {
  if (p.sided != 0u) {
    float other = side[p.sideOffset + row * p.sideRow + column * p.sideColumn];
    value = p.epilogue >= 3u ? activateBackward(value, other, p.epilogue) : value + other;
  }
  return activate(value, p.epilogue);
}

#endif
