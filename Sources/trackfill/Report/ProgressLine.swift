import Delivery
import Pipeline

/// One line on a terminal, redrawn at most five times a second and cleared at the end. Called by one thread at a time.
final class ProgressLine: @unchecked Sendable {
  private static let interval: UInt64 = 200_000_000

  private let console: Console
  private let began = SystemTime.monotonicNanoseconds
  private var next: UInt64
  private var isShown = false

  /// nil where nobody would see it.
  init?(_ console: Console, isQuiet: Bool) {
    guard console.isTerminal, !isQuiet else { return nil }
    self.console = console
    next = began + ProgressLine.interval
  }

  /// What a conversion has read.
  func update(_ counts: RunCounts) {
    draw { elapsed in
      let rate = "\(DisplayNumber.grouped(Int(Double(counts.sum.records) / elapsed))) records/s"
      var parts: [String] = []
      let consumed = counts.consumed
      if let size = counts.size, size > 0 {
        let share = min(1, Double(consumed) / Double(size))
        parts.append("\(Int(share * 100))% of \(DisplayNumber.approximate(bytes: size))")
        parts.append(rate)
        if share > 0.005 {
          parts.append("\(DisplayNumber.duration(milliseconds: Int64(elapsed * (1 - share) / share * 1000))) left")
        }
      } else {
        parts.append(DisplayNumber.approximate(bytes: consumed))
        parts.append(rate)
      }
      if counts.rejected > 0 { parts.append("\(DisplayNumber.grouped(counts.rejected)) rejected") }
      return parts
    }
  }

  /// What was delivered.
  func update(_ counts: DeliveryCounts) {
    draw { elapsed in
      var parts = [
        "\(DisplayNumber.grouped(counts.acknowledged)) acknowledged",
        "\(DisplayNumber.grouped(Int(Double(counts.acknowledged) / elapsed))) payloads/s",
        "\(counts.inFlight) of \(counts.limit) in flight",
      ]
      if counts.dead > 0 { parts.append("\(DisplayNumber.grouped(counts.dead)) dead") }
      if counts.retries > 0 { parts.append("\(DisplayNumber.grouped(counts.retries)) again") }
      if counts.isHostDown { parts.append("the receiver takes nothing") }
      return parts
    }
  }

  func clear() {
    if isShown { console.write("\r\u{1b}[K") }
    isShown = false
  }

  /// Draws what `parts` gives for the seconds since the beginning, if it is time.
  private func draw(_ parts: (_ elapsed: Double) -> [String]) {
    let now = SystemTime.monotonicNanoseconds
    guard now >= next else { return }
    next = now + ProgressLine.interval
    console.write("\r\u{1b}[K" + parts(max(Double(now - began) / 1e9, 0.001)).joined(separator: " · "))
    isShown = true
  }
}
