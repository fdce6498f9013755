// Many steps of each copy under random actions.
#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#include "random.glsl"
#include "hover.glsl"
#include "explore.glsl"
