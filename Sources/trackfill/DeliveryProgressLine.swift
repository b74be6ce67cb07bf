import Delivery
import Pipeline

/// One line on a terminal while payloads are delivered, redrawn at most five times a second.
final class DeliveryProgressLine: @unchecked Sendable {
  private static let interval: UInt64 = 200_000_000

  private let console: Console
  private let began = monotonicNanoseconds()
  private var next: UInt64
  private var isShown = false

  /// nil where nobody would see it.
  init?(_ console: Console, isQuiet: Bool) {
    guard console.isTerminal, !isQuiet else { return nil }
    self.console = console
    next = began + DeliveryProgressLine.interval
  }

  func update(_ counts: DeliveryCounts) {
    let now = monotonicNanoseconds()
    guard now >= next else { return }
    next = now + DeliveryProgressLine.interval
    let seconds = max(Double(now - began) / 1e9, 0.001)
    var parts = [
      "\(OptionText.grouped(counts.acknowledged)) acknowledged",
      "\(OptionText.grouped(Int(Double(counts.acknowledged) / seconds))) payloads/s",
      "\(counts.inFlight) of \(counts.limit) in flight",
    ]
    if counts.dead > 0 { parts.append("\(OptionText.grouped(counts.dead)) dead") }
    if counts.retries > 0 { parts.append("\(OptionText.grouped(counts.retries)) again") }
    if counts.isHostDown { parts.append("the receiver takes nothing") }
    console.write("\r\u{1b}[K" + parts.joined(separator: " · "))
    isShown = true
  }

  func clear() {
    if isShown { console.write("\r\u{1b}[K") }
    isShown = false
  }
}
