// C = epilogue(A B), or the part of A B that depths [z*depthOfPart, (z+1)*depthOfPart) give.
// A: [rows, depth], B: [depth, columns], of any strides; side (a bias, or an activation's result) of any strides; C, parts outermost.
// A workgroup computes ROWS rows of local_size * COLUMNS columns; a lane holds ROWS x COLUMNS sums in registers.
// One load brings HANDED elements of A to a subgroup, which are handed round by broadcast. Reference: MatrixProduct.reference.
#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_KHR_shader_subgroup_ballot : require
#include "Parameters/tensor_kernels.h"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const uint HANDED = 4;
layout(constant_id = 2) const uint ROWS = 8;
layout(constant_id = 3) const uint COLUMNS = 4;

layout(push_constant) uniform Push { MatrixProductParameters p; };
layout(std430, binding = 0) readonly buffer A { float a[]; };
layout(std430, binding = 1) readonly buffer B { float b[]; };
layout(std430, binding = 2) readonly buffer Side { float side[]; };
layout(std430, binding = 3) writeonly buffer C { float c[]; };

#include "epilogue.glsl"

void main() {
  uint firstRow = gl_WorkGroupID.y * ROWS;
  uint firstColumn = gl_WorkGroupID.x * gl_WorkGroupSize.x * COLUMNS + gl_LocalInvocationID.x;
  uint begin = gl_WorkGroupID.z * p.depthOfPart;
  uint end = min(begin + p.depthOfPart, p.depth);
  uint whole = begin + (end - begin) / HANDED * HANDED;
  uint handed = gl_SubgroupInvocationID % HANDED;

  // Rows and columns past the edge compute the last one again and store nothing: no lane leaves the subgroup.
  uint aAt[ROWS];
  uint bAt[COLUMNS];
  float sum[ROWS][COLUMNS];
  [[unroll]] for (uint r = 0u; r < ROWS; r++) {
    aAt[r] = p.aOffset + min(firstRow + r, p.rows - 1u) * p.aRow;
    [[unroll]] for (uint s = 0u; s < COLUMNS; s++) sum[r][s] = 0.0;
  }
  [[unroll]] for (uint s = 0u; s < COLUMNS; s++)
    bAt[s] = p.bOffset + min(firstColumn + s * gl_WorkGroupSize.x, p.columns - 1u) * p.bColumn;

  for (uint k = begin; k < whole; k += HANDED) {
    float held[ROWS];
    [[unroll]] for (uint r = 0u; r < ROWS; r++) held[r] = a[aAt[r] + (k + handed) * p.aColumn];
    [[unroll]] for (uint i = 0u; i < HANDED; i++) {
      float right[COLUMNS];
      [[unroll]] for (uint s = 0u; s < COLUMNS; s++) right[s] = b[bAt[s] + (k + i) * p.bRow];
      [[unroll]] for (uint r = 0u; r < ROWS; r++) {
        float left = subgroupBroadcast(held[r], i);
        [[unroll]] for (uint s = 0u; s < COLUMNS; s++) sum[r][s] = fma(left, right[s], sum[r][s]);
      }
    }
  }
  for (uint k = whole; k < end; k++) {
    float right[COLUMNS];
    [[unroll]] for (uint s = 0u; s < COLUMNS; s++) right[s] = b[bAt[s] + k * p.bRow];
    [[unroll]] for (uint r = 0u; r < ROWS; r++) {
      float left = a[aAt[r] + k * p.aColumn];
      [[unroll]] for (uint s = 0u; s < COLUMNS; s++) sum[r][s] = fma(left, right[s], sum[r][s]);
    }
  }

  uint part = p.cOffset + gl_WorkGroupID.z * p.rows * p.columns;
  [[unroll]] for (uint r = 0u; r < ROWS; r++) {
    uint row = firstRow + r;
    [[unroll]] for (uint s = 0u; s < COLUMNS; s++) {
      uint column = firstColumn + s * gl_WorkGroupSize.x;
      if (row < p.rows && column < p.columns)
        c[part + row * p.cRow + column * p.cColumn] = finish(sum[r][s], row, column);
    }
  }
}
