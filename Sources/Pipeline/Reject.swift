/// A record that could not become an event, or a piece of input that could not become a record.
public struct Reject: Sendable {
  /// Which stage refused it.
  public enum Stage: String, Sendable { case record, mapping, session }

  /// Which stage refused it.
  public var stage: Stage
  /// `R101`, explained in docs/.
  public var code: String
  /// What is wrong, lower-case and without a full stop.
  public var message: String
  /// What to do about it; empty if there is nothing to say.
  public var hint: String
  /// Where the record begins, in bytes from the block's first byte; nil if it is not of the block's records.
  public var offset: Int?
  /// Bytes of the record.
  public var length: Int
  /// Lines and records before it in the block.
  public var line: Int
  public var number: Int
  /// 1-based byte column in its line, 0 if the whole record is meant.
  public var column: Int
  /// The rule at work, if one was.
  public var rule: String?
  /// What of the mapping refused it, if something did.
  public var place: MappingPlace?
  /// Bytes for what is not in the block.
  public var raw: [UInt8]?
  /// Where that begins, in bytes from the input's first one.
  public var origin: Int?

  /// Whether it says that the input is damaged there, and not that a record is wrong.
  public var isDamage: Bool { Reject.isDamage(code) }
  /// Whether rejects of a code say so.
  public static func isDamage(_ code: String) -> Bool { code.hasPrefix("I") }

  public init(
    stage: Stage, code: String, message: String, hint: String = "", offset: Int?, length: Int, line: Int, number: Int,
    column: Int = 0, rule: String? = nil, place: MappingPlace? = nil, raw: [UInt8]? = nil, origin: Int? = nil
  ) {
    self.stage = stage
    self.code = code
    self.message = message
    self.hint = hint
    self.offset = offset
    self.length = length
    self.line = line
    self.number = number
    self.column = column
    self.rule = rule
    self.place = place
    self.raw = raw
    self.origin = origin
  }
}

/// A line of the mapping, from 1.
public struct MappingPlace: Sendable {
  public var file: String
  public var line: Int

  public init(file: String, line: Int) {
    self.file = file
    self.line = line
  }
}

/// A reject with its full position and its bytes, as it is written to `--rejects`.
public struct LocatedReject: Sendable {
  /// What was refused, and why.
  public var reject: Reject
  /// As the user named it.
  public var input: String
  /// 1-based; 0 if unknown.
  public var record: Int
  public var line: Int
  /// Bytes from the start of the decompressed input.
  public var offset: Int
  /// The record as it stands in the decompressed input, at most `RunLoop.longestRaw` bytes.
  public var raw: [UInt8]

  public init(reject: Reject, input: String, record: Int, line: Int, offset: Int, raw: [UInt8]) {
    self.reject = reject
    self.input = input
    self.record = record
    self.line = line
    self.offset = offset
    self.raw = raw
  }
}
