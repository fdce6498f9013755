// y = x, or zeros: what is scattered onto.
// x: strides p.base; y: [outer, size, inner].
// A workgroup writes local_size elements.
// Reference: Scatter.reference.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "Parameters/tensor_kernels.h"
#include "workgroup.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 4) const uint BASE = 0;
layout(push_constant) uniform Push { ScatterParameters p; };
layout(std430, binding = 0) writeonly buffer Y { uint y[]; };
layout(std430, binding = 1) readonly buffer X { uint x[]; };

void main() {
  uint place = workgroupNumber() * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
  if (place >= p.outer * p.size * p.inner) return;
  uint value = 0u;
  if (BASE == 1u) {
    uint line = place / p.inner;
    value = x[p.base.offset + line / p.size * p.base.outer + line % p.size * p.base.axis
      + place % p.inner * p.base.inner];
  }
  y[p.outputOffset + place] = value;
}
