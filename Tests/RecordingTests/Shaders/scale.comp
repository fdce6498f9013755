// y = scale * x.
// x, y: [count].
// A workgroup computes local_size elements.
// Reference: the tests.
#version 450

layout(local_size_x_id = 0) in;
layout(push_constant) uniform Push {
  uint count, inputOffset, outputOffset;
  float scale;
};
layout(std430, binding = 0) readonly buffer X { float x[]; };
layout(std430, binding = 1) writeonly buffer Y { float y[]; };

void main() {
  uint index = gl_GlobalInvocationID.x;
  if (index < count) y[outputOffset + index] = scale * x[inputOffset + index];
}
