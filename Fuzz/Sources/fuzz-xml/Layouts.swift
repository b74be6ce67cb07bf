import Pipeline
import Readers

/// The layouts that the first byte picks from. New ones go to the end, so that the seeds keep their meaning.
enum Layouts {
  indirect enum Setting: ExpressibleByStringLiteral, ExpressibleByDictionaryLiteral {
    case text(String)
    case map([(String, Setting)])

    init(stringLiteral value: String) { self = .text(value) }
    init(dictionaryLiteral elements: (String, Setting)...) { self = .map(elements) }

    var node: ConfigNode {
      let span = SourceSpan(line: 1, column: 1)
      switch self {
      case .text(let text): return .scalar(ConfigScalar(text: text, style: .plain, span: span))
      case .map(let entries):
        return .map(entries.map { ConfigEntry(key: $0.0, keySpan: span, value: $0.1.node) }, span)
      }
    }
  }

  private static let settings: [Setting] = [
    [
      "reader": "xml", "record": "/a/r", "header": ["h": ["path": "/a/@h", "optional": "true"]],
      "fields": [
        "id": ["path": "@id", "optional": "true"], "n": ["path": "n", "type": "optional int"],
        "own": ["path": "text()", "optional": "true"],
        "i": [
          "list": "i", "max": "3",
          "fields": ["k": ["path": "@k", "optional": "true"], "v": ["path": ".", "optional": "true"]],
        ],
      ],
    ],
    [
      "reader": "xml", "record": "//r", "doctype": "ignore", "header": ["h": ["path": "//h", "optional": "true"]],
      "fields": [
        "all": ["path": ".", "optional": "true"], "deep": ["path": ".//d", "optional": "true"],
        "own": ["path": ".//*/text()", "optional": "true"],
        "i": ["list": ".//i", "fields": ["k": ["path": ".//k", "optional": "true"]]],
      ],
    ],
    [
      "reader": "xml", "record": "/e:a/e:r[@t=\"x\"]", "doctype": "ignore", "namespaces": ["e": "u", "f": "v"],
      "fields": [
        "any": ["path": "*/e:n", "optional": "true"], "at": ["path": "@f:k", "optional": "true"],
        "p": ["path": "e:m[@t=\"y\"]/@z", "optional": "true"], "lang": ["path": "@xml:lang", "optional": "true"],
      ],
    ],
  ]

  static let readers: [any Reader] = settings.map { setting in
    do throws(Diagnostics) {
      return try ReaderCatalogue.make(settings: setting.node, file: "fuzz")
    } catch {
      fatalError("\(error.all.map(\.message))")
    }
  }
}
