import CEL

/// Five expressions as mappings have them, over one record.
enum Expressions {
  static let all: [(name: String, source: String)] = [
    ("visitor", #"ip + "|" + agent.or("")"#),
    ("suffixes", #"page.endsWith(".css") || page.endsWith(".js") || page.endsWith(".png") || page.endsWith(".webp")"#),
    ("range and list", #"status >= 200 && status < 300 && method in ["GET", "POST"]"#),
    ("search term", #"parse_url(target, "https://shop.example.com").query.q.or("").trim().lower()"#),
    ("regex", #"page.matches("^/product/[a-z]+-[0-9]+$") ? page.after("/product/").or("") : "none""#),
  ]

  static var environment: Environment {
    var environment = Environment()
    // Loaded anew at each use, as the fields of a record are, so that nothing is folded.
    func text(_ name: String, _ value: StaticString) {
      environment.variables[name] = Variable(.string) { _ in .string(value) }
    }
    text("ip", "203.0.113.9")
    text("method", "GET")
    text("target", "/search?q=+Desk%20lamp&page=3&utm_source=newsletter")
    text("page", "/product/thing-4711")
    environment.variables["status"] = Variable(.int) { _ in .int(200) }
    environment.variables["agent"] = Variable(.optional(.string)) { _ in
      .string("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0")
        .wrapped
    }
    return environment
  }

  static func measure(_ harness: inout Harness) throws {
    let activation = Activation()
    for (name, source) in all {
      let program = try compile(source, in: environment).get()
      let probe = program.evaluate(activation)
      precondition(!probe.isError, "\(name): \(probe)")
      harness.measure("expression: \(name)", operations: 1000) {
        var sum: UInt64 = 0
        for _ in 0..<1000 {
          activation.reset()
          let value = program.evaluate(activation)
          sum = sum &* 31 &+ value.head &+ UInt64(value.count)
        }
        return sum
      }
    }
    harness.measure("expression: compile all five", operations: 5) {
      let environment = environment
      return all.reduce(0) { $0 + ((try? compile($1.source, in: environment).get()).map { _ in 1 } ?? 0) }
    }
  }
}
