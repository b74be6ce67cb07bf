import Pipeline
import Readers

/// That there are no records in inputs, and why, if the first one tells.
struct NoRecords {
  let reason: String?
  private let inputs: [InputPath]

  init(in inputs: [InputPath], _ reader: any Reader) {
    self.inputs = inputs
    reason = inputs.first.flatMap { InputSniffer.reasonForNoRecords($0, reader) }
  }

  var message: String { "no records in \(names)\(reason.map { ": \($0)" } ?? "")" }

  private var names: String {
    guard let first = inputs.first else { return "no input" }
    return inputs.count > 1 ? "\(first.title) and \(inputs.count - 1) more" : first.title
  }
}
