// C = epilogue(A B), or the part of A B that depths [z*depthOfPart, (z+1)*depthOfPart) give.
// A: [rows, depth], B: [depth, columns], of any strides; side (a bias, or an activation's result) of any strides; C, parts outermost.
// A workgroup computes rowsOfGroup rows of local_size * COLUMNS columns; a lane holds DEPTH x COLUMNS elements of B and walks down
// the rows: for devices where loads are dear and registers spill to a near cache. Reference: MatrixProduct.reference.
#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_KHR_shader_subgroup_ballot : require
#include "Parameters/tensor_kernels.h"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const uint HANDED = 4;
layout(constant_id = 2) const uint DEPTH = 64;
layout(constant_id = 3) const uint COLUMNS = 4;

layout(push_constant) uniform Push { MatrixProductParameters p; };
layout(std430, binding = 0) readonly buffer A { float a[]; };
layout(std430, binding = 1) readonly buffer B { float b[]; };
layout(std430, binding = 2) readonly buffer Side { float side[]; };
layout(std430, binding = 3) buffer C { float c[]; };

#include "epilogue.glsl"

void main() {
  uint firstRow = gl_WorkGroupID.y * p.rowsOfGroup;
  uint lastRow = min(firstRow + p.rowsOfGroup, p.rows);
  uint firstColumn = gl_WorkGroupID.x * gl_WorkGroupSize.x * COLUMNS + gl_LocalInvocationID.x;
  uint begin = gl_WorkGroupID.z * p.depthOfPart;
  uint end = min(begin + p.depthOfPart, p.depth);
  uint handed = gl_SubgroupInvocationID % HANDED;
  uint part = p.cOffset + gl_WorkGroupID.z * p.rows * p.columns;

  for (uint k = begin; k < end; k += DEPTH) {
    // Columns past the edge compute the last one again and store nothing; depths past the end are zero.
    float right[DEPTH][COLUMNS];
    [[unroll]] for (uint i = 0u; i < DEPTH; i++) {
      [[unroll]] for (uint s = 0u; s < COLUMNS; s++) {
        uint column = min(firstColumn + s * gl_WorkGroupSize.x, p.columns - 1u);
        right[i][s] = k + i < end ? b[p.bOffset + (k + i) * p.bRow + column * p.bColumn] : 0.0;
      }
    }
    for (uint row = firstRow; row < lastRow; row++) {
      float sum[COLUMNS];
      [[unroll]] for (uint s = 0u; s < COLUMNS; s++) sum[s] = 0.0;
      [[unroll]] for (uint t = 0u; t < DEPTH; t += HANDED) {
        uint depth = k + t + handed;
        float held = depth < end ? a[p.aOffset + row * p.aRow + min(depth, end - 1u) * p.aColumn] : 0.0;
        [[unroll]] for (uint i = 0u; i < HANDED; i++) {
          float left = subgroupBroadcast(held, i);
          [[unroll]] for (uint s = 0u; s < COLUMNS; s++) sum[s] = fma(left, right[t + i][s], sum[s]);
        }
      }
      [[unroll]] for (uint s = 0u; s < COLUMNS; s++) {
        uint column = firstColumn + s * gl_WorkGroupSize.x;
        if (column < p.columns) {
          uint at = part + row * p.cRow + column * p.cColumn;
          float value = sum[s];
          if (k > begin) value += c[at];
          c[at] = k + DEPTH < end ? value : finish(value, row, column);
        }
      }
    }
  }
}
