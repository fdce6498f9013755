import Datasets
import Tensors
import TestSupport
import Testing

/// CSV against Python's reader, and every way in which a table can be wrong.
@Suite struct TableTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func options(_ task: DataOptions.Task, _ targets: String...) -> DataOptions {
    var options = DataOptions(task)
    options.targetColumns = targets
    return options
  }

  private func write(_ text: String, to name: String = "x.csv") throws -> String {
    try folder.write(text, to: name)
  }

  @Test(arguments: ["table.csv", "table.csv.gz"]) func quotesAndLinesAsPythonReadsThem(_ name: String) throws
  {
    var options = options(.classification, "kind of thing")
    options.inputColumns = ["width", "height"]
    let files = try DataFiles.open(file(name), options: options)
    #expect(files.training.inputs.numbers == (try golden("csv/inputs").numbers))
    #expect(files.training.classes?.labels.map { Float($0) } == (try golden("csv/classes").numbers))
    #expect(files.training.classes?.names == ["a,b", "say \"x\"", "two\nlines"])
    options.task = .regression
    options.targetColumns = ["price", "width"]
    let numbers = try DataFiles.open(file(name), options: options)
    let (price, inputs) = (try golden("csv/price").numbers, try golden("csv/inputs").numbers)
    #expect(
      numbers.training.targets
        == .values((0..<4).flatMap { [price[$0], inputs[2 * $0]] }, shape: [2]))
  }

  @Test func blankLinesAndMarksArePassedOver() throws {
    let path = try write("\u{feff}a,b\r\n\r\n 1 ,2\n\n\n-3.5e0,+4\r\n\r\n")
    #expect(try read(path).numbers == [1, 2, -3.5, 4])
    #expect(try PredictionInput.open(path, options: options(.prediction, "b")).names == ["0", "1"])
    #expect(try PredictionInput.open(path, options: options(.prediction, "b")).samples.numbers == [1, -3.5])
  }

  @Test func wholeNumbersAsLabelsAreSortedByValue() throws {
    let path = try write("y,x\n10,1\n9,2\n-1,3\n10,4\n")
    let data = try DataFiles.open(path, options: options(.classification, "y")).training
    #expect(data.classes?.names == ["-1", "9", "10"])
    #expect(data.classes?.labels == [2, 1, 0, 2])
  }

  @Test func theTestFileHasTheClassesAndColumnsOfTheFirst() throws {
    let training = try write("y,a,b\nno,1,2\nyes,3,4\n")
    var options = options(.classification, "y")
    options.testFile = try write("b,extra,y,a\n6,x,yes,5\n", to: "test.csv")
    let files = try DataFiles.open(training, options: options)
    #expect(files.columns == ["a", "b"])
    #expect(files.test?.inputs.numbers == [5, 6])
    #expect(files.test?.classes?.labels == [1])
    options.testFile = try write("y,a,b\nno,1,2\nmaybe,3,4\n", to: "test.csv")
    expectError("test.csv:3: column y", "found 'maybe'", "a class: no, yes") {
      _ = try DataFiles.open(training, options: options)
    }
    options.testFile = try write("y,a\nno,1\n", to: "test.csv")
    expectError("test.csv:1", "the columns y, a", "one named b") {
      _ = try DataFiles.open(training, options: options)
    }
  }

  @Test(arguments: [
    ("y,a\n1,2,3\n", ["x.csv:2: found 3 fields", "2 as in the header"]),
    ("y,a\n1,2\n\n3\n", ["x.csv:4: found 1 fields"]),
    ("y,a\n1,2\n3,four\n", ["x.csv:3: column a: found 'four'", "a finite number"]),
    ("y,a\n1,\n", ["x.csv:2: column a: found nothing"]),
    ("y,a\n1,nan\n", ["x.csv:2: column a: found 'nan'"]), ("y,a\n1,-inf\n", ["found '-inf'"]),
    ("y,a\n1,1e39\n", ["found '1e39'"]), ("y,a\n1,0x10\n", ["found '0x10'"]),
    ("y,a\n\"1\n\",2\n1,b\n", ["x.csv:4: column a: found 'b'"]),
    ("y,a\n,2\n", ["column y: found nothing", "a label"]),
    ("y,a\n\"1,2\n", ["x.csv:2", "never closed"]),
    ("y,a\n\"1\"x,2\n", ["x.csv:2", "behind a closing quote"]),
    ("y,a\n1\"x,2\n", ["x.csv:2", "a quote inside a field"]),
    ("y,y\n1,2\n", ["x.csv:1: column 2: found 'y' again"]),
    ("y,\n1,2\n", ["x.csv:1: column 2: found no name"]), ("z,a\n1,2\n", ["the columns z, a", "one named y"]),
    ("y,a\n", ["a header and no rows"]), ("", ["found no line"]), ("y\n1\n", ["columns to learn from"]),
  ]) func mistakesHaveALineAndAColumn(_ text: String, _ facts: [String]) throws {
    let path = try write(text)
    for fact in facts {
      expectError(fact) { _ = try DataFiles.open(path, options: options(.classification, "y")) }
    }
  }

  @Test func targetsAreNamed() throws {
    let path = try write("y,a\n1,2\n3,four\n")
    expectError("no target column", "one of y, a") { _ = try DataFiles.open(path) }
    expectError("2 target columns", "one of y, a") {
      _ = try DataFiles.open(path, options: options(.classification, "y", "a"))
    }
    expectError("x.csv:3: column a: found 'four'") {
      _ = try DataFiles.open(path, options: options(.regression, "a"))
    }
  }
}
