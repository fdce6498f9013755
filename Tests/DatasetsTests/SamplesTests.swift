import Datasets
import Tensors
import Testing

@Suite struct SamplesTests {
  @Test func samplesLieOneAfterTheOther() throws {
    let samples = Samples([1, 2, 3, 4, 5, 6] as [UInt8], shape: [1, 2])
    #expect(samples.count == 3)
    #expect(samples.withBytes(1..<3) { Array($0) } == [3, 4, 5, 6])
  }
}
