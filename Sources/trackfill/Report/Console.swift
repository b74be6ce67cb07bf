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
      case .auto:
        isTerminal && ProcessEnvironment.value("NO_COLOR") == nil && ProcessEnvironment.value("TERM") != "dumb"
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
