import ArgumentParser
import Glibc
import Pipeline

/// Words for the person at the terminal: standard error, unless they are what a command was asked for.
struct Console: Sendable {
  enum ColorChoice: String, ExpressibleByArgument, CaseIterable, Sendable { case auto, always, never }

  let isTerminal: Bool
  let isColoured: Bool
  /// Of a line of the terminal, 80 where there is none.
  let columns: Int

  /// - Parameter descriptor: whose terminal decides.
  init(color: ColorChoice, descriptor: Int32 = STDERR_FILENO) {
    isTerminal = isatty(descriptor) == 1
    var size = winsize()
    let isKnown = ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
    columns = isKnown ? Int(size.ws_col) : 80
    isColoured =
      switch color {
      case .always: true
      case .never: false
      case .auto: isTerminal && environmentValue("NO_COLOR") == nil && environmentValue("TERM") != "dumb"
      }
  }

  func write(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
      var left = UnsafeRawBufferPointer(bytes)
      while left.count > 0 {
        let count = Glibc.write(STDERR_FILENO, left.baseAddress, left.count)
        if count < 0 && errno == EINTR { continue }
        if count <= 0 { return }
        left = UnsafeRawBufferPointer(rebasing: left[count...])
      }
    }
  }

  /// One line of text, escaped, in the form `trackfill: …`.
  func say(_ message: String) { write("trackfill: \(DisplayText.escaped(message))\n") }

  func report(_ diagnostics: [Diagnostic], sources: [String: [UInt8]] = [:]) {
    let most = 30
    write(DiagnosticRenderer(sources: sources, isColoured: isColoured).render(Array(diagnostics.prefix(most))))
    if diagnostics.count > most { write("… and \(diagnostics.count - most) more\n") }
  }
}

/// A variable that is set and not empty.
func environmentValue(_ name: String) -> String? {
  guard let value = getenv(name), value.pointee != 0 else { return nil }
  return String(cString: value)
}

func environmentVariables() -> [String: String] {
  var result: [String: String] = [:]
  var at = environ
  while let entry = at.pointee {
    let text = String(cString: entry)
    if let equals = text.firstIndex(of: "=") {
      result[String(text[..<equals])] = String(text[text.index(after: equals)...])
    }
    at += 1
  }
  return result
}

/// A closed pipe and a limit on the size of files are errors of a write, and no reason to die.
func ignoreSignalsOfWrites() {
  signal(SIGPIPE, SIG_IGN)
  signal(SIGXFSZ, SIG_IGN)
}

/// Nanoseconds of a clock that only goes forward.
func monotonicNanoseconds() -> UInt64 {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

/// Threads of a run that names none: the processors that are there, at most four.
func standardThreads() -> Int { min(max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))), 4) }

/// Milliseconds since 1970-01-01 UTC.
func currentMilliseconds() -> Int64 {
  var time = timespec()
  clock_gettime(CLOCK_REALTIME, &time)
  return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
}
