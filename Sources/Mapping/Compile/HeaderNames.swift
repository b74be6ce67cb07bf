internal import Pipeline

/// Names of headers in `request` in small letters: HTTP's have no case, and the receiver looks for `user-agent`.
enum HeaderNames {
  static func lowered(_ request: ConfigNode) -> ConfigNode {
    each(of: request) { entry in
      if entry.key == "headers" {
        entry.value = names(entry.value)
      } else if entry.key.hasPrefix("headers.") {
        entry.key = entry.key.lowercased()
      }
    }
  }

  private static func names(_ headers: ConfigNode) -> ConfigNode {
    guard headers["case"] == nil else {
      return each(of: headers) { entry in
        guard case .list(let branches, let span) = entry.value else { return }
        entry.value = .list(branches.map(branch), span)
      }
    }
    return each(of: headers) { $0.key = $0.key.lowercased() }
  }

  private static func branch(_ branch: ConfigNode) -> ConfigNode {
    each(of: branch) { entry in
      if entry.key == "then" || entry.key == "else" { entry.value = names(entry.value) }
    }
  }

  /// A map with its entries changed; anything else as it is.
  private static func each(of node: ConfigNode, _ change: (inout ConfigEntry) -> Void) -> ConfigNode {
    guard case .map(var entries, let span) = node else { return node }
    for index in entries.indices { change(&entries[index]) }
    return .map(entries, span)
  }
}
