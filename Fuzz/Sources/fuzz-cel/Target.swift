import CEL

/// Bytes as an expression over a few variables. What compiles must give a value of its static type, the same one each
/// time, in bounded steps and memory; what does not compile must say why, at places that exist. What the checker refuses
/// is compiled without it all the same, and must do no harm.
@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let source = String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
  activation.reset()
  switch compile(source, in: environment) {
  case .success(let program): run(program)
  case .failure(let issues):
    require(!issues.all.isEmpty, "refused without an issue")
    check(issues.all, source.utf8.count)
  }
  if case .success(let program) = compile(source, in: dynamicEnvironment) {
    activation.reset()
    _ = program.evaluate(activation).description
  }
  return 0
}

/// One thread runs the target.
nonisolated(unsafe) private let activation = Activation(limit: 8 << 20, steps: 20_000)

private let environment = {
  var environment = Environment(
    zones: ZoneSource { name in
      // An offset that changes each half year, and one that never does.
      switch name {
      case "Europe/Warsaw": { $0 / 15_778_800 % 2 == 0 ? 3600 : 7200 }
      case "Asia/Kolkata": { _ in 19_800 }
      default: nil
      }
    })
  environment.variables["text"] = Variable(.string) { _ in .string("/search?q=+red%20shoes&q=2" as StaticString) }
  environment.variables["agent"] = Variable(.optional(.string)) { _ in .string("Mozilla/5.0" as StaticString).wrapped }
  environment.variables["user"] = Variable(.optional(.string)) { _ in .none }
  environment.variables["status"] = Variable(.int) { _ in .int(200) }
  environment.variables["time"] = Variable(.timestamp) { _ in .timestamp(seconds: 1_789_041_421, nanoseconds: 5) }
  environment.variables["any"] = Variable(.dyn) { $0.list([.int(1), .double(.nan), .string("x" as StaticString)]) }
  environment.variables["odd"] = Variable(.string) { activation in
    activation.list([]).isError ? .emptyString : .string("\u{FF}\u{0}\u{1F600}" as StaticString)
  }
  environment.variables["prices"] = Variable(.list(.decimal)) { activation in
    activation.list([Decimal(mantissa: 1990, scale: 2)?.value ?? .null, Decimal(.int(-5)).value])
  }
  environment.narrow("user.name")
  return environment
}()

private let dynamicEnvironment = {
  var environment = environment
  environment.isDynamic = true
  return environment
}()

func require(_ condition: Bool, _ message: @autoclosure () -> String) {
  if !condition { fatalError(message()) }
}

private func check(_ issues: [Issue], _ count: Int) {
  for issue in issues {
    require(!issue.message.isEmpty, "an issue without words")
    require(issue.span.lowerBound >= 0 && issue.span.upperBound <= count, "a place that does not exist: \(issue)")
  }
}

private func run(_ program: Program) {
  check(program.warnings, program.expression.span.upperBound)
  let value = program.evaluate(activation)
  require(value.isError || fits(value, program.type), "\(value) is not a \(program.type)")
  let first = value.description
  activation.reset()
  let second = program.evaluate(activation)
  require(second.description == first, "\(first), then \(second)")
  if let constant = program.constant { require(constant.description == first, "folded to \(constant), not \(first)") }
  if !value.isError { require(second.hash == second.hash, "a hash that changes") }
}

/// Whether a value is what its static type promises.
private func fits(_ value: Value, _ type: Type) -> Bool {
  switch type {
  case .dyn, .parameter: return true
  case .optional(let inner): return value.isNone || value.isPresent && fits(value.unwrapped, inner)
  default: if value.isOptional { return false }
  }
  switch (type, value.kind) {
  case (.null, .null), (.bool, .bool), (.int, .int), (.uint, .uint), (.double, .double), (.string, .string),
    (.bytes, .bytes), (.timestamp, .timestamp), (.duration, .duration), (.decimal, .decimal), (.type, .type),
    (.address, .address), (.network, .network), (.object, .object):
    return true
  case (.list(let element), .list): return value.elements.allSatisfy { fits($0, element) }
  case (.map(let key, let element), .map):
    return value.pairs.indices.allSatisfy { fits(value.pairs[$0], $0 % 2 == 0 ? key : element) }
  default: return false
  }
}
