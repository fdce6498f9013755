// ring[counter mod capacity] = values, words of any type.
// counter: [1]; values: [width]; ring: [capacity, width].
// A workgroup copies local_size values.
// Reference: Tests/TensorsTests/RingTests.swift.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "Parameters/tensor_kernels.h"

layout(local_size_x_id = 0) in;
layout(push_constant) uniform Push { RingParameters p; };
layout(std430, binding = 0) readonly buffer Counter { uint counter[]; };
layout(std430, binding = 1) readonly buffer Values { uint values[]; };
layout(std430, binding = 2) writeonly buffer Ring { uint ring[]; };

void main() {
  uint index = gl_GlobalInvocationID.x;
  if (index >= p.width) return;
  ring[counter[p.counterOffset] % p.capacity * p.width + index] = values[p.valueOffset + index];
}
