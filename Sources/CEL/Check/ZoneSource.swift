import Synchronization

/// Where an environment finds the named time zones (`Europe/Warsaw`) of an expression.
///
/// The language needs no table of its own: the host reads one, for example the system's tzdata. Answers are kept, so a
/// name is asked for once, or again when more than 256 different names have been seen.
public struct ZoneSource: Sendable {
  /// Seconds east of UTC at a time in seconds since 1970 (UTC).
  public typealias Offset = @Sendable (_ seconds: Int64) -> Int64

  private let find: @Sendable (String) -> Offset?
  private let cache = Cache()

  /// - Parameter find: gives the rules of a zone, or nil for a name that is none. It may be called from any thread, and
  ///   with any text that a record holds.
  public init(_ find: @escaping @Sendable (_ name: String) -> Offset?) { self.find = find }

  /// No named zones: only `UTC` and offsets such as `+02:00`.
  public static let none = ZoneSource { _ in nil }

  private final class Cache: Sendable {
    let known = Mutex<[String: LocalZone?]>([:])
  }

  /// `UTC`, an offset such as `+02:00`, or a name; nil for anything else.
  func zone(_ name: UnsafeBufferPointer<UInt8>) -> LocalZone? {
    if let offset = LocalZone.offset(name) { return .fixed(offset) }
    guard name.count < 64 else { return nil }
    let text = String(decoding: name, as: UTF8.self)
    return cache.known.withLock { known in
      if let zone = known[text] { return zone }
      if known.count >= 256 { known.removeAll() }
      let zone = find(text).map { LocalZone.rules($0) }
      known[text] = .some(zone)
      return zone
    }
  }
}

/// What a clock on the wall shows.
enum LocalZone: Sendable {
  case fixed(Int64)
  case rules(ZoneSource.Offset)

  /// Seconds east of UTC.
  func offset(at seconds: Int64) -> Int64 {
    switch self {
    case .fixed(let offset): offset
    case .rules(let offset): offset(seconds)
    }
  }

  /// What a local time means that came twice, or never.
  enum Ambiguity: String, CaseIterable { case earlier, later, reject }

  /// The time at which a clock shows `local` (seconds since 1970, as if it were UTC). A time that was skipped is moved
  /// forward by the gap. Nil only under `reject`.
  func utc(local: Int64, _ ambiguity: Ambiguity) -> Int64? {
    guard case .rules(let offset) = self else { return local - self.offset(at: local) }
    // No zone changes its offset twice within two days.
    let (a, b) = (local - offset(local - 86_400), local - offset(local + 86_400))
    let (early, late) = (min(a, b), max(a, b))
    switch (early + offset(early) == local, late + offset(late) == local) {
    case (true, true):
      return early == late || ambiguity == .earlier ? early : ambiguity == .later ? late : nil
    case (true, false): return early
    case (false, true): return late
    case (false, false): return ambiguity == .reject ? nil : late
    }
  }

  /// `UTC`, `Z`, or an offset such as `+02:00`, `-3:30` or `02:00`, in seconds.
  static func offset(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
    if text.elementsEqual("UTC".utf8) || text.elementsEqual("Z".utf8) { return 0 }
    var rest = text[...]
    let isWest = rest.first == UInt8(ascii: "-")
    if isWest || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
    guard let colon = rest.firstIndex(of: UInt8(ascii: ":")) else { return nil }
    let (hours, minutes) = (rest[..<colon], rest[(colon + 1)...])
    guard 1...2 ~= hours.count, 1...2 ~= minutes.count, hours.allSatisfy(\.isDigit),
      minutes.allSatisfy(\.isDigit)
    else { return nil }
    func number(_ digits: Slice<UnsafeBufferPointer<UInt8>>) -> Int64 { digits.reduce(0) { $0 * 10 + Int64($1 & 15) } }
    guard number(hours) < 24, number(minutes) < 60 else { return nil }
    return (number(hours) * 3600 + number(minutes) * 60) * (isWest ? -1 : 1)
  }
}
