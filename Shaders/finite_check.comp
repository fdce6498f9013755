// report = the first check of a plan that meets NaN or an infinity, its least such element, how many, of which kinds.
// x: [count] float32, or float16 two to a word; report: the words of recording_kernels.h.
// All workgroups walk over x together; the first invocation to find something takes the report for its check.
// Reference: Tests/RecordingTests/FiniteCheckTests.swift.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "Parameters/recording_kernels.h"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const uint HALF = 0;

layout(push_constant) uniform Push { FiniteCheckParameters p; };
layout(std430, binding = 0) readonly buffer X { uint x[]; };
layout(std430, binding = 1) buffer Report { uint report[]; };

void main() {
  if (report[REPRISE_FINITE_CLOSED] != 0u) return;
  uint lanes = gl_NumWorkGroups.x * gl_WorkGroupSize.x;
  uint first = 0xFFFFFFFFu, found = 0u, kinds = 0u;
  for (uint index = gl_GlobalInvocationID.x; index < p.count; index += lanes) {
    uint place = p.offset + index;
    uint word = HALF == 0u ? x[place] : x[place >> 1] >> ((place & 1u) << 4);
    uint exponent = HALF == 0u ? 0x7F800000u : 0x7C00u, fraction = HALF == 0u ? 0x7FFFFFu : 0x3FFu;
    bool finite = (word & exponent) != exponent;
    first = finite ? first : min(first, index);
    found += finite ? 0u : 1u;
    kinds |= finite ? 0u : (word & fraction) != 0u ? 1u : 2u;
  }
  if (found == 0u) return;
  uint owner = atomicCompSwap(report[REPRISE_FINITE_CHECK], 0u, p.check);
  if (owner != 0u && owner != p.check) return;
  atomicMin(report[REPRISE_FINITE_FIRST], first);
  atomicAdd(report[REPRISE_FINITE_COUNT], found);
  atomicOr(report[REPRISE_FINITE_KINDS], kinds);
}
