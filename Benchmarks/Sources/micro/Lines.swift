import Pipeline
import Readers

/// A combined log in memory: the head of a file, or made up, always the same.
struct Lines {
  let bytes: [UInt8]
  let count: Int

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    count = bytes.count { $0 == 0x0A }
  }

  /// The first 8 MiB of a file, cut to whole lines.
  static func head(of path: String) throws -> Lines {
    let source = try FileSource(path: path)
    var bytes = [UInt8](repeating: 0, count: 8 << 20)
    var filled = 0
    while filled < bytes.count {
      let count = try bytes.withUnsafeMutableBytes {
        try source.read(into: UnsafeMutableRawBufferPointer(rebasing: $0[filled...]))
      }
      if count == 0 { break }
      filled += count
    }
    let end = bytes[..<filled].lastIndex(of: 0x0A).map { $0 + 1 } ?? filled
    return Lines(Array(bytes[..<end]))
  }

  /// About what `corpus.py` writes, without visits: 20,000 lines.
  static func synthetic() -> Lines {
    var random = Random(state: 20_260_910)
    let agents = (0..<200).map { number in
      number % 9 == 0
        ? "Mozilla/5.0 (compatible; Crawler\(number)/2.1; +http://crawler.example/bot.html)"
        : "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/\(100 + number).0.0.0 Safari/537.36"
    }
    var text = ""
    for number in 0..<20_000 {
      let second = number / 9
      func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
      let ip = "203.0.\(random.below(100)).\(random.below(250))"
      let clock = "\(two(8 + second / 3600)):\(two(second / 60 % 60)):\(two(second % 60))"
      let target =
        switch random.below(10) {
        case 0: "/search?q=desk+lamp%20\(random.below(90))&page=\(random.below(9))"
        case 1: "/product/thing-\(random.below(5000))?utm_source=newsletter&utm_campaign=c\(random.below(40))"
        case 2...4: "/product/thing-\(random.below(5000))"
        default: "/images/p/\(random.below(4000))/photo_640x640.webp"
        }
      text += #"\#(ip) - - [10/Sep/2026:\#(clock) +0200] "GET \#(target) HTTP/2.0" 200 \#(random.below(90_000)) "#
      text += #""https://shop.example.com/product/thing-\#(random.below(5000))" "\#(agents[random.below(200)])"\#n"#
    }
    return Lines(Array(text.utf8))
  }
}

/// SplitMix64: small, and the same everywhere.
struct Random {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}
