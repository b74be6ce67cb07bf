internal import Pipeline

/// What the values of records say about a format beside having its form: columns take any words, and what stands before
/// or behind a line of the combined format has the form of several presets.
struct FormatEvidence {
  /// Where each field stands among those of a record.
  private let places: [String: Int]
  private let shape: WeblogPreset.Shape
  private let proof: WeblogPreset.Proof?
  private var speaking = 0
  private var silent = 0
  private var hosts = HostEvidence()

  init(_ preset: WeblogPreset, fields names: [String]) {
    places = Dictionary(names.enumerated().map { ($1, $0) }) { first, _ in first }
    shape = preset.shape
    proof = preset.proof
  }

  /// Whether the records have shown what the preset's lines need to be told from others.
  var isProven: Bool { (proof == nil || speaking > silent) && !hosts.areClients }

  mutating func take(_ record: UnsafeMutablePointer<Field>) {
    if case .text = shape, let host = text("host", record), number("port", record) == nil {
      hosts.take(host, text("ip", record))
    }
    guard let proof, let speaks = speaks(for: proof, record) else { return }
    if speaks { speaking += 1 } else { silent += 1 }
  }

  // MARK: - Against

  /// Whether the record has what the format cannot have in this place. Keys of JSON say themselves what is below them.
  func contradicts(_ record: UnsafeMutablePointer<Field>) -> Bool {
    switch shape {
    case .json: false
    case .text: isNoLine(record)
    case .columns: isNoRow(record)
    }
  }

  private func isNoLine(_ record: UnsafeMutablePointer<Field>) -> Bool {
    let ip = text("ip", record)
    if let ip, ip.contains(where: FormatEvidence.isOfNoAddress) { return true }
    // What other formats have in parentheses or brackets here: addresses that proxies noted.
    for name in ["logname", "user"] {
      if let first = text(name, record)?.first, first == UInt8(ascii: "(") || first == UInt8(ascii: "[") { return true }
    }
    if let logname = text("logname", record), FormatEvidence.isAddress(logname) { return true }
    if let host = text("host", record) {
      let isName = !host.contains { FormatEvidence.isOfNoAddress($0) || $0 == UInt8(ascii: "/") }
      guard isName, host.contains(where: { $0 &- 48 > 9 }) else { return true }
      // Address and name exchanged; a server's address with its port may well stand before a client's name.
      if let ip, number("port", record) == nil, FormatEvidence.isAddress(host), !FormatEvidence.isAddress(ip) {
        return true
      }
    }
    return false
  }

