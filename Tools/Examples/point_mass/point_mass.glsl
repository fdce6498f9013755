/* environment
name: point-mass
state_size: 6
observation_size: 4
action_space: {box: {low: [-1, -1], high: [1, 1]}}
max_episode_steps: 200
reward_threshold: 2.5
parameters:
  mass: {value: 1, unit: kg}
  force: {value: 2, unit: N}
  drag: {value: 0.2, unit: kg/s}
  time_step: {value: 0.05, unit: s}
state_names: [x, y, dx, dy, target_x, target_y]
picture:
  x: [-2.3, 2.3]
  y: [-2.3, 2.3]
  draw:
    - line(-2.1, -2.1, 2.1, -2.1)
    - line(2.1, -2.1, 2.1, 2.1)
    - line(2.1, 2.1, -2.1, 2.1)
    - line(-2.1, 2.1, -2.1, -2.1)
    - circle(target_x, target_y, 0.1) goal
    - line(x, y, x + dx / 2, y + dy / 2) limb
    - circle(x, y, 0.08)
*/
// A point mass in a plane that must reach a target and stop there, pushed by a limited force along each axis.
// State: position [m], velocity [m/s], target [m], two of each. Observation: target − position, velocity.
// Reward: −distance · time_step − 0.01 |action|² · time_step, and 5 at the target, which ends the episode.

const float ARENA = 2.0;   // half its width [m]; walls stop the mass
const float REACHED = 0.1;  // distance [m] and speed [m/s] below which the target is reached

// A number from −1 to 1 out of 16 random bits.
float spread(uint bits) { return float(bits & 0xFFFFu) / 32767.5 - 1.0; }

void reset(out float state[STATE_SIZE], uvec4 random) {
  for (uint i = 0u; i < 2u; i++) {
    state[i] = ARENA * spread(random[i]);
    state[2u + i] = 0.0;
    state[4u + i] = ARENA * spread(random[2u + i]);
  }
}

void observe(float state[STATE_SIZE], out float observation[OBSERVATION_SIZE]) {
  for (uint i = 0u; i < 2u; i++) {
    observation[i] = state[4u + i] - state[i];
    observation[2u + i] = state[2u + i];
  }
}

void step(
  inout float state[STATE_SIZE], float action[ACTION_SIZE], float parameters[PARAMETER_COUNT], out float reward,
  out bool terminated
) {
  float timeStep = parameters[PARAMETER_TIME_STEP];
  float effort = 0.0, away = 0.0, speed = 0.0;
  for (uint i = 0u; i < 2u; i++) {
    float push = parameters[PARAMETER_FORCE] * action[i] - parameters[PARAMETER_DRAG] * state[2u + i];
    // Semi-implicit Euler: positions move by the new velocities.
    state[2u + i] += timeStep * push / parameters[PARAMETER_MASS];
    state[i] += timeStep * state[2u + i];
    if (abs(state[i]) > ARENA) {
      state[i] = limited(state[i], -ARENA, ARENA);
      state[2u + i] = 0.0;
    }
    effort += action[i] * action[i];
    away += (state[4u + i] - state[i]) * (state[4u + i] - state[i]);
    speed += state[2u + i] * state[2u + i];
  }
  terminated = away < REACHED * REACHED && speed < REACHED * REACHED;
  reward = -timeStep * (sqrt(away) + 0.01 * effort) + (terminated ? 5.0 : 0.0);
}
