internal import Pipeline

/// Names of headers in `request` in small letters: HTTP's have no case, and the receiver looks for `user-agent`.
enum HeaderNames {
  static func lowered(_ request: ConfigNode) -> ConfigNode {
    branches(of: request) { request in
      each(of: request) { entry in
        if entry.key == "headers" {
          entry.value = branches(of: entry.value) { headers in
            each(of: headers) { $0.key = $0.key.lowercased() }
          }
        } else if entry.key.hasPrefix("headers.") {
          entry.key = entry.key.lowercased()
        }
      }
    }
  }

  /// Changes a map, or what each branch of a `case` gives.
  private static func branches(of node: ConfigNode, _ change: (ConfigNode) -> ConfigNode) -> ConfigNode {
    guard case .list(let cases, let span)? = node["case"] else { return change(node) }
    let changed = cases.map { branch in
      each(of: branch) { entry in
        if entry.key == "then" || entry.key == "else" { entry.value = branches(of: entry.value, change) }
      }
    }
    return each(of: node) { if $0.key == "case" { $0.value = .list(changed, span) } }
  }

  /// A map with its entries changed; anything else as it is.
  private static func each(of node: ConfigNode, _ change: (inout ConfigEntry) -> Void) -> ConfigNode {
    guard case .map(var entries, let span) = node else { return node }
    for index in entries.indices { change(&entries[index]) }
    return .map(entries, span)
  }
}
