import CEL

/// Compiles and runs an expression; the text is what `Value.description` gives, or the codes of the issues.
func run(_ source: String, in environment: Environment = .sample, _ activation: Activation = Activation()) -> String {
  switch compile(source, in: environment) {
  case .success(let program): return program.evaluate(activation).description
  case .failure(let issues):
    return "issues: " + issues.all.map { "\($0.code.rawValue): \($0.message)" }.joined(separator: "; ")
  }
}

extension Environment {
  /// Variables of a web log's record, all constant.
  static var sample: Environment {
    var environment = Environment(zones: .foundation)
    func text(_ name: String, _ value: StaticString) {
      environment.variables[name] = Variable(.string) { _ in .string(value) }
    }
    text("ip", "203.0.113.9")
    text("method", "GET")
    text("target", "/search?q=+red%20shoes&q=second&empty=#top")
    text("page", "/static/app.css")
    environment.variables["status"] = Variable(.int) { _ in .int(200) }
    environment.variables["agent"] = Variable(.optional(.string)) { _ in .string("Mozilla/5.0 bot").wrapped }
    environment.variables["user"] = Variable(.optional(.string)) { _ in .none }
    environment.variables["url"] = Variable(.object("url")) { sampleURL?.evaluate($0) ?? .null }
    environment.variables["bare"] = Variable(.object("url")) { bareURL?.evaluate($0) ?? .null }
    environment.variables["prices"] = Variable(.list(.decimal)) { activation in
      activation.list(
        ["19.90", "0.10", "5"].map { text in
          var text = text
          return text.withUTF8 { Decimal($0)?.value ?? .null }
        })
    }
    return environment
  }
}

/// Kept for ever: the values of a program point into its constants.
private let sampleURL = try? compile(
  #"parse_url("/search?q=+red%20shoes&q=2&empty=", "https://Shop.example.com:8443/a/b")"#, in: Environment()
).get()

/// One without a query.
private let bareURL = try? compile(#"parse_url("/about", "https://shop.example.com")"#, in: Environment()).get()
