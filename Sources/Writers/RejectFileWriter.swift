public import Pipeline

/// Rejects as lines of JSON:
///
///     {"v":1,"at":"…Z","class":"record|mapping|session","code":"R101","message":"…","hint":"…",
///      "where":{"input":"…","record":…,"line":…,"column":…,"offset":…},
///      "mapping":{"name":"…","sha256":"…","file":"…","line":…,"rule":"…"},"raw":"…"}
///
/// What is unknown is left out. `raw` is the record byte by byte; where it is no UTF-8, `raw_base64` (RFC 4648 §4) has
/// it instead. A file of its own stands under its name only when it is complete; an appended one grows with each commit.
public final class RejectFileWriter: RejectWriter {
  private enum Target {
    case file(FinalFile)
    case stream(DescriptorOutput)
    case appended(AppendedFile)
  }

  private let target: Target
  private let line = ByteBuffer()
  private var hasReader = true
  private let begin: [UInt8]
  private let mapping: [UInt8]

  /// - Parameters:
  ///   - startedAt: the run's start in milliseconds since 1970-01-01 UTC, which all lines carry.
  ///   - mapping: its name; nil for none.
  ///   - sha256: of the mapping's bytes, hexadecimal.
  public convenience init(path: String, startedAt: Int64, mapping: String? = nil, sha256: String? = nil) throws {
    self.init(.file(try FinalFile(path)), startedAt, mapping, sha256)
  }

  /// Writes to an open descriptor, usually standard output. If nobody reads it any more, the rest is left out: payloads go
  /// elsewhere, and do not end for that.
  /// - Parameter descriptor: stays open and the caller's.
  public convenience init(
    descriptor: Int32, name: String = "standard output", startedAt: Int64, mapping: String? = nil, sha256: String? = nil
  ) {
    self.init(.stream(DescriptorOutput(descriptor, name: name)), startedAt, mapping, sha256)
  }

  /// - Parameter file: who commits it is the caller's affair.
  public convenience init(
    appendingTo file: AppendedFile, startedAt: Int64, mapping: String? = nil, sha256: String? = nil
  ) {
    self.init(.appended(file), startedAt, mapping, sha256)
  }

  private init(_ target: Target, _ startedAt: Int64, _ mapping: String?, _ sha256: String?) {
    self.target = target
    let text = ByteBuffer()
    text.append("{\"v\":1,\"at\":")
    text.append(json: TimestampWriter.text(startedAt))
    text.append(",\"class\":\"")
    begin = Array(text.bytes)
    text.removeAll()
    for (key, value) in [("name", mapping), ("sha256", sha256)] {
      guard let value else { continue }
      if text.count > 0 { text.append(",") }
      text.append(json: key)
      text.append(":")
      text.append(json: value)
    }
    self.mapping = Array(text.bytes)
  }

  public func write(_ located: LocatedReject) throws {
    let reject = located.reject
    line.removeAll()
    begin.withUnsafeBufferPointer { line.append($0) }
    line.append(text: reject.stage.rawValue)
    line.append("\",\"code\":")
    line.append(json: reject.code)
    line.append(",\"message\":")
    line.append(json: reject.message)
    if !reject.hint.isEmpty {
      line.append(",\"hint\":")
      line.append(json: reject.hint)
    }
    line.append(",\"where\":{\"input\":")
    line.append(json: located.input)
    append(",\"record\":", located.record)
    append(",\"line\":", located.line)
    append(",\"column\":", reject.column)
    // The first byte of an input is a place as well, if its line is known.
    if located.offset > 0 || located.line == 1 {
      line.append(",\"offset\":")
      line.append(decimal: Int64(located.offset))
    }
    line.append("}")
    appendMapping(reject)
    line.append(",")
    located.raw.withUnsafeBufferPointer { line.append(rawMember: $0) }
    line.append("}")
    switch target {
    case .file(let file): try file.output.write(line: line.bytes)
    case .stream(let output): try whileRead { try output.write(line: line.bytes) }
    case .appended(let file): try file.write(line: line.bytes)
    }
    line.removeAll()
    line.shrink(to: 1 << 20)
  }

  /// Makes the file final.
  public func finish() throws {
    switch target {
    case .file(let file): try file.finish()
    case .stream(let output): try whileRead { try output.flush() }
    case .appended: break
    }
  }

  private func whileRead(_ write: () throws -> Void) throws {
    guard hasReader else { return }
    do {
      try write()
    } catch let finding as Diagnostic where finding.code == "O203" {
      hasReader = false
    }
  }

  /// Leaves nothing behind.
  public func abandon() { if case .file(let file) = target { file.abandon() } }

  private func append(_ key: StaticString, _ value: Int) {
    guard value > 0 else { return }
    line.append(key)
    line.append(decimal: Int64(value))
  }

  private func appendMapping(_ reject: Reject) {
    guard !mapping.isEmpty || reject.place != nil || reject.rule != nil else { return }
    line.append(",\"mapping\":{")
    mapping.withUnsafeBufferPointer { line.append($0) }
    var separator: StaticString = mapping.isEmpty ? "" : ","
    if let place = reject.place {
      line.append(separator)
      line.append("\"file\":")
      line.append(json: place.file)
      append(",\"line\":", place.line)
      separator = ","
    }
    if let rule = reject.rule {
      line.append(separator)
      line.append("\"rule\":")
      line.append(json: rule)
    }
    line.append("}")
  }
}
