import Foundation
import Pipeline
import Testing

@testable import Readers

/// Every field of every preset's sample, one golden file a preset: schema first, then the records.
/// `TRACKFILL_RECORD=1` writes the files anew and fails, so that a recording cannot pass for a test.
@Suite struct PresetGoldenTests {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Goldens")

  @Test(arguments: WeblogPreset.all.map(\.name)) func sample(_ name: String) throws {
    let preset = try #require(WeblogPreset.named(name))
    let reader = try WeblogPresetTests.reader(preset)
    var text = reader.schema.title + "\n"
    for field in reader.schema.fields { text += "\(field.name)\(field.isOptional ? "?" : "") \(field.type)\n" }
    let reading = try read(preset.sample, with: reader)
    for record in reading.records {
      text += "---\n"
      for field in reader.schema.fields {
        if let value = record[field.name] { text += "\(field.name): \(value)\n" }
      }
    }
    let golden = Self.folder.appendingPathComponent("weblog-\(name).txt")
    if ProcessInfo.processInfo.environment["TRACKFILL_RECORD"] != nil {
      try FileManager.default.createDirectory(at: Self.folder, withIntermediateDirectories: true)
      try Data(text.utf8).write(to: golden)
      Issue.record("recorded \(golden.lastPathComponent)")
      return
    }
    #expect(try String(contentsOf: golden, encoding: .utf8) == text)
  }
}
