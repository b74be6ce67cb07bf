import ArgumentParser
import Glibc

/// How many threads a run has.
struct ThreadCount: OptionValue, Sendable {
  static let form = "a number from 1 to 256, such as 4"

  let count: Int

  /// Where it names none: the processors that are there, at most four.
  static var standard: ThreadCount { ThreadCount(count: min(max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))), 4)) }

  private init(count: Int) { self.count = count }

  init?(argument: String) {
    guard let count = OptionText.number(argument[...]), (1...256).contains(count) else { return nil }
    self.count = count
  }
}
