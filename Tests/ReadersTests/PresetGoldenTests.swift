import Foundation
import Pipeline
import Readers
import TestSupport
import Testing

/// Every field of every preset's sample, one golden file a preset: schema first, then the records.
/// `TRACKFILL_RECORD=1` writes the files anew.
@Suite struct PresetGoldenTests {
  static let folder = Repository.root.appending(path: "Tests/ReadersTests/Goldens")

  @Test(arguments: weblogFormats.map(\.name)) func sample(_ name: String) throws {
    let preset = try weblogFormat(name)
    let reader = try weblog(preset)
    var text = reader.schema.title + "\n"
    for field in reader.schema.fields { text += "\(field.name)\(field.isOptional ? "?" : "") \(field.type)\n" }
    let reading = try read(preset.sample, with: reader)
    for record in reading.records {
      text += "---\n"
      for field in reader.schema.fields {
        if let value = record[field.name] { text += "\(field.name): \(value)\n" }
      }
    }
    try Golden.check(text, against: Self.folder.appending(path: "weblog-\(name).txt"))
  }
}
