internal import Pipeline

extension WeblogReader {
  /// Every preset.
  static func formats() -> [ReaderFormat] {
    WeblogPreset.all.map { preset in
      var settings = WeblogSettings()
      settings.zone = .utc
      var text: String?
      var needs: [String] = []
      switch preset.shape {
      case .text(let format): text = format
      case .json: break
      case .columns(let layout): if layout.needsZone { needs.append("zone") }
      }
      let fields = (try? preset.reader(settings))?.schema.fields ?? []
      return ReaderFormat(
        name: preset.name, summary: preset.summary, source: preset.source, sample: preset.sample, text: text,
        needs: needs, fields: fields)
    }
  }
}
