internal import CEL
internal import Pipeline

/// Well-known sites that send visitors: Mappings/lists/referers.txt, by host.
final class Referers: @unchecked Sendable {
  struct Site: Sendable {
    let kind: Value
    let name: Value
    /// Names of the query's parameters that hold the searched words.
    let parameters: [[UInt8]]
  }

  /// Lives as long as the process, and values that point into it with it.
  static let standard = Referers(EmbeddedLists.referers)

  private var sites: [Site] = []
  private var rows: [(host: UnsafeBufferPointer<UInt8>, site: Int)] = []
  private var index: ByteIndex
  private var owned: [UnsafeMutablePointer<UInt8>] = []

  init(_ text: String) {
    let lines = ListText.lines(text)
    index = ByteIndex(capacity: lines.count * 8)
    for line in lines {
      let columns = line.replacing("\t", with: "  ").split(separator: "  ").map(\.trimmingBlanks).filter { !$0.isEmpty }
      guard columns.count >= 3 else { continue }
      func list(_ column: Int) -> [[UInt8]] {
        column < columns.count ? columns[column].split(separator: ",").map { Array($0.trimmingBlanks.utf8) } : []
      }
      for host in list(2) {
        rows.append((copy(host), sites.count))
        _ = index.insert(rows.count - 1) { rows[$0].host }
      }
      let (kind, name) = (copy(Array(columns[0].utf8)), copy(Array(columns[1].utf8)))
      sites.append(Site(kind: .string(kind), name: .string(name), parameters: list(3)))
    }
  }

  deinit { for memory in owned { memory.deallocate() } }

  private func copy(_ bytes: [UInt8]) -> UnsafeBufferPointer<UInt8> {
    let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: max(1, bytes.count))
    memory.initialize(from: bytes, count: bytes.count)
    owned.append(memory)
    return UnsafeBufferPointer(start: memory, count: bytes.count)
  }

  /// The site of a host, the longest name first: of `mail.google.co.uk` also `google.co.uk` and, under any top-level
  /// domain, `google.*`.
  ///
  /// - Parameter host: lower-case.
  func site(of host: UnsafeBufferPointer<UInt8>) -> Site? {
    guard host.count <= 255 else { return nil }
    var from = 0
    while from < host.count {
      let name = UnsafeBufferPointer(rebasing: host[from...])
      if let row = find(name) { return sites[rows[row].site] }
      let dot = name.firstIndex(of: UInt8(ascii: ".")) ?? name.count
      if dot < name.count, Self.isTopLevel(name[(dot + 1)...]), let row = wildcard(name, dot) {
        return sites[rows[row].site]
      }
      from += dot + 1
    }
    return nil
  }

  private func find(_ name: UnsafeBufferPointer<UInt8>) -> Int? { index.find(name) { rows[$0].host } }

  /// Looks for the first label with `.*` behind it.
  private func wildcard(_ name: UnsafeBufferPointer<UInt8>, _ dot: Int) -> Int? {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: dot + 2) { copy in
      for at in 0..<dot { copy[at] = name[at] }
      copy[dot] = UInt8(ascii: ".")
      copy[dot + 1] = UInt8(ascii: "*")
      return find(UnsafeBufferPointer(copy))
    }
  }

  /// `com`, or two short labels as in `co.uk`.
  private static func isTopLevel(_ rest: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
    let labels = rest.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    return labels.count == 1 || labels.count == 2 && labels[0].count <= 3 && labels[1].count == 2
  }
}
