// `steps` steps of each copy under uniformly random actions.
// clock: [1]; seeds: [agents, 2]; ranges: [2, parameters]; states: [state + parameters, copies];
// episodes, statistics: [2 or 4, copies]. A workgroup steps local_size copies.
// Reference: the tests.
#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#include "random.glsl"
#include "dials.glsl"
#include "explore.glsl"
