public import Pipeline

/// Payloads in the order in which they are to be delivered, each known by the byte at which its line begins. One thread
/// uses it; what fills it may be another.
public protocol PayloadQueue: AnyObject {
  /// The journal knows it by this name.
  var name: String { get }
  /// Where messages say that a payload comes from.
  var source: String { get }
  /// Goes to the line that begins at this byte; called once, before the first `next`. Throws a `Diagnostic`, D103 if
  /// the queue is shorter.
  func seek(to offset: Int) throws
  /// Appends the next payload to `line`, which is empty, without its line end. Throws a `Diagnostic`.
  func next(into line: ByteBuffer) throws -> PayloadQueueStep
  /// `wake` is called, from any thread, when there may be more after `notYet`, or the end.
  func whenMore(call wake: @escaping @Sendable () -> Void)
  /// Payloads that `next` has not given yet, at the moment; nil where that cannot be known. Throws a `Diagnostic`.
  func countUnread() throws -> Int?
  /// Lines that were left out because they are none of its payloads, by what they are.
  var passedOver: [String: Int] { get }
  /// Why the queue ended before it should have; nil if it did not. For after the end.
  var damage: Diagnostic? { get }
}

/// What a queue gives when it is asked for its next payload.
public enum PayloadQueueStep: Sendable, Equatable {
  /// A payload: where its line begins and where the next one does, in bytes; its number from 1, 0 where unknown.
  case payload(offset: Int, end: Int, line: Int)
  /// A line longer than a payload may be, which was passed over.
  case tooLong(offset: Int, end: Int, line: Int)
  /// There is none now. Whoever fills the queue calls the wake function; where nobody can, one asks again after so many
  /// nanoseconds.
  case notYet(askAgainIn: UInt64?)
  case ended
}

extension PayloadQueue {
  public func whenMore(call wake: @escaping @Sendable () -> Void) {}
  public func countUnread() throws -> Int? { nil }
  public var passedOver: [String: Int] { [:] }
  public var damage: Diagnostic? { nil }
}
