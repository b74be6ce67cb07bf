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
      } else if let value = step.kind == .micros
        ? LogNumber.integer(start, stop) : LogNumber.fraction(start, stop, scale: 1_000_000)
      {
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
    case .hostPort: return hostPort(step, HostPort.colon(start, stop), start, stop, isEscaped, row, arena)
    case .addressPort:
      return hostPort(step, Scan.lastByte(UInt8(ascii: ":"), start, stop), start, stop, isEscaped, row, arena)
    default: break
    }
    return nil
  }

  /// - Parameter colon: the one before the port; nil if there is no port.
  private func hostPort(
    _ step: Step, _ colon: UnsafePointer<UInt8>?, _ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>,
    _ isEscaped: Bool, _ row: UnsafeMutablePointer<Field>, _ arena: Arena
  ) -> Failure? {
    var hostEnd = stop
    var port: Int64?
    if let colon {
      hostEnd = colon
      if !missing.contains(colon + 1, stop) {
        port = LogNumber.integer(colon + 1, stop)
        if port == nil, step.port >= 0 { return Failure(reason: .number, at: colon + 1, step: step.index) }
      }
    }
    if step.main >= 0 { row[step.main] = text(start, hostEnd, isEscaped, arena) }
    if step.port >= 0 { row[step.port] = port.map { .int($0) } ?? .missing }
    return nil
  }
}
