import CEL
import Testing

/// Functions on text get any bytes, also such as are not UTF-8: they may not fail, and never read outside of the text.
@Suite struct GarbageTests {
  static let expressions = [
    #"parse_url(x)"#, #"parse_url(x, "https://h/a/b").text"#, #"parse_url("/p", x).text"#, #"parse_url(x).host"#,
    #"parse_url(x).port.or(0)"#, #"parse_url(x).query.or({}).size()"#, #"parse_url(x, "//h").query.a.or("")"#,
    #"parse_query(x)"#, #"url_decode(x)"#, #"x.lower()"#, #"x.upper()"#, #"x.trim()"#, #"x.reverse()"#,
    #"x.split("")"#, #"x.split("/")"#, #"x.replace("", "-")"#, #"x.replace("%", "")"#, #"x.after("?")"#,
    #"x.before("/")"#, #"x.size()"#, #"x.contains("?q=")"#, #"x.indexOf("=")"#, #"x.lastIndexOf("=")"#,
    #"strings.quote(x)"#, #"mask_ip(x)"#, #"x.matches("a+")"#, #"x.extract("(a)|b")"#, #"x.lowerAscii()"#,
    #"x.endsWith(".css") || x.endsWith("0123456789")"#, #"x == "abcd" || x == "0123456789ab""#,
    #"x.startsWith("https://h")"#, #"x in ["a", "bc"]"#, #"x + x + "a" + x"#,
  ]
  /// These may fail, but only with an error value.
  static let fallible = [
    "int(x)", "uint(x)", "double(x)", "decimal(x)", "bool(x)", "timestamp(x)", "duration(x)", "x.charAt(1)",
    "x.substring(1)", "x.substring(0, 2)", "string(bytes(x))", "x.matches(x)", "x.indexOf(x, 2)",
  ]

  private final class Text: @unchecked Sendable { var value = Value.emptyString }

  @Test func anyBytes() throws {
    let text = Text()
    var environment = Environment()
    environment.variables["x"] = Variable(.string) { _ in text.value }
    let sure = try Self.expressions.map { try compile($0, in: environment).get() }
    let unsure = try Self.fallible.map { try compile($0, in: environment).get() }
    let activation = Activation()
    let alphabet = Array("ab/:?#&=%+.@[]0159AZ -\u{e9}\u{2003}".utf8) + [0, 0xFF, 0xC2, 0xE2, 0x80]
    var random = SystemRandomNumberGenerator()
    for _ in 0..<2_000 {
      let bytes = (0..<Int.random(in: 0..<40, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? 0 }
      // Exactly as many bytes as the text has, so that the sanitizer sees every read behind it.
      let memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
      defer { memory.deallocate() }
      _ = memory.initialize(from: bytes)
      text.value = .string(UnsafeBufferPointer(memory))
      for program in sure {
        let value = program.evaluate(activation)
        #expect(!value.isError, "\(program.expression.span) of \(bytes): \(value)")
        _ = value.hash
      }
      for program in unsure { _ = program.evaluate(activation).description }
      activation.reset()
    }
  }
}
