// C = epilogue(A B), or the part of A B that one part of the depth gives; or a sum of such products.
// A: [rows, depth], B: [depth, columns], side (what is added, or an activation's result), C: any strides; z: products, parts.
// A workgroup computes ROWS rows of local_size * 4 columns, as in matrix_product.comp; operands are reached by their
// addresses. Reference: MatrixProduct.reference.
#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_KHR_shader_subgroup_ballot : require
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_buffer_reference_uvec2 : require
#define ADDRESSED
#include "matrix_product.glsl"
