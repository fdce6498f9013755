import Reprise

func learnXOR(on device: Device) throws {
  let x = try Variable([4, 2], [0, 0, 0, 1, 1, 0, 1, 1], on: device, label: "x")
  let y = try Variable([4, 1], [0, 1, 1, 0], on: device, label: "y")
  let loss = try Variable([], on: device, label: "loss")
  let model = try Network(
    Sequential {
      Linear(2, 8)
      Tanh()
      Linear(8, 1)
    }, on: device, seed: 1)
  let adam = try Adam(model)

  let step = try device.record("xor") { program in
    try program.pass("step") { graph in
      let error = (model(graph.read(x)) - graph.read(y)).square().mean()
      adam.step(model.gradient(of: error), learningRate: graph.constant(0.01, error.type))
      loss.assign(error)
    }
  }
  try step.replay(times: 1000)
  print("loss of XOR: \(try loss.read()[0])")
}
