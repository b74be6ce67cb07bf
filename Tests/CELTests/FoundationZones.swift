import CEL
import Foundation

extension ZoneSource {
  /// The zones of Foundation, which reads the system's tables: an implementation that is not ours.
  static let foundation = ZoneSource { name in
    guard let zone = TimeZone(identifier: name) else { return nil }
    return { seconds in Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: TimeInterval(seconds)))) }
  }
}
