import Serving
import Testing

/// Bounds in requests and pixels, and the end.
@Suite struct AdmissionTests {
  @Test func requestsAreBounded() async throws {
    let admission = Admission(.init(requests: 2, pixels: 100))
    let first = try admission.enter()
    var second: Admission.Place? = try admission.enter()
    #expect(await refusal { () throws(ServingError) in try admission.enter() } == "full")
    first.leave()
    first.leave()
    #expect(admission.load == .init(requests: 1, pixels: 0), "leaving twice counts once")
    let third = try admission.enter()
    #expect(await refusal { () throws(ServingError) in try admission.enter() } == "full")
    try second?.claim(pixels: 10)
    second = nil
    #expect(admission.load == .init(requests: 1, pixels: 0), "a place that is released is left")
    third.leave()
  }

  @Test func pixelsAreBounded() async throws {
    let admission = Admission(.init(requests: 9, pixels: 100))
    let (first, second) = (try admission.enter(), try admission.enter())
    try first.claim(pixels: 60)
    try second.claim(pixels: 40)
    #expect(await refusal { () throws(ServingError) in try second.claim(pixels: 1) } == "full")
    #expect(admission.load.pixels == 100)
    first.leave()
    #expect(await refusal { () throws(ServingError) in try first.claim(pixels: 1) } == "full", "it has left")
    try second.claim(pixels: 1000)
    #expect(admission.load == .init(requests: 1, pixels: 1040), "the only request may exceed the bound")
    let third = try admission.enter()
    #expect(await refusal { () throws(ServingError) in try third.claim(pixels: 1) } == "full")
    #expect(await refusal { () throws(ServingError) in try third.claim(pixels: .max) } == "full")
    second.leave()
    try third.claim(pixels: 100)
  }

  @Test func bytesAreBounded() async throws {
    let admission = Admission(.init(requests: 9, pixels: 100, bytes: 50))
    let (first, second) = (try admission.enter(), try admission.enter())
    for _ in 0..<8 { try first.claim(bytes: 10) }
    #expect(admission.load == .init(requests: 2, bytes: 80), "the only request that has any may exceed the bound")
    #expect(await refusal { () throws(ServingError) in try second.claim(bytes: 1) } == "full")
    try second.claim(pixels: 100)
    first.leave()
    try second.claim(bytes: 50)
    #expect(admission.load == .init(requests: 1, pixels: 100, bytes: 50))
    second.leave()
    #expect(admission.load == .init())
  }

  @Test func partsOfAPlaceClaimForThemselves() async throws {
    let admission = Admission(.init(requests: 1, pixels: 100))
    let place = try admission.enter()
    let (first, second) = (place.part(), place.part())
    try first.claim(pixels: 60)
    #expect(await refusal { () throws(ServingError) in try second.claim(pixels: 60) } == "full")
    #expect(admission.load == .init(requests: 1, pixels: 60))
    first.leave()
    try second.claim(pixels: 60)
    second.leave()
    #expect(admission.load == .init(requests: 1, pixels: 0))
    place.leave()
    #expect(admission.load == .init())
  }

  @Test func drainingWaitsForTheLastRequest() async throws {
    let admission = Admission(.init(requests: 9, pixels: 100))
    #expect(await admission.drain(within: .zero))
    let places = [try admission.enter(), try admission.enter()]
    admission.close()
    #expect(admission.isClosed)
    #expect(await refusal { () throws(ServingError) in try admission.enter() } == "stopping")
    #expect(await !admission.drain(within: .milliseconds(20)), "two requests are under way")
    let leaving = Task {
      for place in places {
        try await Task.sleep(for: .milliseconds(5))
        place.leave()
      }
    }
    #expect(await admission.drain(within: .seconds(20)))
    try await leaving.value
  }

  /// An answer that waits for its client takes no place of a request, but its bytes count.
  @Test func answersAreCountedByBytes() throws {
    let admission = Admission(.init(requests: 1, pixels: 100, bytes: 50))
    let place = try admission.enter()
    try place.claim(pixels: 10, bytes: 20)
    place.keep(answer: 30)
    #expect(admission.load == .init(bytes: 30))
    let other = try admission.enter()
    #expect(throws: ServingError.self) { try other.claim(bytes: 21) }
    other.keep(answer: 60)
    // Too many bytes wait.
    #expect(throws: ServingError.self) { try admission.enter() }
    other.leave()
    place.leave()
    place.keep(answer: 5)
    #expect(admission.load == .init())
  }
}
