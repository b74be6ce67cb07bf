import Glibc
import Pipeline
import State

/// What a run with a state is going to do, checked.
struct ContinuationPlan: Sendable {
  enum Destination: Sendable {
    /// A folder that gets a file for each commit.
    case segments(String)
    /// The outbox in the state.
    case outbox
  }

  let folder: String
  let destination: Destination
  let isFollowUp: Bool
  let finishes: Bool
  /// Milliseconds.
  let closeIdle: Int64?
  let patience: LockPatience
  let skipsIfLocked: Bool
  let again: Bool
  let acceptsMappingChange: Bool
  /// Bytes of input; nil for the usual.
  let commitEvery: Int?

  /// Where the state grows there is room for what is sorted, in /tmp perhaps not. `TMPDIR` knows better.
  var temporaryFolder: String? { getenv("TMPDIR") == nil ? folder : nil }

  /// Whether what is open at the end stays open.
  var leavesOpen: Bool { isFollowUp && !finishes }

  init(
    _ typed: StateOptions, folder: String, destination: Destination, _ plan: ConvertPlan
  ) throws(Diagnostics) {
    self.folder = folder
    self.destination = destination
    isFollowUp = typed.followUp
    finishes = typed.finish
    closeIdle = typed.closeIdle?.milliseconds
    patience = typed.lockPatience
    skipsIfLocked = typed.ifLocked == .skip
    again = typed.again
    acceptsMappingChange = typed.acceptMappingChange
    commitEvery = typed.commitEvery?.bytes

    var findings: [Diagnostic] = []
    for input in plan.inputs where ContinuationPlan.isReadOnce(input) {
      findings.append(
        Diagnostic(
          "U110", "\(input == "-" ? "standard input" : input) cannot be continued",
          remedy: "name files; leave --state out for a pipe"))
    }
    if plan.mapping == "-" {
      findings.append(
        Diagnostic("U110", "a mapping on standard input cannot be read again", remedy: "name its file"))
    }
    var folders = [("--state", folder)]
    if case .segments(let path) = destination { folders.append(("--output", path)) }
    for (option, path) in folders {
      if path.isEmpty {
        findings.append(Diagnostic("U101", "\(option) needs a folder's name", remedy: "name a folder"))
      } else if ![.missing, .folder].contains(FileKind(path)) {
        findings.append(Diagnostic("U111", "\(option) \(path) is not a folder", remedy: "name a folder"))
      } else if let input = plan.inputs.first(where: { FileIdentity.isInside(path, folder: $0) }) {
        findings.append(
          Diagnostic(
            "U108", "\(option) \(path) lies in the input folder \(input)",
            remedy: "the next run would read it; name a folder elsewhere"))
      }
    }
    if !findings.isEmpty { throw Diagnostics(findings) }
  }

  /// Whether what an input has goes by once, as in a pipe; patterns and folders find none such.
  private static func isReadOnce(_ input: String) -> Bool { input == "-" || FileKind(input) == .other }
}
