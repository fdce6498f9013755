import Dispatch
import Synchronization
import Tensors
import Vulkan

/// Two halves of a ring on the device: the host fills one with the next batches while the device works on the other.
final class SampleStream: Sendable {
  /// Where the samples of both halves lie, in memory that the host can write.
  let store: SampleStore
  /// Batches that a half holds.
  let batchesPerHalf: Int
  private let dataset: Dataset
  private let batchSize: Int
  private let queue = DispatchQueue(label: "reprise.samples")

  /// Room for two times about `halfBytes` of samples, and at least a batch each.
  init(_ dataset: Dataset, batchSize: Int, halfBytes: Int, on device: Device) throws(VulkanError) {
    self.dataset = dataset
    self.batchSize = batchSize
    batchesPerHalf = max(1, halfBytes / max(1, batchSize * dataset.inputs.bytesPerSample))
    store = try SampleStore(
      like: dataset, capacity: 2 * batchesPerHalf * batchSize, domain: .upload, on: device)
  }

  /// Begins to copy samples into a half, on another thread; `finish` waits for it.
  func fill(half: Int, with rows: ArraySlice<UInt32>) -> Filling {
    let filling = Filling()
    let first = half * batchesPerHalf * batchSize
    queue.async { [self] in
      let result = Result { () throws(VulkanError) in
        for (place, row) in rows.enumerated() {
          try store.write(dataset, Int(row)..<Int(row) + 1, at: first + place)
        }
      }
      filling.end(result)
    }
    return filling
  }

  /// A copy that is under way.
  final class Filling: Sendable {
    private let result = Mutex<Result<Void, VulkanError>>(.success(()))
    private let semaphore = DispatchSemaphore(value: 0)

    fileprivate func end(_ result: Result<Void, VulkanError>) {
      self.result.withLock { $0 = result }
      semaphore.signal()
    }

    /// Waits until all samples are there.
    func finish() throws(VulkanError) {
      semaphore.wait()
      try result.withLock { $0 }.get()
    }
  }
}
