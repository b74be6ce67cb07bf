import ArgumentParser

/// `10000`, or `all`.
struct ReadLimit: OptionValue, Sendable {
  static let form = "a number of records from 1, such as 100, or all"

  /// Nil for everything.
  let records: Int?

  init(_ records: Int?) { self.records = records }

  init?(argument: String) {
    if argument == "all" {
      records = nil
      return
    }
    guard let number = OptionText.number(argument[...]), number > 0 else { return nil }
    records = number
  }
}
