public import Pipeline

/// What a reader makes of the beginning of an input: how much of it, from when to when, which fields have values.
public struct InputSketch: Sendable {
  public struct FieldSketch: Sendable {
    public var field: Schema.Field
    /// Records that have a value.
    public var present = 0
    /// The first value, as text.
    public var example = ""
  }

  public private(set) var records = 0
  public private(set) var understood = 0
  /// Lines before the first reject, its code and reason.
  public private(set) var firstReject: (line: Int, text: String)?
  /// Milliseconds since 1970.
  public private(set) var first: Int64?
  public private(set) var last: Int64?
  /// How far a record came behind a later one, in milliseconds, at most.
  public private(set) var disorder: Int64 = 0
  public private(set) var fields: [FieldSketch] = []

  /// - Throws: what the reader's source throws.
  public init(_ bytes: [UInt8], _ reader: any Reader) throws {
    let schema = reader.schema
    fields = schema.fields.map { FieldSketch(field: $0) }
    let names = schema.fields.map(\.name)
    let timeColumn = schema.timeField.flatMap { names.firstIndex(of: $0) }
    let source = reader.makeSource(MemorySource(bytes), limits: ReadLimits())
    let parser = reader.makeParser(fields: names)
    let block = Block(capacity: 256 << 10, headroom: 4 << 20)
    let batch = RecordBatch(stride: names.count)
    var lines = 0
    while true {
      block.reset()
      let isFilled = try source.next(into: block)
      let result = MappedBlock()
      if isFilled {
        parser.forEachBatch(of: block, into: batch, result) {
          understood += batch.count
          for row in 0..<batch.count { take(batch, row, timeColumn) }
          return true
        }
      }
      records += result.counts.records
      if firstReject == nil, let reject = result.rejects.first {
        firstReject = (lines + reject.line + 1, "\(reject.code) \(reject.message)")
      }
      lines += result.counts.lines
      if !isFilled || block.isLast { break }
    }
  }

  private mutating func take(_ batch: RecordBatch, _ row: Int, _ timeColumn: Int?) {
    for column in fields.indices {
      let value = batch.fields[row * batch.stride + column]
      guard !value.isMissing else { continue }
      fields[column].present += 1
      if fields[column].example.isEmpty { fields[column].example = InputSketch.text(value) }
      if column == timeColumn, value.kind == .timestamp {
        let time = value.milliseconds
        first = min(first ?? time, time)
        if let last { disorder = max(disorder, last - time) }
        last = max(last ?? time, time)
      }
    }
  }

  private static func text(_ value: Field) -> String {
    switch value.kind {
    case .missing: ""
    case .text: String(decoding: value.bytes.prefix(200), as: UTF8.self)
    case .int: String(value.integer)
    case .double: String(value.double)
    case .bool: value.integer == 0 ? "false" : "true"
    case .timestamp: TimestampWriter.text(value.milliseconds)
    case .decimal: decimal(value.integer, scale: Int(value.scale))
    case .list: "\(value.count) rows"
    }
  }

  private static func decimal(_ mantissa: Int64, scale: Int) -> String {
    let digits = String(mantissa.magnitude)
    let padded = String(repeating: "0", count: max(0, scale + 1 - digits.count)) + digits
    let sign = mantissa < 0 ? "-" : ""
    return scale == 0 ? sign + digits : "\(sign)\(padded.dropLast(scale)).\(padded.suffix(scale))"
  }
}
