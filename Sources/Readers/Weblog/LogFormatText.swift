internal import Pipeline

/// Recognises what a `format` setting is: a preset's name, an Apache or an nginx text, the bare text or the whole line
/// of the server's configuration.
enum LogFormatText {
  /// - Parameter escape: as the settings say; nil leaves it to the text.
  static func read(_ text: String, escape: LogFormat.Escape?) throws(FormatError) -> LogFormat {
    if let preset = WeblogPreset.named(text), case .text(let presetText) = preset.shape {
      var format = try read(presetText, escape: escape)
      format.title = preset.name
      return format
    }
    let names = WeblogPreset.all.map(\.name) + ["auto"]
    if !text.contains("%"), !text.contains("$") {
      throw FormatError(unknownName: text, Suggestion.remedy(for: text, among: names))
    }
    let directive = ConfigurationLine(text)
    let bare = directive?.format ?? text
    guard !bare.contains(where: \.isNewline) else {
      throw FormatError("a record of several lines cannot be read", 0, text.utf8.count, "write the format on one line")
    }
    if isNginx(bare) {
      return try NginxFormat.parse(bare, escape: escape ?? directive?.escape ?? .default)
    }
    var format = try ApacheFormat.parse(bare)
    if let escape { format.escape = escape }
    return format
  }

  /// Whether the text has a `$variable`.
  private static func isNginx(_ text: String) -> Bool {
    var isDollar = false
    for byte in text.utf8 {
      if isDollar, byte == UInt8(ascii: "{") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) {
        return true
      }
      isDollar = byte == UInt8(ascii: "$")
    }
    return false
  }
}

/// `LogFormat "…" name` and `log_format name escape=json '…' '…';` as they stand in a server's configuration.
struct ConfigurationLine {
  private(set) var format = ""
  private(set) var escape: LogFormat.Escape?

  /// nil if the text is no such line.
  init?(_ text: String) {
    let words = ConfigurationLine.words(text)
    let directive = words.first?.text.lowercased()
    let isApache = directive == "logformat" || directive == "customlog"
    guard let first = words.first, !first.isQuoted, isApache || directive == "log_format" else {
      // The quoted pieces of a log_format alone.
      guard words.count > 0, words.allSatisfy(\.isQuoted) else { return nil }
      format = words.map(\.text).joined()
      return
    }
    if isApache {
      guard let quoted = words.dropFirst().first(where: \.isQuoted) else { return nil }
      format = quoted.text
      return
    }
    for word in words.dropFirst(2) {
      if !word.isQuoted, word.text.hasPrefix("escape=") {
        escape = LogFormat.Escape(rawValue: String(word.text.dropFirst(7)))
      } else if word.text != ";" {
        format += word.text
      }
    }
  }

  private static func words(_ text: String) -> [(text: String, isQuoted: Bool)] {
    var words: [(text: String, isQuoted: Bool)] = []
    var rest = Substring(text)
    while true {
      rest = rest.drop { $0.isWhitespace }
      guard let first = rest.first else { return words }
      if first == "'" || first == "\"" {
        rest.removeFirst()
        var word = ""
        while let character = rest.popFirst(), character != first {
          if character == "\\", let next = rest.popFirst() {
            // The configuration's own escape of its quote; all others are the format's.
            if next != first { word.append(character) }
            word.append(next)
          } else {
            word.append(character)
          }
        }
        words.append((word, true))
      } else {
        let word = rest.prefix { !$0.isWhitespace && $0 != ";" }
        if word.isEmpty { rest.removeFirst() } else { words.append((String(word), false)) }
        rest = rest.dropFirst(word.count)
      }
    }
  }
}
