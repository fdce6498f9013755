// Return and length of `episodes` whole episodes under the greedy policy.
// weights: flat; states: [state, episodes]; returns, lengths: [episodes].
// A workgroup runs local_size episodes, one a lane.
// Reference: Gymnasium's CartPole-v1 (Tests/Goldens/cartpole_*.safetensors).
#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_KHR_shader_subgroup_ballot : require
#include "random.glsl"
#include "Environments/cartpole.glsl"
#include "evaluate.glsl"
