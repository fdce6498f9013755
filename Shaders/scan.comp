// y[k] = x[0] op … op x[k] along the middle axis; op: sum, product, index of the largest so far, or y[k] = a[k] y[k-1] + b[k].
// x, a, y: [outer, count, inner]; totals: [chunks, lines] of two words.
// STEP 0: a lane joins a chunk; 1: a lane scans the chunks of a line; 2: a lane scans a chunk from what comes before it.
// Reference: Scan.reference.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "Parameters/tensor_kernels.h"
#include "workgroup.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const uint TYPE = 0;
layout(constant_id = 2) const uint OPERATION = 0;
layout(constant_id = 3) const uint STEP = 0;
layout(constant_id = 4) const uint REVERSE = 0;
layout(push_constant) uniform Push { ScanParameters p; };
layout(std430, binding = 0) readonly buffer X { uint x[]; };
layout(std430, binding = 1) readonly buffer A { uint a[]; };
layout(std430, binding = 2) buffer Totals { uvec2 totals[]; };
layout(std430, binding = 3) writeonly buffer Y { uint y[]; };
#include "ordered_key.glsl"

uint add(uint s, uint t) { return TYPE == 0u ? floatBitsToUint(uintBitsToFloat(s) + uintBitsToFloat(t)) : s + t; }
uint times(uint s, uint t) { return TYPE == 0u ? floatBitsToUint(uintBitsToFloat(s) * uintBitsToFloat(t)) : s * t; }

// What doesn't change another: the sum or product of nothing, the least key, y = 1 y + 0.
uvec2 nothing() {
  uint one = TYPE == 0u ? floatBitsToUint(1.0) : 1u;
  return OPERATION == 1u || OPERATION == 3u ? uvec2(one, 0u) : uvec2(0u);
}

uvec2 join(uvec2 s, uvec2 t) {
  if (OPERATION == 0u) return uvec2(add(s.x, t.x), 0u);
  if (OPERATION == 1u) return uvec2(times(s.x, t.x), 0u);
  // As in PyTorch, the last of equal ones.
  if (OPERATION == 2u) return t.y >= s.y ? t : s;
  return uvec2(times(t.x, s.x), add(times(t.x, s.y), t.y));
}

void main() {
  uint lane = workgroupNumber() * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
  uint line = lane % p.lines, chunk = lane / p.lines;
  if (chunk >= (STEP == 1u ? 1u : p.chunks)) return;
  uvec2 state = nothing();
  if (STEP == 1u) {
    for (uint c = 0u; c < p.chunks; c++) {
      uvec2 next = join(state, totals[c * p.lines + line]);
      totals[c * p.lines + line] = state;
      state = next;
    }
    return;
  }
  if (STEP == 2u && p.chunks > 1u) state = totals[chunk * p.lines + line];
  uint first = line / p.inner * p.count * p.inner + line % p.inner;
  uint last = min((chunk + 1u) * p.chunk, p.count);
  for (uint i = chunk * p.chunk; i < last; i++) {
    uint k = REVERSE == 1u ? p.count - 1u - i : i;
    uint place = first + k * p.inner;
    uint word = x[p.inputOffset + place];
    uvec2 element = uvec2(word, 0u);
    if (OPERATION == 2u) element = uvec2(k, orderedKey(word));
    if (OPERATION == 3u) element = uvec2(a[p.secondOffset + place], word);
    state = join(state, element);
    if (STEP == 2u) y[p.outputOffset + place] = OPERATION == 3u ? state.y : state.x;
  }
  if (STEP == 0u) totals[chunk * p.lines + line] = state;
}
