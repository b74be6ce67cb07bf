import Pipeline

/// When a commit is due: after so much input, though not more often than the disk can follow, and after so much time.
final class CommitClock {
  private static let bytes = 64 << 20
  private static let pause: UInt64 = 2_000_000_000
  private static let longest: UInt64 = 30_000_000_000

  private var last = SystemTime.monotonicNanoseconds
  private var read = 0

  func isDue(_ count: Int, every bytes: Int?) -> Bool {
    read += count
    if let bytes { return read >= bytes }
    let waited = SystemTime.monotonicNanoseconds - last
    return read >= CommitClock.bytes && waited >= CommitClock.pause || read > 0 && waited >= CommitClock.longest
  }

  func hasCommitted() {
    last = SystemTime.monotonicNanoseconds
    read = 0
  }
}
