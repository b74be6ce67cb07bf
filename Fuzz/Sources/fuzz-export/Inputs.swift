import Pipeline
import Readers

/// The settings that the first byte picks from. New ones go to the end, so that the seeds keep their meaning.
enum Inputs {
  private indirect enum Node: ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
    case text(String)
    case list([Node])
    case map([(String, Node)])

    init(stringLiteral text: String) { self = .text(text) }
    init(arrayLiteral items: Node...) { self = .list(items) }
    init(dictionaryLiteral entries: (String, Node)...) { self = .map(entries) }

    var node: ConfigNode {
      let span = SourceSpan(line: 1, column: 1)
      switch self {
      case .text(let text): return .scalar(ConfigScalar(text: text, style: .plain, span: span))
      case .list(let items): return .list(items.map(\.node), span)
      case .map(let entries):
        return .map(entries.map { ConfigEntry(key: $0.0, keySpan: span, value: $0.1.node) }, span)
      }
    }
  }

  private static let typed: Node = [
    "a": "optional string", "b": "optional int",
    "c": ["type": "decimal", "scale": "2", "group": ".", "decimal": ",", "optional": "true"],
    "d": ["type": "instant", "optional": "true"], "e": ["type": "bool", "optional": "true"],
  ]

  private static let settings: [Node] = [
    ["reader": "csv", "fields": ["a": "optional string", "b": "optional string"]],
    ["reader": "csv", "header": "false", "ragged": "fill", "fields": typed],
    ["reader": "csv", "delimiter": "auto", "ragged": "ignore", "fields": ["a": "string", "b": "optional string"]],
    [
      "reader": "csv", "header": ["k", "s", "v"], "ragged": "fill",
      "fields": ["k": "string", "s": "optional string", "v": "optional string"],
      "group": ["by": "k", "same": "s", "max_rows": "5"],
    ],
    ["reader": "csv", "escape": "backslash", "comment": "#", "header": "false", "ragged": "fill", "fields": typed],
    ["reader": "csv", "quote": "none", "header": "false", "ragged": "ignore", "fields": ["a": "optional string"]],
    [
      "reader": "csv", "encoding": "windows-1250", "header": "false", "ragged": "fill",
      "fields": ["a": "optional string", "b": "optional string"],
    ],
    [
      "reader": "jsonl",
      "fields": [
        "a": ["path": "a.b[1].c", "type": "optional string"], "b": "optional double",
        "l": ["list": "l", "fields": ["x": "optional int", "y": ["path": ".", "type": "optional string"]]],
      ],
    ],
    ["reader": "weblog", "format": "json"], ["reader": "weblog", "format": "caddy"],
    [
      "reader": "csv", "header": "false", "ragged": "ignore", "fields": ["k": "string", "v": "optional string"],
      "group": ["by": "k", "order": "any"],
    ],
  ]

  static let readers: [any Reader] = settings.map { settings in
    do throws(Diagnostics) {
      return try ReaderCatalogue.make(settings: settings.node, file: "fuzz")
    } catch {
      fatalError("\(error.all.map(\.message))")
    }
  }
}
