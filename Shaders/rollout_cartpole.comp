// One rollout of `horizon` steps in `copies` environments under the policy, which is evaluated in place.
// weights: flat; iteration: [1]; states: [state, copies]; episodes, statistics: [2 or 3, copies];
// observations: [horizon, copies, observation]; actions and the rest: [horizon, copies]. A workgroup steps local_size copies.
// Reference: Gymnasium's CartPole-v1 (Tests/Goldens/cartpole_*.safetensors).
#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_KHR_shader_subgroup_ballot : require
#include "random.glsl"
#include "Environments/cartpole.glsl"
#include "rollout.glsl"
