// One rollout of each copy of CartPole without velocities; `Shaders/rollout_cartpole.comp` has the shapes.
// Reference: the tests.
#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_KHR_shader_subgroup_ballot : require
#include "random.glsl"
#include "cartpole_positions.glsl"
#include "rollout.glsl"
