import ArgumentParser

/// A value of an option that can be told how it is written.
protocol OptionValue: ExpressibleByArgument {
  /// What it takes, with an example, behind `write`.
  static var form: String { get }
}

extension OptionValue {
  /// For an option's `transform`: what is wrong is said together with what would be right.
  static func read(_ text: String) throws -> Self {
    guard let value = Self(argument: text) else { throw ValidationError("write \(form)") }
    return value
  }
}

extension Int: OptionValue { static var form: String { "a whole number, such as 4" } }
