// y = the indices that sort each row of x, equal elements in their order: a bitonic network over (key, index).
// x, y: [rows, columns], columns <= SIZE, a power of two.
// A workgroup sorts a row in shared memory.
// Reference: ArgSort.reference.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "Parameters/tensor_kernels.h"
#include "workgroup.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const uint TYPE = 0;
layout(constant_id = 2) const uint DESCENDING = 0;
layout(constant_id = 3) const uint SIZE = 2;
layout(push_constant) uniform Push { SortParameters p; };
layout(std430, binding = 0) readonly buffer X { uint x[]; };
layout(std430, binding = 1) writeonly buffer Y { uint y[]; };

shared uint keys[SIZE];
shared uint places[SIZE];
#include "ordered_key.glsl"

void main() {
  uint row = workgroupNumber();
  if (row >= p.rows) return;
  uint lane = gl_LocalInvocationID.x;
  uint first = row * p.columns;
  for (uint i = lane; i < SIZE; i += gl_WorkGroupSize.x) {
    uint key = orderedKey(x[p.inputOffset + first + min(i, p.columns - 1u)]);
    // What fills up comes last, for its index is larger than any.
    keys[i] = i >= p.columns ? 0xFFFFFFFFu : DESCENDING == 1u ? ~key : key;
    places[i] = i;
  }
  for (uint width = 2u; width <= SIZE; width *= 2u) {
    for (uint step = width / 2u; step > 0u; step /= 2u) {
      barrier();
      for (uint pair = lane; pair < SIZE / 2u; pair += gl_WorkGroupSize.x) {
        uint a = 2u * step * (pair / step) + pair % step, b = a + step;
        uint keyA = keys[a], keyB = keys[b], placeA = places[a], placeB = places[b];
        bool isGreater = keyA > keyB || (keyA == keyB && placeA > placeB);
        if (isGreater == ((a & width) == 0u)) {
          keys[a] = keyB;
          keys[b] = keyA;
          places[a] = placeB;
          places[b] = placeA;
        }
      }
    }
  }
  barrier();
  for (uint i = lane; i < p.columns; i += gl_WorkGroupSize.x) y[p.outputOffset + first + i] = places[i];
}
