public import Foundation

/// A folder that goes away with the test.
public final class Workspace {
  public let folder: String

  /// - Parameter files: texts by name.
  public init(_ files: [String: String] = [:]) throws {
    folder = NSTemporaryDirectory() + "/trackfill-test-" + Foundation.UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for (name, text) in files { try write(name, text) }
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  public func path(_ name: String) -> String { folder + "/" + name }

  /// Writes a file, and the folders in which it stands; gives its path.
  @discardableResult
  public func write(_ name: String, _ bytes: some Sequence<UInt8>) throws -> String {
    let file = URL(fileURLWithPath: path(name))
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
    return path(name)
  }

  @discardableResult
  public func write(_ name: String, _ text: String) throws -> String { try write(name, text.utf8) }

  public func read(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path(name))) }
  public func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }

  /// A file's text; nil if there is none.
  public func text(_ name: String) -> String? {
    FileManager.default.contents(atPath: path(name)).map { String(decoding: $0, as: UTF8.self) }
  }

  /// A file's lines; none if there is no file.
  public func lines(_ name: String) -> [String] { (text(name) ?? "").split(separator: "\n").map(String.init) }

  /// Names of everything in it, hidden files included.
  public func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder).sorted() }

  /// A file's JSON object.
  public func json(_ name: String) throws -> [String: Any] {
    try JSONSerialization.jsonObject(with: read(name)) as? [String: Any] ?? [:]
  }
}
