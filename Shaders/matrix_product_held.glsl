// The body of matrix_product_held.comp and its twin.

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const uint HANDED = 4;
layout(constant_id = 2) const uint DEPTH = 64;
#include "matrix_io.glsl"

layout(constant_id = 9) const uint SIDE_MOVES = 0;  // the side differs from row to row
layout(constant_id = 10) const uint BLOCKS = 1;      // there may be more than one block along depth, or more terms
layout(constant_id = 11) const uint COLUMNS = 1;     // fours of columns that a lane computes
layout(constant_id = 14) const uint PARTIAL = 1;     // the last block may be cut off

// Elements of A that a lane loads at once, along depth.
const uint LOADED = A_FOURS != 0u ? 4u : 1u;

// Depths past the end are zero on both sides, and read the last ones again.
bool isInside(uint depth) { return PARTIAL == 0u || depth < end; }
uint inside(uint depth, uint loaded) { return PARTIAL == 0u ? depth : min(depth, end - loaded); }

void main() {
  uint firstRow = gl_WorkGroupID.y * p.rowsOfGroup;
  uint lastRow = min(firstRow + p.rowsOfGroup, p.rows);
  uint firstColumn = (gl_WorkGroupID.x * gl_WorkGroupSize.x * COLUMNS + gl_LocalInvocationID.x) * 4u;
  findPart();
  uint handed = handedLane(HANDED) * LOADED;
  uint column[COLUMNS];
  vec4 fixedSide[COLUMNS];
  [[unroll]] for (uint s = 0u; s < COLUMNS; s++) {
    column[s] = firstColumn + s * gl_WorkGroupSize.x * 4u;
    fixedSide[s] = vec4(0.0);
    if (SIDED != 0u && SIDE_MOVES == 0u) fixedSide[s] = loadSide(0u, column[s]);
  }

  for (uint term = firstTerm; term < lastTerm; term++) {
    uint aStart = aBase + (SUMMED != 0u ? term * p.aTerm : 0u);
    if (SUMMED != 0u) bStart = bBase + term * p.bTerm;
    for (uint k = begin; k < end; k += DEPTH) {
      vec4 right[DEPTH][COLUMNS];
      [[unroll]] for (uint s = 0u; s < COLUMNS; s++) {
        if (B_FOURS == 1u) {
          [[unroll]] for (uint i = 0u; i < DEPTH; i += 4u) {
            [[unroll]] for (uint c = 0u; c < 4u; c++) {
              uint at = bStart + min(column[s] + c, p.columns - 1u) * p.bColumn + inside(k + i, 4u);
              vec4 fours = b4[at / 4u];
              [[unroll]] for (uint j = 0u; j < 4u; j++) right[i + j][s][c] = isInside(k + i) ? fours[j] : 0.0;
            }
          }
        } else {
          [[unroll]] for (uint i = 0u; i < DEPTH; i++) {
            vec4 across = loadB(inside(k + i, 1u), column[s]);
            right[i][s] = isInside(k + i) ? across : vec4(0.0);
          }
        }
      }
      for (uint row = firstRow; row < lastRow; row++) {
        vec4 sum[COLUMNS];
        [[unroll]] for (uint s = 0u; s < COLUMNS; s++) sum[s] = vec4(0.0);
        [[unroll]] for (uint t = 0u; t < DEPTH; t += HANDED * LOADED) {
          uint depth = k + t + handed;
          uint at = aStart + row * p.aRow + inside(depth, LOADED) * p.aColumn;
          vec4 held = vec4(0.0);
          if (A_FOURS != 0u) {
            held = a4[at / 4u];
          } else {
            held.x = a[at];
          }
          if (!isInside(depth)) held = vec4(0.0);
          [[unroll]] for (uint i = 0u; i < HANDED; i++) {
            [[unroll]] for (uint j = 0u; j < LOADED; j++) {
              vec4 left = vec4(handRound(held[j], i));
              [[unroll]] for (uint s = 0u; s < COLUMNS; s++) sum[s] = fma(left, right[t + i * LOADED + j][s], sum[s]);
            }
          }
        }
        [[unroll]] for (uint s = 0u; s < COLUMNS; s++) {
          vec4 other = fixedSide[s];
          if (SIDED != 0u && SIDE_MOVES != 0u) other = loadSide(row, column[s]);
          if (BLOCKS == 1u) {
            sum[s] = finish(sum[s], other, EPILOGUE);
          } else {
            if (k > begin || term > firstTerm) sum[s] += loadC(row, column[s]);
            if (k + DEPTH >= end && term + 1u == lastTerm) sum[s] = finish(sum[s], other, EPILOGUE);
          }
          storeC(row, column[s], sum[s]);
        }
      }
    }
  }
}
