internal import Pipeline

/// Values of the kinds that are rare in the formats of the world.
extension WeblogParser {
  /// Fills the columns of a field of such a kind.
  @inline(never)
  func otherField(
    _ step: UnsafePointer<Step>, _ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>, _ isEscaped: Bool,
    _ row: UnsafeMutablePointer<Field>, _ arena: Arena
  ) -> Failure? {
    let step = step.pointee
    switch step.kind {
    case .micros, .seconds:
      guard step.main >= 0 else { return nil }
      if missing.contains(start, stop) {
        row[step.main] = .missing
      } else if let value = step.kind == .micros ? integer(start, stop) : microseconds(start, stop) {
        let (product, isTooBig) = value.multipliedReportingOverflow(by: step.kind == .micros ? step.scale : 1)
        if isTooBig { return Failure(reason: .number, at: start, step: step.index) }
        row[step.main] = .int(product)
      } else {
        return Failure(reason: .number, at: start, step: step.index)
      }
    case .target:
      let isMissing = missing.contains(start, stop)
      if step.main >= 0 { row[step.main] = isMissing ? .missing : plain(start, stop, isEscaped, arena) }
      step.parts.fill(target: isMissing ? nil : (start, stop), row)
      if isEscaped { decode(step.parts, row, arena) }
    case .query:
      guard step.main >= 0 else { return nil }
      if start < stop, start.pointee == UInt8(ascii: "?") {
        row[step.main] = plain(start + 1, stop, isEscaped, arena)
      } else {
        row[step.main] = text(start, stop, isEscaped, arena)
      }
    case .hostPort: return hostPort(step, start, stop, isEscaped, row, arena)
    default: break
    }
    return nil
  }

  /// `host`, `host:port`, `[v6]`, `[v6]:port`. An address with more colons than one and no brackets has no port.
  private func hostPort(
    _ step: Step, _ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>, _ isEscaped: Bool,
    _ row: UnsafeMutablePointer<Field>, _ arena: Arena
  ) -> Failure? {
    var hostEnd = stop
    var port: Int64?
    if let colon = Scan.lastByte(UInt8(ascii: ":"), start, stop), colon > start,
      colon[-1] == UInt8(ascii: "]") || Scan.byte(UInt8(ascii: ":"), start, stop) == colon
    {
      hostEnd = colon
      if !missing.contains(colon + 1, stop) {
        port = integer(colon + 1, stop)
        if port == nil, step.port >= 0 { return Failure(reason: .number, at: colon + 1, step: step.index) }
      }
    }
    if step.main >= 0 { row[step.main] = text(start, hostEnd, isEscaped, arena) }
    if step.port >= 0 { row[step.port] = port.map { .int($0) } ?? .missing }
    return nil
  }

  /// `12.345` seconds as microseconds; digits past the sixth are dropped.
  private func microseconds(_ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>) -> Int64? {
    var text = TimeText(at: start, end: stop)
    var whole: Int64 = 0
    var fraction: UInt32 = 0
    guard text.number(1...12, 0...999_999_999_999, &whole) else { return nil }
    if text.skip(UInt8(ascii: ".")) { guard text.fraction(&fraction) else { return nil } }
    guard text.at == stop else { return nil }
    return whole * 1_000_000 + Int64(fraction / 1000)
  }
}
