// y[lane] = the sum of 12 numbers after ROUNDS * 8 steps of number = number * factor + addend each.
// y: [lanes] float32.
// A workgroup computes local_size lanes, in registers alone: 12 steps that don't wait for each other keep the units busy.
// Reference: none; `reprise bench limits` measures floating point operations by it and looks at the fixed point.
#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#include "Parameters/recording_kernels.h"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const uint ROUNDS = 1;
layout(push_constant) uniform Push { MultiplyAddParameters p; };
layout(std430, binding = 0) writeonly buffer Y { float y[]; };

void main() {
  uint lane = gl_GlobalInvocationID.x;
  vec4 a = vec4(lane & 7u) + vec4(0.0, 0.1, 0.2, 0.3), b = a + 0.4, c = a + 0.8;
  for (uint round = 0u; round < ROUNDS; round++) {
    [[unroll]] for (uint step = 0u; step < 8u; step++) {
      a = a * p.factor + p.addend;
      b = b * p.factor + p.addend;
      c = c * p.factor + p.addend;
    }
  }
  y[lane] = dot(a + b + c, vec4(1.0));
}
