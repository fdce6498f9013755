// A training loop of one's own: a small network learns which of two half-moons a point belongs to.
//
// An epoch is recorded once, forward, backward, update and report, and replayed. Between two epochs the device waits for
// nobody: the host reads the losses of those that have ended while later ones run.
import Glibc
import Reprise

do {
  try trainAndEvaluate(on: Device())
} catch {
  print("custom-training-loop: \(error)")
  exit(1)
}

func trainAndEvaluate(on device: Device) throws {
  let (batch, steps, epochs) = (64, 16, 40)
  let training = try TwoMoons(count: batch * steps, seed: 1, on: device)
  let test = try TwoMoons(count: 500, seed: 2, on: device)
  let model = try Network(
    Sequential {
      Linear(2, 16)
      Tanh()
      Linear(16, 16)
      Tanh()
      Linear(16, 2)
    }, on: device, seed: 1)
  let adam = try Adam(model)

  // What one pass leaves to the next is in variables.
  let stepsDone = try Variable([], .uint32, on: device, label: "steps")
  let epochsDone = try Variable([], .uint32, on: device, label: "epochs")
  let sumOfLosses = try Variable([], on: device, label: "losses")
  let losses = try Ring(capacity: 512, width: 1, on: device, label: "loss of each epoch")

  let epoch = try device.record("epoch") { program in
    try program.pass("step", repeats: steps) { graph in
      let number = graph.read(stepsDone)
      let generator = Generator(seed: 3, counter: number)
      let rows = generator.integers([batch], in: 0..<batch * steps)
      let points = graph.read(training.points).indexSelect(rows)
      let moons = graph.read(training.moons).indexSelect(rows)

      let loss = model(points, mode: .training(generator)).crossEntropy(moons)
      adam.step(model.gradient(of: loss), learningRate: graph.constant(0.01, loss.type))
      sumOfLosses.assign(graph.read(sumOfLosses) + loss)
      stepsDone.assign(number + 1)
    }
    try program.pass("report") { graph in
      let number = graph.read(epochsDone)
      losses.append((graph.read(sumOfLosses) / Double(steps)).reshape([1]), counter: number)
      sumOfLosses.assign(graph.constant(0, sumOfLosses.type))
      epochsDone.assign(number + 1)
    }
  }

  var shown = 0
  try Replay(epoch).run(times: epochs) { done in
    for number in shown..<done where number == 0 || (number + 1) % 10 == 0 {
      print("epoch \(number + 1): loss \(losses.row(number)[0])")
    }
    shown = done
    return true  // false would end training here
  }

  let accuracy = try Variable([], on: device, label: "accuracy")
  try device.run("evaluation") { graph in
    let answers = model(graph.read(test.points)).argmax(axis: 1)
    accuracy.assign((answers .== graph.read(test.moons)).float().mean())
  }
  print("accuracy on points that it has not seen: \(try accuracy.read()[0])")
}
