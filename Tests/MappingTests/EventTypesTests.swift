import Testing

@testable import Mapping

@Suite struct EventTypesTests {
  @Test func theyAreWhole() {
    #expect(EventTypes.all.count == 66)
    #expect(Set(EventTypes.all.map(\.name)).count == 66)
    #expect(EventTypes.named("Product Details Page View")?.properties["price"] == .number)
  }
}
