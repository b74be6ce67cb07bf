import CEL

struct Visit {
  var path: String
  var agent: String?
  var bytes: Int64
}

/// The paths of the visits for which an expression is true.
func paths(of visits: [Visit], where condition: String) throws -> [String] {
  // What expressions may use. A loader looks into the record that the activation points to.
  var environment = Environment()
  environment.variables["path"] = Variable(.string) { activation in
    activation.string(activation.visit.path)
  }
  environment.variables["agent"] = Variable(.optional(.string)) { activation in
    activation.visit.agent.map { activation.string($0).wrapped } ?? .none
  }
  environment.variables["bytes"] = Variable(.int) { .int($0.visit.bytes) }
  environment.register("kilobytes", .unary(.int, .double) { _, bytes in .double(Double(bytes.int) / 1000) })

  // Parsed, checked and compiled once; everything that is wrong is reported at once.
  let program = try compile(condition, in: environment, expecting: .bool).get()

  // One activation for each thread.
  let activation = Activation()
  var found: [String] = []
  for var visit in visits {
    withUnsafeMutablePointer(to: &visit) { pointer in
      activation.host = UnsafeMutableRawPointer(pointer)
      let value = program.evaluate(activation)
      if value.isTrue { found.append(pointer.pointee.path) }
      if value.isError { found.append("\(pointer.pointee.path): \(value.errorMessage)") }
    }
    activation.reset()
  }
  return found
}

extension Activation {
  /// The record under evaluation. A function that is called while compiling has none.
  fileprivate var visit: Visit { host.map { $0.load(as: Visit.self) } ?? Visit(path: "", agent: nil, bytes: 0) }
}
