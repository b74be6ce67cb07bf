internal import Synchronization

/// Whether a run is to stop. From any thread.
final class Cancellation: Sendable {
  private let isRequested = Atomic<Bool>(false)

  func request() { isRequested.store(true, ordering: .relaxed) }

  /// Throws `CancellationError` once it was requested.
  @inline(__always)
  func check() throws {
    if isRequested.load(ordering: .relaxed) { throw CancellationError() }
  }
}
