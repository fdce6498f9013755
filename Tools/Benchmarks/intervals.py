# Ratios of speeds with their 95 % confidence intervals, by Student's t over the logarithms, so that a ratio and its inverse
# are judged alike.

import math
from dataclasses import dataclass
from statistics import mean, stdev

# How far the interval of a ratio that is trusted reaches to either side.
TRUSTED = 0.05
# With fewer, looking after every pair would find a narrow interval by chance.
FEWEST = 4
# Student's t at 97.5 %, for 1, 2, … degrees of freedom; beyond, the last errs on the wide side.
STUDENT = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120,
           2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042]


@dataclass(frozen=True)
class Interval:
    ratio: float
    # How much larger than the ratio the upper end is, and the ratio than the lower end; infinite for a single pair.
    width: float
    pairs: int

    @property
    def ends(self):
        return self.ratio / (1 + self.width), self.ratio * (1 + self.width)

    @property
    def is_settled(self):
        return self.pairs >= FEWEST and self.width < TRUSTED


def counted(pairs):
    """The pairs but for the first tenth, at least one, which warms up."""
    return pairs[max(1, len(pairs) // 10):]


def interval(ratios):
    """The geometric mean of the ratios, and where the true one is."""
    logarithms = [math.log(ratio) for ratio in ratios]
    freedom = len(ratios) - 1
    error = math.inf
    if freedom > 0:
        error = STUDENT[min(freedom, len(STUDENT)) - 1] * stdev(logarithms) / math.sqrt(len(ratios))
    # Beyond this, the exponential overflows.
    return Interval(math.exp(mean(logarithms)), math.expm1(error) if error < 700 else math.inf, len(ratios))
