import Foundation
import Glibc

/// The built command, as a user runs it.
enum Binary {
  struct Result: Sendable {
    /// Exit status, or 128 + signal if one killed it.
    var status: Int32
    var output: Data
    var errors: String

    var lines: [String] { String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init) }
  }

  /// Stands beside the test bundle.
  static let path: String = {
    let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    var folder = URL(fileURLWithPath: own).deletingLastPathComponent()
    // Some toolchains run the tests through a helper and name the bundle in the arguments.
    for argument in [own] + CommandLine.arguments where argument.hasSuffix(".xctest") {
      folder = URL(fileURLWithPath: argument).deletingLastPathComponent()
    }
    return folder.appendingPathComponent("trackfill").path
  }()

  /// The receiver for tests, beside it.
  static let collector = URL(fileURLWithPath: path).deletingLastPathComponent()
    .appendingPathComponent("trackfill-collector").path

  /// A process that was started and has not been waited for.
  struct Running {
    fileprivate var pid: pid_t
    fileprivate var outputPath: String
    fileprivate var errorsPath: String

    func signal(_ number: Int32) { kill(pid, number) }

    /// Waits for what the process is to bring about. False if it ends before, or if a minute passes.
    func brings(_ event: () throws -> Bool) rethrows -> Bool {
      let deadline = ContinuousClock.now + .seconds(60)
      while try !event() {
        guard isRunning, ContinuousClock.now < deadline else { return try event() }
        usleep(10_000)
      }
      return true
    }

    /// Waits until it has read all of a pipe and every thread of it sleeps: there is nothing to do but to wait for more.
    func waits(for pipe: Int32) -> Bool {
      var idle = 0
      return brings {
        var left: Int32 = 0
        idle = ioctl(pipe, UInt(FIONREAD), &left) == 0 && left == 0 && isAsleep ? idle + 1 : 0
        // A thread that is just being started sleeps for a moment, too.
        return idle == 5
      }
    }

    private var isRunning: Bool {
      var info = siginfo_t()
      return waitid(P_PID, id_t(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_signo == 0
    }

    private var isAsleep: Bool {
      let folder = "/proc/\(pid)/task"
      let threads = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      return threads.allSatisfy { thread in
        let text = String(
          decoding: FileManager.default.contents(atPath: folder + "/" + thread + "/stat") ?? Data(), as: UTF8.self)
        // Behind the name, which stands in parentheses.
        return text[(text.lastIndex(of: ")") ?? text.startIndex)...].hasPrefix(") S")
      }
    }

    func wait() -> Result {
      var status: Int32 = 0
      while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
      defer {
        unlink(outputPath)
        unlink(errorsPath)
      }
      let output = FileManager.default.contents(atPath: outputPath) ?? Data()
      let errors = String(decoding: FileManager.default.contents(atPath: errorsPath) ?? Data(), as: UTF8.self)
      let killed = status & 0x7F
      return Result(status: killed == 0 ? (status >> 8) & 0xFF : 128 + killed, output: output, errors: errors)
    }
  }

  static func run(
    _ arguments: [String], input: String? = nil, output: String? = nil, environment: [String: String] = [:]
  ) throws -> Result {
    try start(arguments, input: input, output: output, environment: environment).wait()
  }

  /// A shell command in which `$trackfill` is the binary and `$collector` the receiver.
  static func shell(_ command: String, _ arguments: String...) throws -> Result {
    try spawn(["/bin/sh", "-c", command, "sh"] + arguments, nil, nil, ["trackfill": path, "collector": collector])
      .wait()
  }

  /// - Parameters:
  ///   - input: a file for standard input, default none.
  ///   - output: a file for standard output, default one that `wait` reads.
  static func start(
    _ arguments: [String], input: String? = nil, output: String? = nil, environment: [String: String] = [:]
  ) throws -> Running {
    try spawn([path] + arguments, input, output, environment)
  }

  private static func spawn(
    _ arguments: [String], _ input: String?, _ output: String?, _ environment: [String: String]
  ) throws -> Running {
    let stem = NSTemporaryDirectory() + "/trackfill-test-" + Foundation.UUID().uuidString
    let outputPath = stem + ".out"
    let errorsPath = stem + ".err"
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, input ?? "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, output ?? outputPath, O_WRONLY | (output == nil ? O_CREAT : 0), 0o600)
    posix_spawn_file_actions_addopen(&actions, 2, errorsPath, O_WRONLY | O_CREAT, 0o600)
    // The tests' own signal mask and handlers are none of the command's business.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    var all = sigset_t()
    sigemptyset(&all)
    for number in [SIGINT, SIGTERM, SIGPIPE] { sigaddset(&all, number) }
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

    var variables = ProcessInfo.processInfo.environment
    for (name, value) in environment { variables[name] = value }
    var argv: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    var envp: [UnsafeMutablePointer<CChar>?] = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for pointer in argv + envp { free(pointer) } }
    var pid: pid_t = 0
    let status = posix_spawn(&pid, arguments[0], &actions, &attributes, &argv, &envp)
    guard status == 0 else { throw POSIXError(POSIXErrorCode(rawValue: status) ?? .EINVAL) }
    return Running(pid: pid, outputPath: outputPath, errorsPath: errorsPath)
  }
}

/// Where two outputs part, nil if nowhere. (The testing library would look for the shortest edit between them, which
/// takes hours for outputs of this size.)
func firstDifference<Elements: Collection>(_ one: Elements, _ other: Elements) -> Int?
where Elements.Element: Equatable {
  if one.elementsEqual(other) { return nil }
  return zip(one, other).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? min(one.count, other.count)
}
