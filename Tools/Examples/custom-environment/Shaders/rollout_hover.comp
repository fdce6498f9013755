// Many steps of each copy under the policy, which is evaluated in place.
#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_KHR_shader_subgroup_ballot : require
#include "random.glsl"
#include "hover.glsl"
#include "rollout.glsl"
