// Operands of the products: four neighbouring elements in one load where strides and offsets allow it, which costs little
// more than one.
#ifndef REPRISE_MATRIX_IO_GLSL
#define REPRISE_MATRIX_IO_GLSL
#include "Parameters/tensor_kernels.h"
#include "activation.glsl"
#include "hand_round.glsl"

layout(push_constant) uniform Push { MatrixProductParameters p; };
layout(constant_id = 7) const uint EPILOGUE = 0;    // as MatrixProduct.Epilogue
layout(constant_id = 8) const uint SIDED = 0;       // something is added, or there is an activation's result
layout(constant_id = 3) const uint A_FOURS = 0;     // A in fours: along depth (held) or along rows (tiled)
layout(constant_id = 4) const uint B_FOURS = 0;     // 1 B in fours along depth, 2 along columns
layout(constant_id = 5) const uint C_FOURS = 0;     // C in fours along columns
layout(constant_id = 6) const uint SIDE_FOURS = 0;  // 1 the side in fours along columns, 2 one value a row
layout(constant_id = 12) const uint BATCHED = 0;    // z counts products as well as parts
layout(constant_id = 13) const uint SUMMED = 0;     // each product is a sum over products

layout(std430, binding = 0) readonly buffer A { float a[]; };
layout(std430, binding = 0) readonly buffer AFours { vec4 a4[]; };
layout(std430, binding = 1) readonly buffer B { float b[]; };
layout(std430, binding = 1) readonly buffer BFours { vec4 b4[]; };
layout(std430, binding = 2) readonly buffer Side { float side[]; };
layout(std430, binding = 2) readonly buffer SideFours { vec4 side4[]; };
layout(std430, binding = 3) buffer C { float c[]; };
layout(std430, binding = 3) buffer CFours { vec4 c4[]; };

// What this workgroup computes: where its product begins, and which depths and terms of it.
uint aBase, bBase, bStart, cBase, sideBase;
uint begin, end, firstTerm, lastTerm;

void findPart() {
  uint part = gl_WorkGroupID.z;
  aBase = p.aOffset;
  bBase = p.bOffset;
  cBase = p.cOffset;
  sideBase = p.sideOffset;
  if (BATCHED != 0u) {
    part = gl_WorkGroupID.z % p.parts;
    uint product = gl_WorkGroupID.z / p.parts;
    uint inner = product % p.inner;
    uint outer = product / p.inner;
    aBase += inner * p.aInner + outer * p.aOuter;
    bBase += inner * p.bInner + outer * p.bOuter;
    cBase += inner * p.cInner + outer * p.cOuter;
    sideBase += inner * p.sideInner + outer * p.sideOuter;
  }
  bStart = bBase;
  cBase += part * p.cPart;
  uint first = part * p.lengthOfPart;
  begin = SUMMED != 0u ? 0u : first;
  end = SUMMED != 0u ? p.depth : min(first + p.lengthOfPart, p.depth);
  firstTerm = SUMMED != 0u ? first : 0u;
  lastTerm = SUMMED != 0u ? min(first + p.lengthOfPart, p.terms) : 1u;
}

// Columns past the edge read the last one again; nothing of theirs is stored.
vec4 loadB(uint depth, uint column) {
  uint at = bStart + depth * p.bRow;
  if (B_FOURS == 2u) return b4[(at + min(column, p.columns - 4u)) / 4u];
  vec4 value;
  [[unroll]] for (uint s = 0u; s < 4u; s++) value[s] = b[at + min(column + s, p.columns - 1u) * p.bColumn];
  return value;
}

vec4 loadSide(uint row, uint column) {
  uint at = sideBase + row * p.sideRow;
  if (SIDE_FOURS == 2u) return vec4(side[at]);
  if (SIDE_FOURS == 1u) return side4[(at + min(column, p.columns - 4u)) / 4u];
  vec4 value;
  [[unroll]] for (uint s = 0u; s < 4u; s++) value[s] = side[at + min(column + s, p.columns - 1u) * p.sideColumn];
  return value;
}

vec4 loadC(uint row, uint column) {
  uint at = cBase + row * p.cRow;
  if (C_FOURS != 0u) return c4[(at + min(column, p.columns - 4u)) / 4u];
  vec4 value;
  [[unroll]] for (uint s = 0u; s < 4u; s++) value[s] = c[at + min(column + s, p.columns - 1u) * p.cColumn];
  return value;
}

void storeC(uint row, uint column, vec4 value) {
  uint at = cBase + row * p.cRow;
  if (C_FOURS != 0u) {
    if (column < p.columns) c4[(at + column) / 4u] = value;
  } else {
    [[unroll]] for (uint s = 0u; s < 4u; s++)
      if (column + s < p.columns) c[at + (column + s) * p.cColumn] = value[s];
  }
}

#endif
