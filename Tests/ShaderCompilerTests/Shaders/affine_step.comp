// y[i] = scale * (x[i] + shift) + offset, through a struct that Swift shares
// x: [count]; y: [count]
// one workgroup: its local size of elements
// reference: KernelTests
#version 450
#include "Includes/affine.glsl"
#include "Parameters/affine.h"  // a second time: its guard must hold

layout(local_size_x_id = 0) in;
layout(std430, binding = 0) readonly buffer X { float x[]; };
layout(std430, binding = 1) writeonly buffer Y { float y[]; };
layout(push_constant) uniform Push { AffineParameters parameters; };

void main() {
  uint i = gl_GlobalInvocationID.x;
  if (i < parameters.count) y[i] = affine(x[i], parameters);
}
