import Pipeline
import Readers

/// The mapping files that somebody named: files, patterns, folders (the `.yaml` and `.yml` files directly in them), `-`.
struct MappingFiles {
  private(set) var paths: [String] = []
  /// What could not be found or read.
  private(set) var missing: [Diagnostic] = []

  init(_ arguments: [String]) {
    for argument in arguments {
      do throws(Diagnostics) {
        let isFolder = FileKind(argument) == .folder
        let found = try InputList.expand([argument]).map { $0.path ?? "-" }
        let mappings = isFolder ? found.filter { MappingFiles.isMapping($0, in: argument) } : found
        if mappings.isEmpty {
          missing.append(
            Diagnostic("I103", "no mapping in the folder \(argument)", remedy: "name a folder with .yaml files in it"))
        }
        // A pattern and a name may well mean the same file.
        for path in mappings where !paths.contains(path) { paths.append(path) }
      } catch {
        missing += error.all
      }
    }
  }

  private static func isMapping(_ path: String, in folder: String) -> Bool {
    let stem = folder.hasSuffix("/") ? folder : folder + "/"
    return !path.dropFirst(stem.count).contains("/") && (path.hasSuffix(".yaml") || path.hasSuffix(".yml"))
  }
}
