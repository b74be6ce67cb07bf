import Glibc
import Mapping
import Pipeline
import Readers
import Sessions
import Writers

/// The mapping files that somebody named: files, patterns, folders (the `.yaml` and `.yml` files directly in them), `-`.
struct MappingFiles {
  private(set) var paths: [String] = []
  /// What could not be found or read.
  private(set) var missing: [Diagnostic] = []

  init(_ arguments: [String]) {
    for argument in arguments {
      do throws(Diagnostics) {
        let isFolder = MappingFiles.isFolder(argument)
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

  private static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  private static func isMapping(_ path: String, in folder: String) -> Bool {
    let stem = folder.hasSuffix("/") ? folder : folder + "/"
    return !path.dropFirst(stem.count).contains("/") && (path.hasSuffix(".yaml") || path.hasSuffix(".yml"))
  }
}

/// A mapping file as `check` and `test` see it: loaded as every command loads it, but nothing leaves the machine, so that
/// a variable which is not set is a warning.
struct CheckedMapping {
  let path: String
  let bytes: [UInt8]
  /// Nil if something is wrong with it.
  let plan: MappingPlan?
  let findings: [Diagnostic]

  var hasErrors: Bool { findings.contains { $0.severity == .error } }
  /// For showing findings.
  var sources: [String: [UInt8]] { [path: bytes] }

  /// Throws I101 or I102.
  init(_ path: String) throws(Diagnostics) {
    self.init(path, try ConfigFile.read(path))
  }

  init(_ path: String, _ bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
    do throws(Diagnostics) {
      let plan = try MappingPlan.load(
        bytes, file: path,
        readers: { settings, file throws(Diagnostics) in try ReaderCatalogue.make(settings: settings, file: file) },
        environment: ProcessEnvironment.all, purpose: .check)
      self.plan = plan
      findings = plan.warnings
    } catch {
      plan = nil
      findings = error.all
    }
  }

  /// The mapping's tests, through the sessions of every run.
  func tester(_ plan: MappingPlan) -> MappingTester {
    MappingTester(plan) { settings, inputs, writer, recycle in
      SessionStage(settings: settings, inputs: inputs, writer: writer, recycle: recycle)
    }
  }
}

/// How `check` and `test` write what they found.
enum ReportFormat: String, CaseIterable, Sendable { case text, json }
