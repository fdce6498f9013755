// C = epilogue(sum over the terms of A), added in their order: the parts of products.
// A: [terms, products, rows, columns]; side (what is added, or an activation's result) and C: [products, rows, columns] of
// any strides; z: products.
// A workgroup computes local_size * 4 elements, four columns a lane; operands are reached by their addresses.
// Reference: MatrixProduct.reference.
#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_buffer_reference_uvec2 : require
#define ADDRESSED
#include "matrix_product_parts.glsl"
