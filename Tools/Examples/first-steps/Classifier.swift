import Reprise

func learnClassifier(on device: Device) throws {
  let pictures = try DataFiles.open("fashion-mnist").training
  let rows = try pictures.samples(perClass: 100, of: pictures.rows, seed: 1)
  let split = try pictures.split(rows, validation: 0.2, seed: 1)
  let network = try Network(
    Sequential {
      Flatten()
      Linear(784, 64)
      ReLU()
      Linear(64, 10)
    }, on: device, seed: 1)
  var configuration = SupervisedConfiguration()
  configuration.epochs = 3
  let trainer = try SupervisedTrainer(
    configuration, network, DeviceDataset(pictures, on: device), split)
  try trainer.train { progress in
    print("epoch \(progress.epoch): accuracy \(progress.validationAccuracy ?? 0)")
    return true
  }
}
