import Pipeline
import Writers

/// Files that a command is asked to write, and what must not be overwritten.
enum OutputFiles {
  /// What means standard output in the place of a file's name.
  static let standardOutput = "-"

  /// Writes a text whole or not at all. Throws O201, O202, or O203 if nobody reads standard output any more.
  static func write(_ text: String, to path: String) throws {
    if path == standardOutput { try StandardOutput.write(text) } else { try AtomicTextFile.write(path, text) }
  }

  /// U101, U102, U104 to U108: names that cannot be written, mean something that is read, or name one thing twice.
  static func findings(
    _ outputs: [(option: String, path: String?)], mappings: [String], inputs: [String]
  ) -> [Diagnostic] {
    var findings: [Diagnostic] = []
    for case (let option, let path?) in outputs where path != standardOutput {
      if path.isEmpty {
        findings.append(
          Diagnostic("U101", "\(option) needs a file name", remedy: "name a file, or leave the option out"))
      } else if FileKind(path) == .folder {
        findings.append(Diagnostic("U102", "\(option) \(path) is a folder", remedy: "name a file in it"))
      }
    }
    if (inputs + mappings).count(where: { $0 == "-" }) > 1 {
      findings.append(Diagnostic("U104", "standard input is named twice", remedy: "name - once"))
    }
    var written: [(option: String, path: String)] = []
    var onStandardOutput: String?
    for (option, path) in outputs {
      if path == standardOutput {
        if let other = onStandardOutput {
          findings.append(
            Diagnostic(
              "U105", "\(option) and \(other) both go to standard output", remedy: "name a file for one of them"))
        }
        onStandardOutput = option
        continue
      }
      // Devices and pipes are not replaced, and may well be named twice.
      guard let path, FileIdentity.isReplaceable(path) else { continue }
      if let other = written.first(where: { FileIdentity.isSame($0.path, path) }) {
        findings.append(
          Diagnostic("U105", "\(option) and \(other.option) name the same file", remedy: "name two files"))
      }
      if mappings.contains(where: { FileIdentity.isSame($0, path) }) {
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
    return findings
  }

  /// U107 for what only shows once patterns are expanded.
  static func check(_ outputs: [String?], expanded names: [String]) throws(Diagnostics) {
    for case let path? in outputs where path != standardOutput && FileIdentity.isReplaceable(path) {
      for name in names where FileIdentity.isSame(name, path) {
        throw Diagnostics([
          Diagnostic("U107", "\(path) is an input and an output", remedy: "inputs are never written; name another file")
        ])
      }
    }
  }
}
