// The body of matrix_product.comp and its twin.

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const uint HANDED = 4;
layout(constant_id = 2) const uint ROWS = 8;
#include "matrix_io.glsl"

void main() {
  uint firstRow = gl_WorkGroupID.y * ROWS;
  uint column = (gl_WorkGroupID.x * gl_WorkGroupSize.x + gl_LocalInvocationID.x) * 4u;
  findPart();
  uint whole = begin + (end - begin) / HANDED * HANDED;
  uint handed = handedLane(HANDED);

  // Rows past the edge compute the last one again and store nothing: no lane leaves the subgroup.
  uint aAt[ROWS];
  vec4 sum[ROWS];
  [[unroll]] for (uint r = 0u; r < ROWS; r++) {
    uint row = A_FOURS != 0u ? min(firstRow + r / 4u * 4u, p.rows - 4u) + r % 4u : min(firstRow + r, p.rows - 1u);
    aAt[r] = aBase + row * p.aRow;
    sum[r] = vec4(0.0);
  }

  for (uint term = firstTerm; term < lastTerm; term++) {
    uint skipped = SUMMED != 0u ? term * p.aTerm : 0u;
    if (SUMMED != 0u) bStart = bBase + term * p.bTerm;
    for (uint k = begin; k < whole; k += HANDED) {
      float held[ROWS];
      if (A_FOURS != 0u) {
        [[unroll]] for (uint r = 0u; r < ROWS; r += 4u) {
          vec4 fours = a4[(aAt[r] + skipped + (k + handed) * p.aColumn) / 4u];
          [[unroll]] for (uint i = 0u; i < 4u; i++) held[min(r + i, ROWS - 1u)] = fours[i];
        }
      } else {
        [[unroll]] for (uint r = 0u; r < ROWS; r++) held[r] = a[aAt[r] + skipped + (k + handed) * p.aColumn];
      }
      [[unroll]] for (uint i = 0u; i < HANDED; i++) {
        vec4 right = loadB(k + i, column);
        [[unroll]] for (uint r = 0u; r < ROWS; r++)
          sum[r] = fma(vec4(handRound(held[r], i)), right, sum[r]);
      }
    }
    for (uint k = whole; k < end; k++) {
      vec4 right = loadB(k, column);
      [[unroll]] for (uint r = 0u; r < ROWS; r++)
        sum[r] = fma(vec4(a[aAt[r] + skipped + k * p.aColumn]), right, sum[r]);
    }
  }

  [[unroll]] for (uint r = 0u; r < ROWS; r++) {
    uint row = firstRow + r;
    if (row < p.rows) {
      vec4 other = vec4(0.0);
      if (SIDED != 0u) other = loadSide(row, column);
      storeC(row, column, finish(sum[r], other, EPILOGUE));
    }
  }
}
