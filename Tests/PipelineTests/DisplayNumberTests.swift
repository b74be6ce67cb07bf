import Pipeline
import Testing

@Suite struct DisplayNumberTests {
  /// What is not nothing never reads as nothing, and what is not all never as all.
  @Test(arguments: [
    (0, 5, "0 %"), (1, 100_000, "<0.1 %"), (99_999, 100_000, "99.9 %"), (5, 5, "100 %"),
  ])
  func percent(_ count: Int, _ whole: Int, _ text: String) {
    #expect(DisplayNumber.percent(count, of: whole) == text)
  }
}
