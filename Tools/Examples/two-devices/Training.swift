import Reprise

/// Trains a small network to multiply two numbers; returns its loss at the end, and its weights.
func train(on device: Device) throws -> (loss: Float, weights: [Float]) {
  let model = try Network(
    Sequential {
      Linear(2, 32)
      Tanh()
      Linear(32, 1)
    }, on: device, seed: 1)
  let adam = try Adam(model)
  let done = try Variable([], .uint32, on: device, label: "steps")
  let loss = try Variable([], on: device, label: "loss")
  let step = try device.record("product") { program in
    try program.pass("step") { graph in
      let number = graph.read(done)
      let pairs = Generator(seed: 2, counter: number).uniform([64, 2], low: -1)
      let error = (model(pairs) - pairs.prod(axes: [1], keepDimensions: true)).square().mean()
      adam.step(model.gradient(of: error), learningRate: graph.constant(0.01, error.type))
      loss.assign(error)
      done.assign(number + 1)
    }
  }
  try step.replay(times: 500)
  return (try loss.read()[0], try model.flat.read())
}
