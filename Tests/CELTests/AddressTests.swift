import CEL
import Glibc
import Testing

/// Addresses against the C library's own reader and writer.
@Suite struct AddressTests {
  private final class Text: @unchecked Sendable { var value = Value.emptyString }

  /// The canonical text of an address by the C library; nil if it is none.
  private static func canonical(_ text: String) -> String? {
    var bytes = [UInt8](repeating: 0, count: 16)
    let family = text.contains(":") ? AF_INET6 : AF_INET
    guard inet_pton(family, text, &bytes) == 1 else { return nil }
    var buffer = [CChar](repeating: 0, count: 64)
    guard inet_ntop(family, bytes, &buffer, socklen_t(buffer.count)) != nil else { return nil }
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  @Test func agreesWithTheSystem() throws {
    let text = Text()
    var environment = Environment()
    environment.variables["x"] = Variable(.string) { _ in text.value }
    let test = try compile("isIP(x)", in: environment).get()
    let read = try compile("string(ip(x))", in: environment).get()
    let range = try compile("string(cidr(x + '/0').ip())", in: environment).get()
    let activation = Activation()
    var state: UInt64 = 88_172_645_463_325_252
    func next(_ count: Int) -> Int {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int(state >> 33) % count
    }
    var good = 0
    for _ in 0..<10_000 {
      var source = ""
      if next(3) == 0 {
        source = (0..<(next(8) == 0 ? 3 : 4)).map { _ in "\(next(280))" }.joined(separator: ".")
      } else {
        let groups = (0..<(next(4) == 0 ? next(10) : 8)).map { _ in
          ["0", "0", "", String(next(65_536), radix: 16), String(next(16), radix: 16), "00a"][
            next(next(3) == 0 ? 6 : 2)]
        }
        source = groups.joined(separator: ":")
        if next(6) == 0 { source = "::" + source }
        if next(6) == 0 { source += "::" }
        if next(8) == 0 { source += ":1.2.3.\(next(300))" }
      }
      activation.reset()
      text.value = activation.string(source)
      let expected = Self.canonical(source)
      // The C library writes mapped and compatible addresses with dots.
      if let expected, expected.contains(":"), expected.contains(".") { continue }
      if let expected {
        good += 1
        #expect(test.evaluate(activation).isTrue, "\(source)")
        #expect(read.evaluate(activation).text == expected, "\(source)")
        #expect(range.evaluate(activation).text == expected, "\(source)")
      } else {
        #expect(test.evaluate(activation).isFalse, "\(source)")
        #expect(read.evaluate(activation).isError && range.evaluate(activation).isError, "\(source)")
      }
    }
    #expect(good > 1_200)
  }
}
