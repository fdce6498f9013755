// C = epilogue(A B), or the part of A B that one part of the depth gives; or a sum of such products.
// A: [rows, depth], B: [depth, columns], side (what is added, or an activation's result), C: any strides; z: products, parts.
// A workgroup computes ROWS rows of local_size * 4 columns; a lane holds ROWS x 4 sums in registers while A and B stream past.
// One load brings HANDED elements of A to a subgroup, which are handed round by broadcast. Reference: MatrixProduct.reference.
#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_KHR_shader_subgroup_ballot : require
#include "matrix_product.glsl"
