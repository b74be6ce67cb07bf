internal import Glibc
public import Pipeline

/// One input of a run: a file, or standard input.
public struct InputPath: Sendable, Equatable {
  /// As messages name it.
  public let name: String
  /// nil for standard input.
  public let path: String?
  /// As sentences name it.
  public var title: String { path == nil ? "standard input" : name }

  public init(name: String, path: String?) {
    self.name = name
    self.path = path
  }

  public static let standardInput = InputPath(name: "-", path: nil)
}

/// Turns what stands on the command line into inputs: files, folders with everything below them, patterns,
/// and `-`. Hidden entries of folders are passed over; the order is that of the names' bytes.
public enum InputList {
  /// - Throws: I101 no such file, I102 not readable, I103 nothing found, I104 the same file twice; all of them at once.
  public static func expand(_ arguments: [String]) throws(Diagnostics) -> [InputPath] {
    var list = Expansion()
    for (position, argument) in arguments.enumerated() { list.add(argument, position) }
    guard list.findings.isEmpty else { throw Diagnostics(list.findings) }
    return list.inputs
  }

  /// The inputs that there are, whatever is wrong with the others: none of them must be overwritten either.
  public static func found(_ arguments: [String]) -> [InputPath] {
    arguments.flatMap { argument in (try? expand([argument])) ?? [] }
  }
}

private struct Expansion {
  struct Identity: Hashable {
    var device: UInt64
    var number: UInt64
  }

  var inputs: [InputPath] = []
  var findings: [Diagnostic] = []
  /// By file: the position of the argument and the name that brought it.
  private var seen: [Identity: (position: Int, name: String)] = [:]
  private var folders: Set<Identity> = []
  private var hasStandardInput = false

  mutating func add(_ argument: String, _ position: Int) {
    if argument == "-" {
      if hasStandardInput {
        findings.append(Diagnostic("I104", "standard input is given twice", remedy: "write `-` once"))
      } else {
        inputs.append(.standardInput)
      }
      hasStandardInput = true
      return
    }
    let before = inputs.count + findings.count
    if Expansion.status(argument) != nil {
      add(path: argument, argument, position)
      if inputs.count + findings.count == before {
        findings.append(
          Diagnostic("I103", "no file in the folder \(argument)", remedy: "name a folder with files in it"))
      }
    } else if InputPattern.isPattern(argument) {
      let pattern = InputPattern(argument)
      for path in pattern.paths { add(path: path, argument, position) }
      for folder in pattern.closed {
        findings.append(
          Expansion.isRepaired(folder.path) && folder.reason == ENOENT
            ? Expansion.noText(folder.path) : SystemError.diagnostic(folder.reason, folder.path))
      }
      if inputs.count + findings.count == before {
        findings.append(Diagnostic("I103", "no file matches \(argument)", remedy: "check the pattern"))
      }
    } else {
      findings.append(SystemError.diagnostic(errno, argument))
    }
  }

  private mutating func add(path: String, _ argument: String, _ position: Int) {
    guard let status = Expansion.status(path) else {
      let number = errno
      if path != argument, number == ENOENT || number == ELOOP {
        if Expansion.isRepaired(path) { findings.append(Expansion.noText(path)) }
        // A link in a folder whose target is gone is no input; what the user named must be there.
        return
      }
      findings.append(SystemError.diagnostic(number, path))
      return
    }
    let identity = Identity(device: UInt64(status.st_dev), number: UInt64(status.st_ino))
    let isWalked = path != argument
    switch status.st_mode & S_IFMT {
    case S_IFDIR:
      // A link may lead back up.
      guard folders.insert(identity).inserted else { return }
      add(folder: path, argument, position)
      folders.remove(identity)
    case S_IFREG, S_IFIFO, S_IFCHR:
      if isWalked, status.st_mode & S_IFMT != S_IFREG { return }
      add(file: path, identity, position)
    default:
      if !isWalked {
        findings.append(Diagnostic("I102", "cannot read \(path): it is not a file", remedy: "name a file or a folder"))
      }
    }
  }

  private mutating func add(file path: String, _ identity: Identity, _ position: Int) {
    if let before = seen[identity] {
      // Links beside their targets are common in folders of logs; the same file by two arguments is a mistake.
      if before.position == position { return }
      findings.append(
        Diagnostic("I104", "\(path) is the same file as \(before.name)", remedy: "name each file once"))
      return
    }
    guard access(path, R_OK) == 0 else {
      findings.append(SystemError.diagnostic(errno, path))
      return
    }
    seen[identity] = (position, path)
    inputs.append(InputPath(name: path, path: path))
  }

  private mutating func add(folder path: String, _ argument: String, _ position: Int) {
    guard let names = Folder.names(in: path) else {
      findings.append(SystemError.diagnostic(errno, path))
      return
    }
    let stem = path.hasSuffix("/") ? path : path + "/"
    for name in names.sorted(by: InputPattern.precedes) where !name.hasPrefix(".") {
      add(path: stem + name, argument, position)
    }
  }

  /// Whether bytes that are no text were replaced when the name was read; then nothing has the name that this made.
  private static func isRepaired(_ path: String) -> Bool { path.unicodeScalars.contains("\u{fffd}") }

  private static func noText(_ path: String) -> Diagnostic {
    Diagnostic(
      "I102", "cannot read \(path): its name is not UTF-8",
      remedy: "rename it, or give names and patterns that leave it out; a \u{fffd} stands for what is not a character")
  }

  private static func status(_ path: String) -> stat? {
    var status = stat()
    return stat(path, &status) == 0 ? status : nil
  }
}
