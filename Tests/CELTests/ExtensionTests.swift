import CEL
import Testing

/// Functions beyond the conformance suite's cases.
@Suite struct ExtensionTests {
  static let values: [(String, String)] = [
    // Decimals: exact, and rounded only where a number of digits is given.
    (#"decimal("19.90") * 3 - decimal("0.70")"#, "59.00"),
    (#"decimal("1.005").round(2)"#, "1.01"),
    (#"decimal("-1.005").round(2)"#, "-1.01"),
    (#"decimal("1.004").round(2)"#, "1.00"),
    (#"decimal("5").round(2)"#, "5.00"),
    (#"decimal("2.5").round(0)"#, "3"),
    (#"decimal("9.99").round(1).scale()"#, "1"),
    (#"decimal("1").round(29)"#, "error(invalid argument: 0 to 28 digits, not 29)"),
    (#"decimal("10").divide(3, 4)"#, "3.3333"),
    (#"decimal("-10").divide(3, 0)"#, "-3"),
    (#"decimal("20").divide(decimal("3"), 2)"#, "6.67"),
    (#"decimal("0.5").divide(decimal("1"), 0)"#, "1"),
    (#"decimal("1").divide(decimal("-0.03"), 3)"#, "-33.333"),
    (#"decimal("100.00").divide(decimal("7.5"), 1)"#, "13.3"),
    (#"decimal("123456789.123456789").divide(decimal("1"), 2)"#, "123456789.12"),
    (#"decimal("0.0000000000000000000000000001").divide(1000u, 2)"#, "0.00"),
    (
      #"decimal("9999999999999999999999999999").divide(decimal("0.0001"), 0)"#,
      "error(overflow: the result is out of range)"
    ),
    (#"decimal("1").divide(0, 2)"#, "error(divide by zero)"),
    (#"decimal("39614081257132168796771975167")"#, "39614081257132168796771975167"),
    (#"decimal("39614081257132168796771975167") + 1"#, "error(overflow: the result is out of range)"),
    (#"int(decimal("-7.99")) == -7 && uint(decimal("7.99")) == 7u && double(decimal("0.1")) == 0.1"#, "true"),
    (#"uint(decimal("-1"))"#, "error(overflow: the result is out of range)"),
    (#"string(decimal("1.50")) + string(decimal(0.1)) + string(decimal(7u))"#, #""1.500.17""#),
    (#"math.greatest(decimal("1.5"), 1, 1.25)"#, "1.5"),
    (#"math.abs(decimal("-2.50"))"#, "2.50"),
    ("prices.map(p, p.divide(2, 2)).sum()", "12.50"),
    // Formatted, they stay exact.
    (
      #""%.2f %.2f %.2f %.2f".format([decimal("1.005"), decimal("2.675"), decimal("-2.675"), decimal("-0.001")])"#,
      #""1.01 2.68 -2.68 0.00""#
    ),
    (#""%.2f".format([decimal("9999999999999999.99")])"#, #""9999999999999999.99""#),
    (#""%f %.0f %.3f".format([decimal("19.9"), decimal("0.5"), decimal("7")])"#, #""19.900000 1 7.000""#),
    (#""%.30f".format([decimal("0.1")])"#, #""0.100000000000000000000000000000""#),
    (
      #""%.0f %.1f %f".format([9007199254740993, 18446744073709551615u, -1])"#,
      #""9007199254740993 18446744073709551615.0 -1.000000""#
    ),
    (#""%.2f".format([2.675])"#, #""2.67""#),
    // Math.
    ("math.greatest(1, 2.5, 3u)", "3u"),
    ("math.least([])", "error(invalid argument: the list is empty)"),
    ("math.greatest(1.0, 0.0 / 0.0)", "error(invalid argument: NaN has no order)"),
    (#"math.greatest([1, "a"])"#, "error(no matching overload)"),
    ("math.sqrt(16) + math.sqrt(2.25)", "5.5"),
    ("math.bitShiftRight(-1, 60)", "15"),
    ("math.round(0.49999999999999994)", "0"),
    // Addresses.
    (#"ip(ip)"#, "203.0.113.9"),
    (#"cidr("10.0.0.0/8").containsIP("10.255.0.1") && !cidr("10.0.0.0/8").containsIP("11.0.0.1")"#, "true"),
    (#"cidr("0.0.0.0/0").containsIP(ip) && cidr("::/0").containsIP("2001:db8::1")"#, "true"),
    (#"["10.0.0.0/8", "203.0.113.0/24"].exists(c, cidr(c).containsIP(ip))"#, "true"),
    (#"string(ip("2001:0DB8:0:0:1:0:0:1"))"#, #""2001:db8::1:0:0:1""#),
    (#"string(ip("1:0:0:2:0:0:0:3"))"#, #""1:0:0:2::3""#),
    (
      #"string(ip("::")) + " " + string(ip("1::")) + " " + string(ip("0:1:0:1:0:1:0:1"))"#, #"":: 1:: 0:1:0:1:0:1:0:1""#
    ),
    (#"string(ip("64:ff9b::1.2.3.4"))"#, #""64:ff9b::102:304""#),
    (#"string(cidr("2001:db8:ffff::/33").masked())"#, #""2001:db8:8000::/33""#),
    (#"string(cidr("2001:db8::1:ffff/127").masked().ip())"#, #""2001:db8::1:fffe""#),
    (#"string(cidr("192.0.2.255/0").masked())"#, #""0.0.0.0/0""#),
    (
      #"["1.2.3", "1.2.3.4.5", "01.2.3.4", "256.1.1.1", "1.2.3.4 ", "", "::1%eth0", ":1", "1:", "1::2::3", "12345::", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "::1.2.3"].exists(x, isIP(x))"#,
      "false"
    ),
    (
      #"["1.2.3.4/33", "1.2.3.4/", "1.2.3.4/08", "1.2.3.4", "::/129", "/8", "1.2.3.4/-1"].exists(x, isCIDR(x))"#,
      "false"
    ),
    (#"{string(ip("::1")): 1}[string(ip("0::1"))]"#, "1"),
    (#"ip("::ffff:c000:201").family()"#, "4"),
    (#"type(ip) == string && type(ip(ip)) == net.IP"#, "true"),
    // Hashes: FIPS 180-4 and RFC 4231 §4.3.
    (#"hash("")"#, #""e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855""#),
    (#"hash("abc")"#, #""ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad""#),
    (
      #"hash("what do ya want for nothing?", "Jefe")"#,
      #""5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843""#
    ),
    (#"hash(ip, method) == hash(ip, "GET") && hash(ip) != hash(ip, "")"#, "true"),
    // Two variables in a macro.
    (#"{"a": 1, "b": 2}.all(k, v, k != "" && v > 0)"#, "true"),
    (#"["x", "y"].transformMap(i, v, i > 0, v + v)"#, #"{1: "yy"}"#),
    (#"["x", "y"].transformMapEntry(i, v, {v: i})"#, #"{"x": 0, "y": 1}"#),
  ]

  @Test(arguments: values) func value(_ source: String, _ expected: String) { #expect(run(source) == expected) }

  /// A key longer than a block is hashed first (RFC 4231 §4.7).
  @Test func longKey() {
    var environment = Environment()
    let key = String(repeating: "\u{AA}", count: 131)
    environment.variables["ascii"] = Variable(.string) { $0.string(String(repeating: "k", count: 131)) }
    #expect(
      run(#"hash("Test", ascii) == hash("Test", "\#(String(repeating: "k", count: 131))")"#, in: environment) == "true")
    #expect(run("hash('a', '\(key)') != hash('a')") == "true")
  }

  static let refused: [(String, String)] = [
    (#"decimal("1") / 3"#, "noOverload: '/' does not take decimal and int"),
    (#"math.greatest("a")"#, "noOverload: 'math.greatest' does not take (string)"),
    ("math.greatest()", "noOverload: 'math.greatest' does not take 0 arguments"),
    (#"isIP(cidr("10.0.0.0/8"))"#, "typeMismatch: 'isIP' needs string, but this is net.CIDR"),
    (#"cidr(agent)"#, "optionalWhereRequired: 'agent' may be absent, but 'cidr' needs a value"),
  ]

  @Test(arguments: refused) func refusal(_ source: String, _ expected: String) {
    #expect(run(source) == "issues: " + expected)
  }
}
