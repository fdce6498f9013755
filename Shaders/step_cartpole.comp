// One step of each copy with given actions, after which those that end begin anew; or their first reset; or a step alone.
// clock: [1]; seeds: [agents, 2]; ranges: [2, parameters]; actions: [copies, action]; states: [state + parameters, copies];
// episodes, statistics: [2 or 4, copies]; faults: [2 + 2 state, copies]; observations: [copies, frames, observation]; the
// rest: [copies]. A workgroup steps local_size.
// Reference: Gymnasium's CartPole-v1 (Tests/Goldens/cartpole_*.safetensors).
#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#include "random.glsl"
#include "Environments/cartpole.glsl"
#include "step.glsl"
