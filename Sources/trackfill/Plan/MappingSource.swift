import Glibc
import Mapping
import Pipeline
import Readers

/// A mapping file as it was read, for whatever it is loaded.
struct MappingSource {
  let path: String
  let bytes: [UInt8]

  /// Bytes. No mapping comes near it; a device that never ends does.
  private static let largest = 16 << 20

  /// For showing findings.
  var sources: [String: [UInt8]] { [path: bytes] }

  init(_ path: String, _ bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
  }

  /// - Parameter path: `-` for standard input.
  /// - Throws: I101 if it is not there, I102 if it cannot be read.
  init(_ path: String) throws(Diagnostics) {
    do throws(WholeFile.Failure) {
      self.init(path, try WholeFile.read(path == "-" ? "/dev/stdin" : path, limit: MappingSource.largest))
    } catch {
      throw Diagnostics([MappingSource.unreadable(path, error.number)])
    }
  }

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

  private static func unreadable(_ path: String, _ number: Int32) -> Diagnostic {
    number == ENOENT
      ? Diagnostic("I101", "no such mapping: \(path)", remedy: "check the path after -m")
      : Diagnostic("I102", "cannot read the mapping \(path): \(SystemError.reason(number))")
  }

  private static func readers(_ head: InputPreview?) -> ReaderFactory {
    { settings, file throws(Diagnostics) in try ReaderCatalogue.make(settings: settings, file: file, preview: head) }
  }
}
