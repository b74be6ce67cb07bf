import Pipeline
import Preview
import Readers

struct PreviewComparison {
  init(_ typed: trackfill.Preview, console: Console, style: TextStyle, limit: Int?) {}
  func run(old: String, new: [UInt8], inputs: [InputPath], head: InputPreview) throws -> ExitStatus { .done }
}
