// C = epilogue(sum over z of parts[z]), the parts added in their order.
// parts: [parts, rows, columns]; side (a bias, or an activation's result) and C: [rows, columns] of any strides.
// A workgroup computes local_size elements.
// Reference: MatrixProduct.reference.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "Parameters/tensor_kernels.h"
#include "activation.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const uint EPILOGUE = 0;  // as MatrixProduct.Epilogue
layout(constant_id = 2) const uint SIDED = 0;     // there is a bias, or an activation's result

layout(push_constant) uniform Push { MatrixPartsParameters p; };
layout(std430, binding = 0) readonly buffer Parts { float parts[]; };
layout(std430, binding = 1) readonly buffer Side { float side[]; };
layout(std430, binding = 2) writeonly buffer C { float c[]; };

void main() {
  uint index = gl_GlobalInvocationID.x;
  uint count = p.rows * p.columns;
  if (index >= count) return;
  float value = 0.0;
  for (uint z = 0u; z < p.parts; z++) value += parts[z * count + index];
  uint row = index / p.columns;
  uint column = index % p.columns;
  float other = 0.0;
  if (SIDED != 0u) other = side[p.sideOffset + row * p.sideRow + column * p.sideColumn];
  c[p.cOffset + row * p.cRow + column * p.cColumn] = finish(vec4(value), vec4(other), EPILOGUE).x;
}
