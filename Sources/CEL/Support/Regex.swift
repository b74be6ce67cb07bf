import CRE2

/// A compiled RE2 expression; matching takes linear time.
public final class Regex: @unchecked Sendable {
  private let expression: OpaquePointer
  let groups: Int

  static let maximumMemory = 8 << 20

  /// Why a pattern did not compile.
  public struct Failure: Error {
    public let reason: String
  }

  /// - Throws: what is wrong with the pattern.
  public init(_ pattern: UnsafeBufferPointer<UInt8>) throws(Failure) {
    let compiled = pattern.withMemoryRebound(to: CChar.self) { bytes in
      // An empty buffer has no address; the library reads nothing then.
      bytes.baseAddress.map { trackfill_re2_compile($0, bytes.count, Self.maximumMemory) }
        ?? trackfill_re2_compile("", 0, Self.maximumMemory)
    }
    if let error = trackfill_re2_error(compiled) {
      let reason = String(cString: error)
      trackfill_re2_free(compiled)
      throw Failure(reason: reason)
    }
    expression = compiled
    groups = Int(trackfill_re2_groups(compiled))
  }

  deinit { trackfill_re2_free(expression) }

  /// Whether some part of a string matches.
  @inline(__always)
  public func matches(_ text: Value) -> Bool {
    text.start.withMemoryRebound(to: CChar.self, capacity: text.length) {
      trackfill_re2_match(expression, $0, text.length, nil, 0)
    }
  }

  /// The first group, or the whole match if there is none, as a slice of the text; nil without a match.
  func extract(_ text: Value) -> Value? {
    withUnsafeTemporaryAllocation(of: Int.self, capacity: 4) { spans in
      let count: Int32 = groups > 0 ? 2 : 1
      let found = text.start.withMemoryRebound(to: CChar.self, capacity: text.length) {
        trackfill_re2_match(expression, $0, text.length, spans.baseAddress, count)
      }
      let index = groups > 0 ? 2 : 0
      guard found, spans[index] >= 0 else { return nil }
      return .string(text.start + spans[index], count: spans[index + 1] - spans[index])
    }
  }
}
