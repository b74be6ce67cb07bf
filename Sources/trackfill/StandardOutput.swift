import Glibc

/// What a command was asked for, on standard output. A reader that goes away is no error.
enum StandardOutput {
  static func write(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
      var left = UnsafeRawBufferPointer(bytes)
      while left.count > 0 {
        let count = Glibc.write(STDOUT_FILENO, left.baseAddress, left.count)
        if count < 0 && errno == EINTR { continue }
        if count <= 0 { return }
        left = UnsafeRawBufferPointer(rebasing: left[count...])
      }
    }
  }
}
