public import Pipeline

/// Payloads of bytes that can only be read from front to back: a pipe, a compressed file.
public final class PayloadStreamQueue: PayloadQueue {
  public let name: String
  public let source: String
  private let bytes: any ByteSource
  private let isReady: () -> Bool
  private let cutter = LineCutter()

  /// How often a pipe is looked at: often enough for a person, rarely enough for the processor.
  private static let interval: UInt64 = 20_000_000

  /// - Parameter isReady: whether a read would not wait; delivery goes on meanwhile.
  public init(_ bytes: any ByteSource, name: String, source: String, isReady: @escaping () -> Bool = { true }) {
    self.bytes = bytes
    self.name = name
    self.source = source
    self.isReady = isReady
  }

  public var damage: Diagnostic? {
    bytes.reportedDamage.map { Diagnostic($0.code, $0.message, remedy: $0.hint, file: source) }
  }

  public func seek(to offset: Int) throws {
    var line = 0
    var left = offset
    var buffer = [UInt8](repeating: 0, count: 256 << 10)
    while left > 0 {
      let count = try buffer.withUnsafeMutableBytes {
        try bytes.read(into: UnsafeMutableRawBufferPointer(rebasing: $0[..<min($0.count, left)]))
      }
      guard count > 0 else {
        throw Diagnostic(
          "D103", "\(source) has \(offset - left) bytes, but \(offset) of it were delivered",
          remedy: "it was replaced or cut; deliver the new file with another --state folder")
      }
      line += buffer[..<count].reduce(0) { $0 + ($1 == UInt8(ascii: "\n") ? 1 : 0) }
      left -= count
    }
    cutter.start(at: offset, line: line)
  }

  public func next(into line: ByteBuffer) throws -> PayloadQueueStep {
    let step = try cutter.next(
      into: line, isTorn: { damage != nil }, read: { isReady() ? try bytes.read(into: $0) : nil })
    return step ?? .notYet(askAgainIn: PayloadStreamQueue.interval)
  }
}
