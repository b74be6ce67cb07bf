import Glibc
import Pipeline

/// What `convert` is going to do, checked: nothing in it can turn out to be contradictory halfway through.
struct ConvertPlan: Sendable {
  /// Where payloads go.
  enum Destination: Sendable {
    case standardOutput
    case file(String)
    /// Where the state says.
    case state

    var path: String? { if case .file(let path) = self { path } else { nil } }
  }

  /// Where the output goes there is room for what is sorted on its way, in /tmp perhaps not. `TMPDIR` knows better.
  var temporaryFolder: String? {
    guard getenv("TMPDIR") == nil, let path = output.path, FileIdentity.isReplaceable(path) else { return nil }
    return path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
  }

  let inputs: [String]
  let mapping: String
  let output: Destination
  let rejects: String?
  let summary: String?
  let threads: Int
  let memory: Int
  let limit: Int?
  let from: Int64?
  let to: Int64?
  let tolerance: RejectTolerance
  let maxRecord: Int
  let blockSize: Int
  let isQuiet: Bool

  /// - Parameter output: nil for a run with a state.
  init(
    _ typed: ConversionOptions, output path: String? = nil, rejects: String? = nil, limit: Int? = nil,
    from: TimeBound? = nil, to: TimeBound? = nil
  ) throws(Diagnostics) {
    var findings: [Diagnostic] = []
    func file(_ path: String, _ option: String) -> String {
      var status = stat()
      if path.isEmpty {
        findings.append(
          Diagnostic("U101", "\(option) needs a file name", remedy: "name a file, or leave the option out"))
      } else if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
        findings.append(Diagnostic("U102", "\(option) \(path) is a folder", remedy: "name a file in it"))
      }
      return path
    }

    inputs = typed.inputs
    if inputs.filter({ $0 == "-" }).count > 1 || (inputs.contains("-") && typed.mapping == "-") {
      findings.append(Diagnostic("U104", "standard input is named twice", remedy: "name - once"))
    }
    mapping = typed.mapping
    output = path.map { $0 == "-" ? .standardOutput : .file(file($0, "--output")) } ?? .state
    self.rejects = rejects.map { file($0, "--rejects") }
    summary = typed.summary.map { file($0, "--summary") }
    threads = typed.threads ?? min(availableProcessors(), 4)
    memory = typed.memory.bytes
    self.limit = limit
    self.from = from?.milliseconds
    self.to = to?.milliseconds
    tolerance = typed.maxRejects.tolerance
    maxRecord = typed.maxRecord.bytes
    blockSize = typed.blockSize.bytes
    isQuiet = typed.quiet

    var written: [(option: String, path: String)] = []
    for (option, path) in [("--output", output.path), ("--rejects", rejects), ("--summary", summary)] {
      // Devices and pipes are not replaced, and may well be named twice.
      guard let path, FileIdentity.isReplaceable(path) else { continue }
      if let other = written.first(where: { FileIdentity.isSame($0.path, path) }) {
        findings.append(
          Diagnostic("U105", "\(option) and \(other.option) name the same file", remedy: "name two files"))
      }
      if FileIdentity.isSame(mapping, path) {
        findings.append(Diagnostic("U106", "\(option) \(path) is the mapping", remedy: "name another file"))
      }
      written.append((option, path))
      for input in inputs where input != "-" {
        if FileIdentity.isSame(input, path) {
          findings.append(
            Diagnostic("U107", "\(option) \(path) is an input", remedy: "inputs are never written; name another file"))
        } else if FileIdentity.isInside(path, folder: input) {
          findings.append(
            Diagnostic(
              "U108", "\(option) \(path) lies in the input folder \(input)",
              remedy: "the next run would read it; name a file elsewhere"))
        }
      }
    }
    if !findings.isEmpty { throw Diagnostics(findings) }
  }

  /// Refuses what only shows once patterns are expanded.
  func check(expanded names: [String]) throws(Diagnostics) {
    for case let path? in [output.path, rejects, summary] where FileIdentity.isReplaceable(path) {
      for name in names where FileIdentity.isSame(name, path) {
        throw Diagnostics([
          Diagnostic("U107", "\(path) is an input and an output", remedy: "inputs are never written; name another file")
        ])
      }
    }
  }
}

/// Whether two names mean one file, through links and `..`.
enum FileIdentity {
  static func resolved(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(cString: real)
  }

  static func isSame(_ a: String, _ b: String) -> Bool {
    var one = stat()
    var other = stat()
    if stat(a, &one) == 0, stat(b, &other) == 0 { return one.st_dev == other.st_dev && one.st_ino == other.st_ino }
    return canonical(a) == canonical(b)
  }

  /// Whether writing there puts a regular file under the name.
  static func isReplaceable(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) != 0 || status.st_mode & S_IFMT == S_IFREG
  }

  static func isInside(_ path: String, folder: String) -> Bool {
    var status = stat()
    guard stat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR, let folder = resolved(folder) else {
      return false
    }
    return canonical(path).hasPrefix(folder == "/" ? "/" : folder + "/")
  }

  /// The absolute name of a file that need not exist.
  private static func canonical(_ path: String) -> String {
    if let real = resolved(path) { return real }
    let slash = path.lastIndex(of: "/")
    let name = slash.map { path[path.index(after: $0)...] } ?? path[...]
    let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    guard let real = resolved(folder) else { return path }
    return (real == "/" ? "" : real) + "/" + name
  }
}
