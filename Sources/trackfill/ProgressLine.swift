import Pipeline

/// One line on a terminal, redrawn at most five times a second and cleared at the end. Called by one thread at a time.
final class ProgressLine: @unchecked Sendable {
  private static let interval: UInt64 = 200_000_000

  private let console: Console
  private let began = monotonicNanoseconds()
  private var next: UInt64
  private var isShown = false

  /// nil where nobody would see it.
  init?(_ console: Console, isQuiet: Bool) {
    guard console.isTerminal, !isQuiet else { return nil }
    self.console = console
    next = began + ProgressLine.interval
  }

  func update(_ counts: RunCounts) {
    let now = monotonicNanoseconds()
    guard now >= next else { return }
    next = now + ProgressLine.interval
    let elapsed = Double(now - began) / 1e9
    var parts: [String] = []
    let consumed = counts.consumed
    if let size = counts.size, size > 0 {
      let share = min(1, Double(consumed) / Double(size))
      parts.append("\(Int(share * 100))% of \(OptionText.approximate(bytes: size))")
      parts.append(rate(counts, elapsed))
      if share > 0.005 {
        parts.append("\(OptionText.duration(milliseconds: Int64(elapsed * (1 - share) / share * 1000))) left")
      }
    } else {
      parts.append(OptionText.approximate(bytes: consumed))
      parts.append(rate(counts, elapsed))
    }
    if counts.rejected > 0 { parts.append("\(OptionText.grouped(counts.rejected)) rejected") }
    console.write("\r\u{1b}[K" + parts.joined(separator: " · "))
    isShown = true
  }

  func clear() {
    if isShown { console.write("\r\u{1b}[K") }
    isShown = false
  }

  private func rate(_ counts: RunCounts, _ elapsed: Double) -> String {
    "\(OptionText.grouped(Int(Double(counts.sum.records) / max(elapsed, 0.001)))) records/s"
  }
}
