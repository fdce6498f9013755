// One rollout of `horizon` steps of each copy under the policy, which is evaluated in place.
// weights: flat; clock: [1]; seeds: [agents, 2]; ranges: [2, parameters]; normalizer: [2, observation]; states:
// [state + parameters, copies]; episodes, statistics: [2 or 4, copies]; faults: [2 + 2 state, copies]; observations,
// actions: [horizon, copies, size]; the rest: [horizon, copies]. A workgroup steps local_size lanes.
// Reference: Gymnasium (Tests/Goldens/acrobot_*).
#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_KHR_shader_subgroup_ballot : require
#include "random.glsl"
#include "Environments/acrobot.glsl"
#include "rollout.glsl"
