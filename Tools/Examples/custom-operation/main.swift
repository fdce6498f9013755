// Operations of one's own, in GLSL, with their gradients: checked against finite differences, then trained with.
import Glibc
import Reprise

do {
  let device = try Device()
  try checkGradients(on: device)
  try train(on: device)
} catch {
  print("custom-operation: \(error)")
  exit(1)
}

/// Holds the rule for the gradient against differences of the function itself.
func checkGradients(on device: Device) throws {
  let points = try Variable([3, 2], [0.1, -0.4, 0.7, 0.2, -0.5, 0.9], on: device, label: "points")
  let start: [Float] = [0.3, 0.1, -0.6, 0.5]
  let centers = try Variable([2, 2], start, on: device, label: "centers")
  let value = try Variable([], on: device, label: "value")
  let slopes = try Variable([2, 2], on: device, label: "slopes")
  let plan = try device.record("gradient") { program in
    try program.pass("gradient") { graph in
      let c = graph.read(centers)
      let sum = bump(distances(graph.read(points), c)).sum()
      value.assign(sum)
      slopes.assign(graph.gradients(of: sum, withRespectTo: [c])[0])
    }
  }
  func values(_ elements: [Float]) throws -> Float {
    try centers.write(elements)
    try plan.replay()
    return try value.read()[0]
  }
  _ = try values(start)
  let rule = try slopes.read()
  var largest: Float = 0
  for index in start.indices {
    var (above, below) = (start, start)
    above[index] += 0.01
    below[index] -= 0.01
    largest = max(largest, abs((try values(above) - values(below)) / 0.02 - rule[index]))
  }
  print("largest difference between gradient and finite differences: \(largest)")
}

/// Fits a wave by a sum of bumps (a network of radial basis functions), whose centers, widths and heights are learnt.
func train(on device: Device) throws {
  let (samples, bumps) = (128, 12)
  let centers = try Variable(
    [bumps, 1], (0..<bumps).map { Float($0) / Float(bumps - 1) * 2 - 1 }, on: device, label: "centers")
  let sharpness = try Variable([], [30], on: device, label: "sharpness")
  let heights = try Variable([bumps, 1], on: device, label: "heights")
  let loss = try Variable([], on: device, label: "loss")
  let step = try device.record("bumps") { program in
    try program.pass("step") { graph in
      let x = (graph.arange(samples).float() / Double(samples / 2) - 1).reshape([samples, 1])
      let parameters = [centers, sharpness, heights].map(graph.read)
      let basis = bump(distances(x, parameters[0]) * parameters[1])
      let error = (basis.matmul(parameters[2]) - (3 * x).sin()).square().mean()
      let gradients = graph.gradients(of: error, withRespectTo: parameters)
      // Plain gradient descent, a rate for each parameter.
      for (variable, (rate, gradient)) in zip([centers, sharpness, heights], zip([0.02, 5, 0.2], gradients)) {
        variable.assign(graph.read(variable) - rate * gradient)
      }
      loss.assign(error)
    }
  }
  for round in 0..<5 {
    try step.replay(times: round == 0 ? 1 : 100)
    print("step \(round * 100 + 1): loss \(try loss.read()[0])")
  }
}
