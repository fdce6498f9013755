public import Bundles
public import Recording

extension Plan {
  /// The plan as a file: kernels, the values of variables as they are now, and what to run in which order. Waits for the device.
  ///
  /// - Parameters:
  ///   - inputs: variables that the host writes before each run, by the names that a player knows them by.
  ///   - outputs: those that it reads after a run.
  ///   - metadata: what the plan is for.
  /// - Throws: `RecordingError.notPortable` for passes that run while a condition holds, indices that are looked at and checks
  ///   for NaN, which need the host; `VulkanError`.
  public func bundle(
    inputs: KeyValuePairs<String, Variable>, outputs: KeyValuePairs<String, Variable>,
    metadata: [String: String] = [:]
  ) throws -> KernelBundle {
    try bundle(inputs: inputs.map(Port.init), outputs: outputs.map(Port.init), metadata: metadata)
  }
}

extension Plan.Port {
  fileprivate init(_ name: String, _ variable: Variable) {
    self.init(
      name, variable.buffer, shape: variable.type.shape.dimensions, type: variable.type.dataType.stored)
  }
}

extension DataType {
  fileprivate var stored: BundledTensor.Element {
    switch self {
    case .float32: .float32
    case .float16: .float16
    case .int32: .int32
    case .uint32: .uint32
    case .bool: .bool
    }
  }
}
