internal import CYAML

/// Where values lie in a mapping's bytes, for changing a file without touching the rest of it.
enum YAMLRanges {
  /// A step of the way from the root to a value.
  enum Step: Hashable {
    case key(String)
    case index(Int)
  }

  /// The bytes of the values at some paths; paths that lead nowhere are left out. A value written in lines ends where its
  /// last word ends, so that a comment behind it is not part of it.
  ///
  /// - Parameter bytes: a YAML text that `YAMLDocument` accepts, without byte order mark.
  static func find(_ paths: Set<[Step]>, in bytes: [UInt8]) -> [[Step]: Range<Int>] {
    var walk = Walk(paths: paths)
    let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    defer { parser.deallocate() }
    guard yaml_parser_initialize(parser) == 1 else { return [:] }
    defer { yaml_parser_delete(parser) }
    // The parser keeps a pointer to the bytes only for as long as it is asked for events.
    bytes.withUnsafeBufferPointer { bytes in
      yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
      yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
      var event = yaml_event_t()
      while yaml_parser_parse(parser, &event) == 1 {
        defer { yaml_event_delete(&event) }
        if event.type == YAML_STREAM_END_EVENT { break }
        walk.take(event)
      }
    }
    let offsets = Offsets(bytes)
    return walk.found.mapValues { characters in
      let start = offsets.byte(at: characters.lowerBound)
      var end = offsets.byte(at: characters.upperBound)
      // A block of text ends where the next thing begins.
      while end > start, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[end - 1]) { end -= 1 }
      return start..<end
    }
  }

  /// libyaml's marks count characters.
  private struct Offsets {
    private let starts: [Int]
    private let count: Int

    init(_ bytes: [UInt8]) {
      starts = bytes.indices.filter { bytes[$0] & 0xC0 != 0x80 }
      count = bytes.count
    }

    func byte(at character: Int) -> Int { character < starts.count ? starts[character] : count }
  }

  private struct Walk {
    let paths: Set<[Step]>
    var found: [[Step]: Range<Int>] = [:]
    /// Lists and maps that have begun, each with its start and the step that the next value in it has.
    private var open: [(isMap: Bool, start: Int, key: String?, index: Int)] = []
    /// Where the last word or bracket ended.
    private var end = 0

    init(paths: Set<[Step]>) { self.paths = paths }

    private var path: [Step] { open.map { $0.isMap ? .key($0.key ?? "") : .index($0.index) } }

    mutating func take(_ event: yaml_event_t) {
      let start = Int(event.start_mark.index)
      switch event.type {
      case YAML_SCALAR_EVENT:
        end = Int(event.end_mark.index)
        if let last = open.indices.last, open[last].isMap, open[last].key == nil {
          let scalar = event.data.scalar
          open[last].key = String(
            decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
        } else {
          finish(from: start)
        }
      case YAML_MAPPING_START_EVENT: open.append((true, start, nil, 0))
      case YAML_SEQUENCE_START_EVENT: open.append((false, start, nil, 0))
      case YAML_MAPPING_END_EVENT, YAML_SEQUENCE_END_EVENT:
        // Only a bracket has a length.
        if event.end_mark.index > event.start_mark.index { end = Int(event.end_mark.index) }
        if let last = open.popLast() { finish(from: last.start) }
      default: break
      }
    }

    private mutating func finish(from start: Int) {
      let path = path
      if paths.contains(path) { found[path] = start..<max(start, end) }
      guard let last = open.indices.last else { return }
      open[last].key = nil
      open[last].index += 1
    }
  }
}
