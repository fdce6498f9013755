# frame_stack.safetensors: CartPole-v1 as Gymnasium's own FrameStackObservation shows it, over ends of episodes.
# Episodes begin where those of Reprise do, by Philox, so that a whole run can be compared.

import gymnasium
import numpy as np
from gymnasium.wrappers import FrameStackObservation

from golden import save
from philox import philox

STEPS, COPIES, FRAMES, SEED = 45, 5, 3, 7
STREAM_RESET = 1


class Beginnings(gymnasium.Wrapper):
    """Begins episodes of copy `e` as Reprise does before step `number` (Shaders/environment.glsl)."""

    def __init__(self, environment, e):
        super().__init__(environment)
        self.e, self.number = e, 0

    def reset(self, **settings):
        _, information = self.env.reset(**settings)
        words = np.array(philox([self.e, self.number, 0, STREAM_RESET], [SEED, 0]))
        state = ((words >> 8) / 2**24 * 0.1 - 0.05).astype(np.float32)
        self.unwrapped.state = state.astype(np.float64)
        return state, information


def run(e, actions):
    beginnings = Beginnings(gymnasium.make("CartPole-v1"), e)
    environment = FrameStackObservation(beginnings, FRAMES, padding_type="reset")
    first, _ = environment.reset()
    final, seen, ends = [], [], []
    for number, action in enumerate(actions):
        observation, _, terminated, truncated, _ = environment.step(int(action))
        final.append(observation)
        beginnings.number = number + 1
        if terminated or truncated:
            observation, _ = environment.reset()
        seen.append(observation)
        ends.append(terminated)
        # Float32 must not be able to decide differently whether the pole has fallen.
        position, _, angle, _ = beginnings.unwrapped.state
        assert abs(abs(position) - 2.4) > 1e-4 and abs(abs(angle) - np.pi / 15) > 1e-4
    return first, final, seen, ends


def main():
    random = np.random.default_rng(3)
    # Leaning to one side, so that episodes end soon.
    actions = (random.random((STEPS, COPIES)) < np.linspace(0.5, 0.9, COPIES)).astype(np.int32)
    first, final, seen, ends = zip(*(run(e, actions[:, e]) for e in range(COPIES)))
    ends = np.array(ends)
    assert ends.sum() >= 8
    save(
        "frame_stack",
        {"actions": actions, "first": np.array(first), "final_observations": np.array(final).swapaxes(0, 1),
         "observations": np.array(seen).swapaxes(0, 1), "terminated": ends.T},
        ["gymnasium", "numpy"],
        {"layout": "[step, copy, frame, observation]; observations are those after the step and any reset, final those "
                   "before it; first [copy, frame, observation] is before the first step"},
    )


main()
