import Mapping
import Pipeline
import Readers

/// A mapping file as it was read, for whatever it is loaded.
struct MappingSource {
  let path: String
  let bytes: [UInt8]

  /// For showing findings.
  var sources: [String: [UInt8]] { [path: bytes] }

  init(_ path: String, _ bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
  }

  /// - Throws: I101 or I102.
  init(_ path: String) throws(Diagnostics) { self.init(path, try ConfigFile.read(path)) }

  /// - Parameters:
  ///   - head: what a reader may choose its settings by; nil where there is no input.
  ///   - fields: fields of the reader that are to be there besides those that the mapping names.
  func load(
    _ head: InputPreview? = nil, for purpose: MappingPurpose, fields: [String] = []
  ) throws(Diagnostics) -> MappingPlan {
    try MappingPlan.load(
      bytes, file: path, readers: MappingSource.readers(head), environment: ProcessEnvironment.all, purpose: purpose,
      fields: fields)
  }

  /// The reader alone, of a mapping that need not be right otherwise; nil if its `input` is not.
  func reader(_ head: InputPreview) -> (any Reader)? {
    MappingPlan.reader(bytes, file: path, readers: MappingSource.readers(head))
  }

  private static func readers(_ head: InputPreview?) -> ReaderFactory {
    { settings, file throws(Diagnostics) in try ReaderCatalogue.make(settings: settings, file: file, preview: head) }
  }
}
