public import Pipeline

/// The payloads of a dead-letter file, as a queue of their own.
public final class DeadLetterQueue: PayloadQueue {
  private let lines: any PayloadQueue
  private let isWanted: (DeadLetterEntry) -> Bool
  private let line = ByteBuffer()
  public private(set) var passedOver: [String: Int] = [:]
  /// The reason in `passedOver` that is the user's own: `isWanted` said no.
  public static let unwanted = "not asked for"

  public init(_ lines: any PayloadQueue, isWanted: @escaping (DeadLetterEntry) -> Bool) {
    self.lines = lines
    self.isWanted = isWanted
  }

  public var name: String { lines.name }
  public var source: String { lines.source }
  public func seek(to offset: Int) throws { try lines.seek(to: offset) }
  public func whenMore(call wake: @escaping @Sendable () -> Void) { lines.whenMore(call: wake) }
  public var damage: Diagnostic? { lines.damage }

  /// Throws D402 for a line that is not a dead letter.
  public func next(into target: ByteBuffer) throws -> PayloadQueueStep {
    while true {
      line.removeAll()
      let step = try lines.next(into: line)
      guard case .payload(_, _, let number) = step else { return step }
      guard let entry = DeadLetterEntry(line.bytes) else {
        throw DeadLetterQueue.noDeadLetter(source, number)
      }
      guard isWanted(entry) else {
        passedOver[DeadLetterQueue.unwanted, default: 0] += 1
        continue
      }
      guard let payload = entry.payload else {
        passedOver["of class \(entry.kind), without a payload", default: 0] += 1
        continue
      }
      target.append(UnsafeBufferPointer(rebasing: line.bytes[payload]))
      line.shrink(to: 1 << 20)
      return step
    }
  }

  /// D402: a line is not a dead letter.
  public static func noDeadLetter(_ source: String, _ line: Int) -> Diagnostic {
    Diagnostic(
      "D402", "the line is not a dead letter", remedy: "replay takes what send, import and --rejects wrote",
      file: source,
      span: line > 0 ? SourceSpan(line: line, column: 1) : nil)
  }
}
