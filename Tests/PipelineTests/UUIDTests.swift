import Pipeline
import TestSupport
import Testing

@Suite struct UUIDTests {
  /// RFC 9562, appendix A.4.
  @Test func versionFiveOfTheStandard() throws {
    let dns = try #require(UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8"))
    #expect(dns.named("www.example.com").text == "2ed6657d-e927-568b-95e1-2665a8aea6a2")
  }

  @Test func urlNamespace() { #expect(UUID.urlNamespace.text == "6ba7b811-9dad-11d1-80b4-00c04fd430c8") }

  @Test func hasherIsUsedAgain() throws {
    let dns = try #require(UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8"))
    let hasher = NameHasher(namespace: dns)
    for _ in 0..<3 {
      hasher.begin()
      for part in ["www.", "example", "", ".com"] {
        Array(part.utf8).withUnsafeBufferPointer { hasher.update($0) }
      }
      #expect(hasher.endAlone().text == "2ed6657d-e927-568b-95e1-2665a8aea6a2")
    }
    #expect(NameHasher.repetition(2, of: dns) == dns.named("2"))
  }

  /// Pairs of any lengths, of which a third is interrupted: every name has the id that it has alone.
  @Test func twoAtATimeAreAsEachAlone() {
    var random = Seeded(5)
    let namespace = UUID(high: random.next(), low: random.next())
    let (alone, paired) = (NameHasher(namespace: namespace), NameHasher(namespace: namespace))
    var waiting: UUID?
    for round in 0..<3000 {
      let text = (0..<Int(random.next() % 400)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      text.withUnsafeBufferPointer { bytes in
        alone.begin()
        alone.update(bytes)
        let expected = alone.endAlone()
        if round % 5 == 2 {
          paired.begin()
          paired.update(bytes)
          #expect(paired.endAlone() == expected)
        }
        paired.begin()
        paired.update(UnsafeBufferPointer(rebasing: bytes[..<(bytes.count / 3)]))
        if round % 11 == 3 {
          // Begun, but never ended.
          paired.begin()
          paired.update(UnsafeBufferPointer(rebasing: bytes[..<(bytes.count / 3)]))
        }
        paired.update(UnsafeBufferPointer(rebasing: bytes[(bytes.count / 3)...]))
        if let ids = paired.end() {
          #expect(ids.earlier == waiting)
          #expect(ids.this == expected)
          waiting = nil
        } else {
          #expect(waiting == nil)
          waiting = expected
        }
      }
      switch random.next() % 9 {
      case 0:
        #expect(paired.endWaiting() == waiting)
        waiting = nil
      case 1:
        paired.forgetWaiting()
        waiting = nil
        #expect(paired.endWaiting() == nil)
      default: break
      }
    }
  }

  @Test func pseudonymsOfTwoAreThoseOfEach() {
    var random = Seeded(6)
    let maker = Pseudonymizer(salt: Array("salt".utf8))
    for _ in 0..<2000 {
      let texts = (0..<2).map { _ in
        (0..<Int(random.next() % 300)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      }
      let both = texts[0].withUnsafeBufferPointer { one in
        texts[1].withUnsafeBufferPointer { two in maker.pseudonyms(of: one, two) }
      }
      #expect(both.0 == texts[0].withUnsafeBufferPointer { maker.pseudonym(of: $0) })
      #expect(both.1 == texts[1].withUnsafeBufferPointer { maker.pseudonym(of: $0) })
    }
  }

  /// RFC 4231, cases 1, 2 and 6: the first sixteen bytes, with version 8 and variant set.
  @Test(arguments: [
    ([UInt8](repeating: 0x0b, count: 20), "Hi There", "b0344c61-d8db-8853-9ca8-afceaf0bf12b"),
    (Array("Jefe".utf8), "what do ya want for nothing?", "5bdcc146-bf60-854e-aa04-2426089575c7"),
    (
      [UInt8](repeating: 0xaa, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
      "60e43159-1ee0-867f-8d8a-26aacbf5b77f"
    ),
  ])
  func pseudonyms(salt: [UInt8], text: String, expected: String) {
    let maker = Pseudonymizer(salt: salt)
    for _ in 0..<2 {
      Array(text.utf8).withUnsafeBufferPointer { #expect(maker.pseudonym(of: $0).text == expected) }
    }
  }

  @Test(arguments: [
    "", "6ba7b810-9dad-11d1-80b4-00c04fd430c", "6ba7b810-9dad-11d1-80b4-00c04fd430cg",
    "6ba7b8109dad11d180b400c04fd430c8",
  ])
  func whatIsNoUUID(text: String) { #expect(UUID(text) == nil) }

  @Test func orderIsThatOfTheTexts() {
    var random = Seeded(3)
    let ids = (0..<200).map { _ in UUID(high: random.next(), low: random.next()) }
    #expect(ids.sorted().map(\.text) == ids.map(\.text).sorted())
    for id in ids { #expect(UUID(id.text) == id) }
  }

  /// FIPS 180-4's example.
  @Test func sha256() {
    #expect(
      Fingerprint.sha256(Array("abc".utf8)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  }
}
