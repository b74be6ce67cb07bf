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

  /// Names of any lengths, of which some are interrupted, made alone or forgotten: every one has the id that it has alone.
  @Test func manyAtATimeAreAsEachAlone() {
    var random = Seeded(5)
    let namespace = UUID(high: random.next(), low: random.next())
    let (alone, together) = (NameHasher(namespace: namespace), NameHasher(namespace: namespace))
    var waiting: [UUID] = []
    var taken = 0
    for round in 0..<6000 {
      let text = (0..<Int(random.next() % (round % 50 == 0 ? 20_000 : 400))).map { _ in
        UInt8(truncatingIfNeeded: random.next())
      }
      text.withUnsafeBufferPointer { bytes in
        alone.begin()
        alone.update(bytes)
        let expected = alone.endAlone()
        if round % 5 == 2 {
          together.begin()
          together.update(bytes)
          #expect(together.endAlone() == expected)
        }
        together.begin()
        together.update(UnsafeBufferPointer(rebasing: bytes[..<(bytes.count / 3)]))
        if round % 11 == 3 {
          // Begun, but never ended.
          together.begin()
          together.update(UnsafeBufferPointer(rebasing: bytes[..<(bytes.count / 3)]))
        }
        together.update(UnsafeBufferPointer(rebasing: bytes[(bytes.count / 3)...]))
        together.end()
        waiting.append(expected)
      }
      if random.next() % 40 == 0 {
        let number = min(waiting.count, Int(random.next() % 5))
        together.forgetLast(number)
        waiting.removeLast(number)
      }
      #expect(together.waiting == waiting.count)
      if together.isFull || random.next() % 60 == 0 {
        together.takeIDs { index, id in
          #expect(id == waiting[index])
          taken += 1
        }
        waiting.removeAll()
      }
    }
    #expect(taken > 4000)
    #expect(together.waiting == waiting.count)
  }

  @Test func pseudonymsOfManyAreThoseOfEach() {
    var random = Seeded(6)
    let maker = Pseudonymizer(salt: Array("salt".utf8))
    var waiting: [UUID] = []
    var taken = 0
    for _ in 0..<3000 {
      let text = (0..<Int(random.next() % 300)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      text.withUnsafeBufferPointer { bytes in
        waiting.append(maker.pseudonym(of: bytes))
        maker.add(bytes)
      }
      guard maker.isFull || random.next() % 50 == 0 else { continue }
      maker.takePseudonyms { index, id in
        #expect(id == waiting[index])
        taken += 1
      }
      waiting.removeAll()
    }
    #expect(taken > 2500)
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

  @Test func fingerprintsOfBeginnings() {
    let text = (0..<300).map { UInt8($0 & 255) }
    let counts = [0, 1, 63, 64, 65, 65, 299, 300]
    #expect(
      Fingerprint.sha256(beginningsOf: text, counts) == counts.map { Fingerprint.sha256(Array(text[..<$0])) ?? "" })
    #expect(Fingerprint.sha256(beginningsOf: text, []).isEmpty)
  }
}
