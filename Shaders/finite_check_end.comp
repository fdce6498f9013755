// runs[segment] += 1; a finding of this run is closed, with the number of the run.
// report: the words of recording_kernels.h.
// One invocation, after all checks of a segment.
// Reference: Tests/RecordingTests/FiniteCheckTests.swift.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "Parameters/recording_kernels.h"

layout(local_size_x_id = 0) in;
layout(push_constant) uniform Push { FiniteCheckEndParameters p; };
layout(std430, binding = 0) buffer Report { uint report[]; };

void main() {
  uint run = report[REPRISE_FINITE_RUNS + p.segment];
  if (report[REPRISE_FINITE_CHECK] != 0u && report[REPRISE_FINITE_CLOSED] == 0u) {
    report[REPRISE_FINITE_CLOSED] = 1u;
    report[REPRISE_FINITE_RUN] = run;
  }
  report[REPRISE_FINITE_RUNS + p.segment] = run + 1u;
}
