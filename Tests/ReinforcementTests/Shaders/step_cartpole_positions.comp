// One step of each copy of CartPole without velocities; `Shaders/step_cartpole.comp` has the shapes.
// Reference: the tests.
#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#include "random.glsl"
#include "cartpole_positions.glsl"
#include "step.glsl"
