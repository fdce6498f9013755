// Inference: weights of a checkpoint go into a network, and a batch goes through it.
//
//     inference [xor.safetensors]
//
// The file is one that PyTorch wrote, say, of a network of the same shape:
//
//     model = nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 1))
//     safetensors.torch.save_file(model.state_dict(), "xor.safetensors")
//
// Without a file the weights are those below, by which the network computes whether exactly one input is 1.
import Glibc
import Reprise

let xor = Safetensors(tensors: [
  "0.weight": .init(TensorType([2, 2]), [1, 1, 1, 1] as [Float]),
  "0.bias": .init(TensorType([2]), [0, -1] as [Float]),
  "2.weight": .init(TensorType([1, 2]), [1, -2] as [Float]),
  "2.bias": .init(TensorType([1]), [0] as [Float]),
])

do {
  let path = CommandLine.arguments.dropFirst().first
  try infer(with: path.map(Safetensors.init(contentsOf:)) ?? xor, named: path ?? "built in", on: Device())
} catch {
  print("inference: \(error)")
  exit(1)
}

func infer(with weights: Safetensors, named path: String, on device: Device) throws {
  let inputs: [Float] = [0, 0, 0, 1, 1, 0, 1, 1]
  let x = try Variable([4, 2], inputs, on: device, label: "x")
  let y = try Variable([4, 1], on: device, label: "y")

  // Parameters get PyTorch's names; a key too many, too few or of another shape is an error that names it.
  let model = try Network(
    Sequential {
      Linear(2, 2)
      ReLU()
      Linear(2, 1)
    }, on: device, seed: 0)
  try model.load(from: weights, named: path)

  // Recorded once; for another batch write to x and replay again.
  let plan = try device.record("inference") { program in
    try program.pass("forward") { graph in y.assign(model(graph.read(x))) }
  }
  try plan.replay()

  for (row, output) in try y.read().enumerated() {
    print("\(inputs[2 * row]), \(inputs[2 * row + 1]) → \(output)")
  }
}
