// C = epilogue(sum over z of parts[z]), the parts added in their order.
// parts: [parts, products, rows, columns]; side (what is added, or an activation's result) and C: [products, rows, columns]
// of any strides.
// A workgroup computes local_size elements. Reference: MatrixProduct.reference.
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
  uint size = p.rows * p.columns;
  uint count = size * p.products;
  if (index >= count) return;
  float value = 0.0;
  for (uint z = 0u; z < p.parts; z++) value += parts[z * count + index];
  uint row = index % size / p.columns;
  uint column = index % p.columns;
  uint inner = index / size % p.inner;
  uint outer = index / size / p.inner;
  float other = 0.0;
  if (SIDED != 0u)
    other = side[p.sideOffset + row * p.sideRow + column * p.sideColumn + inner * p.sideInner + outer * p.sideOuter];
  c[p.cOffset + row * p.cRow + column * p.cColumn + inner * p.cInner + outer * p.cOuter] =
      finish(vec4(value), vec4(other), EPILOGUE).x;
}
