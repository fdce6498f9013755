public import Recording

/// What a node computes: its shape rule, its gradient, its CPU reference. Kernels come with the kind of operation.
public protocol Operation: Sendable {
  /// PyTorch's name.
  var name: String { get }
  /// Equal for two operations that compute the same of the same inputs; nil forbids merging.
  var identity: String? { get }
  /// The type of the result. Throws `GraphError.mismatch` when the inputs don't fit.
  func resultType(_ inputs: [TensorType]) throws(GraphError) -> TensorType
  /// The gradient with respect to each input, nil where there is none; the graph grows by what it needs.
  func gradients(_ application: Application) -> [Tensor?]
  /// The CPU reference, in double precision.
  func reference(_ inputs: [HostTensor], _ type: TensorType) -> HostTensor
}

extension Operation {
  /// The name is enough for operations without attributes.
  public var identity: String? { name }
  /// No gradient.
  public func gradients(_ application: Application) -> [Tensor?] { application.inputs.map { _ in nil } }
}

/// A node as its gradient rule sees it.
public struct Application {
  /// What it was applied to.
  public let inputs: [Tensor]
  /// What it gave.
  public let output: Tensor
  /// The gradient of the loss with respect to `output`.
  public let gradient: Tensor
}

/// The memory of a tensor: bytes, and how its elements lie in them.
public struct Value {
  /// Bytes of the tensor that owns the memory.
  public let region: Region
  /// Where this tensor's elements are in it.
  public let layout: Layout
  /// Shape and element type.
  public let type: TensorType

  /// The first element as a kernel counts it: bindings begin at the alignment below the region.
  public var elementOffset: Int {
    region.firstElement(type.dataType) + layout.offset
  }
}

/// An operation with kernels of its own, as opposed to one that is fused into generated code.
public protocol DispatchedOperation: Operation {
  /// Whether its kernels take inputs of any strides; otherwise they get contiguous ones.
  var takesStrides: Bool { get }
  /// Records the dispatches that compute `output`, which is contiguous, of `inputs`.
  func dispatch(into recorder: inout Recorder, inputs: [Value], output: Value) throws
}

extension DispatchedOperation {
  /// Contiguous inputs, unless an operation says otherwise.
  public var takesStrides: Bool { false }
}

/// An operation that changes variables. It gives nothing back: its result is an empty tensor.
public protocol EffectOperation: Operation {
  /// The variables that it changes; reads that come later see the change.
  var writes: [Variable] { get }
}

extension EffectOperation {
  /// Two runs of an effect are never one.
  public var identity: String? { nil }
  /// An empty tensor.
  public func resultType(_ inputs: [TensorType]) throws(GraphError) -> TensorType { TensorType([0]) }
  /// Effects have no value to check; their tests look at the variables.
  public func reference(_ inputs: [HostTensor], _ type: TensorType) -> HostTensor {
    HostTensor(type: type, values: [])
  }
}

extension Recorder {
  /// Memory for a value that lives within one operation.
  mutating func scratch(_ type: TensorType, label: String) -> Value {
    Value(
      region: transient(byteCount: type.byteCount, label: label, elements: type.dataType.elements),
      layout: .contiguous(type.shape), type: type)
  }
}

extension Region {
  /// The first element as a kernel counts it: its binding begins at the alignment below.
  func firstElement(_ type: DataType) -> Int { offset % Region.alignment / type.byteCount }
}

extension Groups {
  /// `count` workgroups along x and y, for each of `parts` along z: a device takes no more than 65 535 along one of them.
  init(over count: Int, parts: Int = 1) {
    let across = min(max(count, 1), 65535)
    self.init(across, (max(count, 1) + across - 1) / across, parts)
  }
}

extension DataType {
  /// What the recorder calls them.
  var elements: Region.Elements {
    switch self {
    case .float32: .float32
    case .float16: .float16
    case .int32, .uint32, .bool: .other
    }
  }
}
