internal import Pipeline

extension Resumption {
  /// The same for an input whose text is not its bytes.
  var converted: Resumption { self == .whole ? .whole : .converted }
}

/// How an input's bytes are letters, the setting `encoding` of readers whose inputs do not say it themselves.
enum TextEncoding: Sendable, Equatable {
  /// UTF-8, or UTF-16 behind its byte order mark.
  case unicode
  /// A code page. Positions in the text are then not those of the file.
  case table(CharacterTable)

  /// Bytes in UTF-8.
  func text(of bytes: any ByteSource) -> any ByteSource {
    switch self {
    case .unicode: TextSource(bytes)
    case .table(let table): CharacterSource(bytes, table)
    }
  }

  /// How an input is taken up again.
  /// - Parameter resumption: the same where positions are those of the file.
  func resumption(_ resumption: Resumption) -> Resumption { self == .unicode ? resumption : resumption.converted }

  /// Reads the setting; reports M304 for what names no such encoding.
  init(_ node: ConfigNode?, _ settings: SettingsReader) {
    self = .unicode
    guard let node else { return }
    let name = node.text ?? ""
    if ["utf-8", "utf-16"].contains(name.lowercased()) { return }
    if let table = CharacterTable(named: name) {
      self = .table(table)
    } else if node.text == nil {
      settings.report(
        "M304", "`encoding` is not a name", at: node.span, remedy: "write one such as windows-1250 or ISO-8859-2")
    } else {
      settings.report(
        "M304", "unknown encoding '\(name)', or one of several bytes a character", at: node.span,
        remedy: "write one such as windows-1250 or ISO-8859-2, or convert the file: iconv -f \(name) -t UTF-8")
    }
  }
}
