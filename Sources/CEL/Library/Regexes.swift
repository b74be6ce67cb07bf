extension Library {
  /// Compiles a literal pattern once, or reports why it does not compile.
  private static func literal(_ site: inout CallSite) -> Regex? {
    guard let pattern = site.arguments[1].constant else { return nil }
    do {
      return try Regex(pattern.utf8)
    } catch {
      site.report(
        .invalidRegex, argument: 1, "invalid regular expression: \(error.reason)",
        remedy: "RE2 syntax; write r\"…\" to keep backslashes")
      return nil
    }
  }

  private static func compile(_ activation: Activation, _ pattern: Value, _ body: (Regex) -> Value) -> Value {
    // Compiling one costs as much as many elements.
    guard activation.spend(100) else { return .error(.tooManySteps) }
    do {
      return body(try Regex(pattern.utf8))
    } catch {
      return activation.error(.invalidArgument, error.reason)
    }
  }

  static let regexes: [Entry] =
    [false, true].map { member in
      (
        "matches",
        .binary(
          .string, .string, .bool, member: member,
          specialize: { site in
            guard let regex = literal(&site) else { return nil }
            let load = site.arguments[0].evaluate
            return Specialized { activation in
              let text = load(activation)
              return text.isError ? text : .bool(regex.matches(text))
            }
          },
          { activation, text, pattern in compile(activation, pattern) { .bool($0.matches(text)) } })
      )
    } + [
      (
        "extract",
        .binary(
          .string, .string, .optional(.string), member: true,
          specialize: { site in
            guard let regex = literal(&site) else { return nil }
            let load = site.arguments[0].evaluate
            return Specialized { activation in
              let text = load(activation)
              return text.isError ? text : regex.extract(text)?.wrapped ?? .none
            }
          },
          { activation, text, pattern in compile(activation, pattern) { $0.extract(text)?.wrapped ?? .none } })
      )
    ]
}