  private func isNoRow(_ record: UnsafeMutablePointer<Field>) -> Bool {
    if let ip = text("ip", record) {
      let hasMark = ip.contains { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ":") }
      guard hasMark, !ip.contains(where: FormatEvidence.isOfNoAddress) else { return true }
    }
    guard let method = text("method", record) else { return false }
    return !method.allSatisfy(FormatEvidence.isOfToken)
  }

  private static func isOfNoAddress(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "(") || byte == UInt8(ascii: ")") || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\"")
  }

  /// All of tchar (RFC 9110 §5.6.2): a method that has another byte is none.
  private static func isOfToken(_ byte: UInt8) -> Bool {
    byte &- 48 < 10 || (byte | 0x20) &- UInt8(ascii: "a") < 26 || "!#$%&'*+-.^_`|~".utf8.contains(byte)
  }

  /// Also in brackets, as servers write addresses of version 6.
  static func isAddress(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    text.first == UInt8(ascii: "[") || AddressRange.Address(text) != nil
  }

  /// Whether what proxies noted has an address in it, or says that they did not know it.
  static func hasAddress(_ list: UnsafeBufferPointer<UInt8>) -> Bool {
    list.split(separator: UInt8(ascii: ",")).contains { element in
      let element = UnsafeBufferPointer(rebasing: element)
      guard let start = element.baseAddress, let part = Forwarding.address(start, start + element.count) else {
        return false
      }
      let text = UnsafeBufferPointer(start: part.start, count: part.count)
      return AddressRange.Address(text) != nil || text.elementsEqual("unknown".utf8)
    }
  }

  // MARK: - For

  /// nil if the record says nothing.
  private func speaks(for proof: WeblogPreset.Proof, _ record: UnsafeMutablePointer<Field>) -> Bool? {
    switch proof {
    case .listening: listens(record)
    case .traffic:
      number("bytes_sent", record).flatMap { sent in
        // The shortest request is `GET / HTTP/1.0` and an empty line, most are of a few headers; answers have some, too.
        number("bytes_received", record).map { (16...16_384).contains($0) && sent > number("bytes", record) ?? 0 }
      }
    case .proxies: text("forwarded", record).map(FormatEvidence.hasAddress)
    }
  }

  /// Whether the record's number can be the seconds that someone listened: a stream has 8 to 800 kilobits in each.
  private func listens(_ record: UnsafeMutablePointer<Field>) -> Bool? {
    guard let micros = number("duration", record), micros >= 10_000_000, let bytes = number("bytes", record),
      let path = text("path", record)
    else { return nil }
    let agent = text("agent", record).map { String(decoding: $0, as: UTF8.self) } ?? ""
    let stream = String(decoding: path, as: UTF8.self).lowercased()
    guard
      FormatEvidence.players.contains(where: agent.contains) || FormatEvidence.mounts.contains(where: stream.contains)
    else { return false }
    return (1_000...100_000).contains(bytes / (micros / 1_000_000))
  }

  private static let players = [
    "VLC", "Lavf", "MPlayer", "mpv", "WMPlayer", "NSPlayer", "Winamp", "iTunes", "foobar2000", "AppleCoreMedia",
    "stagefright", "ExoPlayer", "GStreamer", "Music Player Daemon", "RadioDroid", "Sonos", "Icecast", "Liquidsoap",
  ]

  private static let mounts = [
    ".mp3", ".ogg", ".oga", ".opus", ".aac", ".m4a", ".flac", "stream", "radio", "live", "listen",
  ]

  // MARK: - Values

  private func text(_ name: String, _ record: UnsafeMutablePointer<Field>) -> UnsafeBufferPointer<UInt8>? {
    places[name].flatMap { record[$0].kind == .text ? record[$0].bytes : nil }
  }

  private func number(_ name: String, _ record: UnsafeMutablePointer<Field>) -> Int64? {
    places[name].flatMap { record[$0].kind == .int ? record[$0].integer : nil }
  }
}

/// What stands where a format has the server's name: before an address, that of the client which a proxy noted looks the same.
private struct HostEvidence {
  private var names = 0
  private var addresses = 0
  /// Addresses of the world beside one of a private network.
  private var proxied = 0
  /// Different ones where the host stands, and behind them.
  private var hosts: Set<[UInt8]> = []
  private var others: Set<[UInt8]> = []

  /// Most are addresses, and they change as clients do: more than what stands behind them.
  var areClients: Bool {
    addresses > names && hosts.count >= others.count && (hosts.count > 1 || proxied * 2 > addresses)
  }

  mutating func take(_ host: UnsafeBufferPointer<UInt8>, _ ip: UnsafeBufferPointer<UInt8>?) {
    guard let address = HostEvidence.address(host) else {
      names += 1
      return
    }
    addresses += 1
    hosts.insert(Array(host))
    guard let ip else { return }
    others.insert(Array(ip))
    if let ip = HostEvidence.address(ip), HostEvidence.isPrivate(ip), !HostEvidence.isPrivate(address) { proxied += 1 }
  }

  private static func address(_ text: UnsafeBufferPointer<UInt8>) -> AddressRange.Address? {
    guard let start = text.baseAddress else { return nil }
    let bare = AddressRange.Address.withoutBrackets(start, start + text.count)
    return AddressRange.Address(UnsafeBufferPointer(start: bare.start, count: bare.stop - bare.start))
  }

  private static func isPrivate(_ address: AddressRange.Address) -> Bool {
    AddressRange.private.contains { $0.contains(address) }
  }
}
