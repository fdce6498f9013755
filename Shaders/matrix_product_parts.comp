// C = activation(sum over z of parts[z] + bias), the parts added in their order.
// parts: [parts, rows, columns]; bias along rows or columns; C: [rows, columns] of any strides.
// A workgroup computes local_size elements.
// Reference: MatrixProduct.reference.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "Parameters/tensor_kernels.h"
#include "activation.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const uint ACTIVATION = 0;
layout(constant_id = 2) const uint BIAS = 0;

layout(push_constant) uniform Push { MatrixPartsParameters p; };
layout(std430, binding = 0) readonly buffer Parts { float parts[]; };
layout(std430, binding = 1) readonly buffer Bias { float bias[]; };
layout(std430, binding = 2) writeonly buffer C { float c[]; };

void main() {
  uint index = gl_GlobalInvocationID.x;
  uint count = p.rows * p.columns;
  if (index >= count) return;
  float value = 0.0;
  for (uint z = 0u; z < p.parts; z++) value += parts[z * count + index];
  uint row = index / p.columns;
  uint column = index % p.columns;
  if (BIAS != 0u) value += bias[p.biasOffset + row * p.biasRow + column * p.biasColumn];
  c[p.cOffset + row * p.cRow + column * p.cColumn] = activate(value, ACTIVATION);
}
