import Delivery
import Glibc
import Pipeline
import Readers

/// Opening files of payloads as queues.
enum PayloadInputs {
  /// - Parameter isRemembered: whether progress is kept under the queues' names.
  static func open(_ arguments: [String], isRemembered: Bool) throws -> [any PayloadQueue] {
    let inputs = try InputList.expand(arguments)
    return try inputs.map { input in
      guard let path = input.path else {
        return PayloadStreamQueue(StandardInputSource(), name: "-", source: "standard input") {
          var wanted = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
          return poll(&wanted, 1, 0) != 0
        }
      }
      let head = try head(of: path)
      let name = isRemembered ? "payloads \(FileIdentity.resolved(path) ?? path) \(fingerprint(head))" : path
      guard !InflatingSource.recognises(head) else {
        return PayloadStreamQueue(InflatingSource(try FileSource(path: path)), name: name, source: path)
      }
      return FileKind(path) == .regular
        ? try PayloadFileQueue(path: path, name: name)
        : PayloadStreamQueue(try FileSource(path: path), name: name, source: path)
    }
  }

  /// The first bytes of a file; of a pipe none, since they could not be read again.
  private static func head(of path: String) throws -> [UInt8] {
    guard FileKind(path) == .regular else { return [] }
    let file = try FileSource(path: path)
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = try bytes.withUnsafeMutableBytes { try file.read(into: $0) }
    return Array(bytes[..<count])
  }

  /// A file that grows stays itself; one that was replaced does not. Its first line tells.
  private static func fingerprint(_ head: [UInt8]) -> String {
    let line = Array(head.prefix { $0 != UInt8(ascii: "\n") })
    return String((Fingerprint.sha256(line) ?? "").prefix(16))
  }
}
