// The network extension: IP addresses and ranges of them.

extension Library {
  static let network: [Entry] =
    [
      ("isIP", .unary(.string, .bool) { _, x in .bool((try? Address.parse(x.utf8[...]).get()) != nil) }),
      ("isCIDR", .unary(.string, .bool) { _, x in .bool((try? Network.parse(x.utf8[...]).get()) != nil) }),
      ("ip", .unary(.string, .address) { activation, x in address(activation, x) { $0.value(activation) } }),
      ("ip", .unary(.network, .address, member: true) { activation, x in Address(x).parsed.value(activation) }),
      (
        "ip.isCanonical",
        .unary(.string, .bool) { activation, x in
          address(activation, x) { parsed in
            let value = parsed.value(activation)
            if value.isError { return value }
            var text: [UInt8] = []
            Address(value).appendText(to: &text)
            return .bool(text.elementsEqual(x.utf8))
          }
        }
      ),
      (
        "cidr",
        .unary(.string, .network) { activation, x in
          network(activation, x) { $0.value(activation, prefix: $1) }
        }
      ),
      ("family", .unary(.address, .int, member: true) { _, x in .int(Address(x).isOld ? 4 : 6) }),
      (
        "containsIP",
        .binary(.network, .address, .bool, member: true) { _, x, y in .bool(Network(x).contains(Address(y).parsed)) }
      ),
      (
        "containsIP",
        .binary(.network, .string, .bool, member: true) { activation, x, y in
          address(activation, y) { .bool(Network(x).contains($0)) }
        }
      ),
      (
        "containsCIDR",
        .binary(.network, .network, .bool, member: true) { _, x, y in
          let other = Network(y)
          return .bool(Network(x).contains(other.address.parsed, other.prefix))
        }
      ),
      (
        "containsCIDR",
        .binary(.network, .string, .bool, member: true) { activation, x, y in
          network(activation, y) { .bool(Network(x).contains($0, $1)) }
        }
      ),
      (
        "masked",
        .unary(.network, .network, member: true) { activation, x in
          let network = Network(x)
          return network.address.parsed.masked(network.prefix).value(activation, prefix: network.prefix)
        }
      ),
      ("prefixLength", .unary(.network, .int, member: true) { _, x in .int(Int64(Network(x).prefix)) }),
    ] + tests.map { name, test in (name, .unary(.address, .bool, member: true) { _, x in .bool(test(Address(x))) }) }

  private static let tests: [(String, @Sendable (Address) -> Bool)] = [
    ("isUnspecified", { $0.isUnspecified }),
    ("isLoopback", { $0.isLoopback }),
    ("isGlobalUnicast", { $0.isGlobalUnicast }),
    ("isLinkLocalUnicast", { $0.isLinkLocalUnicast }),
    ("isLinkLocalMulticast", { $0.isLinkLocalMulticast }),
  ]

  private static func address(
    _ activation: Activation, _ text: Value, _ body: (Address.Parsed) -> Value
  ) -> Value {
    switch Address.parse(text.utf8[...]) {
    case .success(let parsed): body(parsed)
    case .failure(let error): failure(activation, text, error.message)
    }
  }

  private static func network(
    _ activation: Activation, _ text: Value, _ body: (Address.Parsed, Int) -> Value
  ) -> Value {
    switch Network.parse(text.utf8[...]) {
    case .success(let (parsed, prefix)): body(parsed, prefix)
    case .failure(let error):
      failure(activation, text, error == .syntax ? "not a range such as 10.0.0.0/8" : error.message)
    }
  }

  private static func failure(_ activation: Activation, _ text: Value, _ message: String) -> Value {
    let excerpt = String(decoding: text.utf8.prefix(64), as: UTF8.self)
    return activation.error(.invalidConversion, "'\(excerpt)': \(message)")
  }
}
