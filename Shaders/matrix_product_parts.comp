// C = epilogue(sum over the terms of A), added in their order: the parts of products.
// A: [terms, products, rows, columns]; side (what is added, or an activation's result) and C: [products, rows, columns] of
// any strides; z: products.
// A workgroup computes local_size * 4 elements, four columns a lane. Reference: MatrixProduct.reference.
#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require

layout(local_size_x_id = 0) in;
#include "matrix_io.glsl"

void main() {
  uint width = (p.columns + 3u) / 4u;
  uint row = gl_GlobalInvocationID.x / width;
  if (row >= p.rows) return;
  uint column = (gl_GlobalInvocationID.x - row * width) * 4u;
  findPart();
  vec4 sum = vec4(0.0);
  for (uint term = 0u; term < p.terms; term++) {
    uint at = aBase + term * p.aTerm + row * p.aRow;
    if (A_FOURS != 0u) {
      sum += a4[(at + column) / 4u];
    } else {
      [[unroll]] for (uint s = 0u; s < 4u; s++) sum[s] += a[at + min(column + s, p.columns - 1u)];
    }
  }
  vec4 other = vec4(0.0);
  if (SIDED != 0u) other = loadSide(row, column);
  storeC(row, column, finish(sum, other, EPILOGUE));
}
