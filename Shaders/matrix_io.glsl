// Operands of the products: four neighbouring elements in one load where strides and offsets allow it, which costs little
// more than one. Wants MatrixProductParameters `p`.
#ifndef REPRISE_MATRIX_IO_GLSL
#define REPRISE_MATRIX_IO_GLSL
#include "activation.glsl"

layout(constant_id = 7) const uint EPILOGUE = 0;    // as MatrixProduct.Epilogue
layout(constant_id = 8) const uint SIDED = 0;       // there is a bias, or an activation's result
layout(constant_id = 3) const uint A_FOURS = 0;     // A in fours: along depth (held) or along rows (tiled)
layout(constant_id = 4) const uint B_FOURS = 0;     // 1 B in fours along depth, 2 along columns
layout(constant_id = 5) const uint C_FOURS = 0;     // C in fours along columns
layout(constant_id = 6) const uint SIDE_FOURS = 0;  // the side in fours along columns

layout(std430, binding = 0) readonly buffer A { float a[]; };
layout(std430, binding = 0) readonly buffer AFours { vec4 a4[]; };
layout(std430, binding = 1) readonly buffer B { float b[]; };
layout(std430, binding = 1) readonly buffer BFours { vec4 b4[]; };
layout(std430, binding = 2) readonly buffer Side { float side[]; };
layout(std430, binding = 2) readonly buffer SideFours { vec4 side4[]; };
layout(std430, binding = 3) buffer C { float c[]; };
layout(std430, binding = 3) buffer CFours { vec4 c4[]; };

// Columns past the edge read the last one again; nothing of theirs is stored.
vec4 loadB(uint depth, uint column) {
  uint at = p.bOffset + depth * p.bRow;
  if (B_FOURS == 2u) return b4[(at + min(column, p.columns - 4u)) / 4u];
  vec4 value;
  [[unroll]] for (uint s = 0u; s < 4u; s++) value[s] = b[at + min(column + s, p.columns - 1u) * p.bColumn];
  return value;
}

vec4 loadSide(uint row, uint column) {
  uint at = p.sideOffset + row * p.sideRow;
  if (SIDE_FOURS != 0u) return side4[(at + min(column, p.columns - 4u)) / 4u];
  vec4 value;
  [[unroll]] for (uint s = 0u; s < 4u; s++) value[s] = side[at + min(column + s, p.columns - 1u) * p.sideColumn];
  return value;
}

vec4 loadC(uint part, uint row, uint column) {
  uint at = part + row * p.cRow;
  if (C_FOURS != 0u) return c4[(at + min(column, p.columns - 4u)) / 4u];
  vec4 value;
  [[unroll]] for (uint s = 0u; s < 4u; s++) value[s] = c[at + min(column + s, p.columns - 1u) * p.cColumn];
  return value;
}

void storeC(uint part, uint row, uint column, vec4 value) {
  uint at = part + row * p.cRow;
  if (C_FOURS != 0u) {
    if (column < p.columns) c4[(at + column) / 4u] = value;
  } else {
    [[unroll]] for (uint s = 0u; s < 4u; s++)
      if (column + s < p.columns) c[at + (column + s) * p.cColumn] = value[s];
  }
}

#endif
