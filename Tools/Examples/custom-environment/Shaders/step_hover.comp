// One step of each copy with given actions.
#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#include "random.glsl"
#include "hover.glsl"
#include "step.glsl"
