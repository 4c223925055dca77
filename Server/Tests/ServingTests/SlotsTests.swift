import Serving
import Testing

/// Slots: their number, the order, and those who no longer wait.
@Suite struct SlotsTests {
  private let deadline = ContinuousClock.now + .seconds(60)

  @Test func theyAreGivenInOrder() async throws {
    let slots = Slots(count: 2)
    var held = [try await slots.take(by: deadline), try await slots.take(by: deadline)]
    let order = Order()
    var tasks: [Task<Void, any Error>] = []
    for number in 0..<5 {
      tasks.append(
        Task {
          let slot = try await slots.take(by: deadline)
          await order.add(number)
          withExtendedLifetime(slot) {}
        })
      while slots.waiting <= number { await Task.yield() }
    }
    #expect(await order.numbers.isEmpty, "both slots are held")
    held.removeLast()
    for task in tasks { try await task.value }
    #expect(await order.numbers == [0, 1, 2, 3, 4])
    held.removeAll()
    let again = [try await slots.take(by: deadline), try await slots.take(by: deadline)]
    #expect(slots.waiting == 0)
    withExtendedLifetime(again) {}
  }

  @Test func whoLeavesDoesNotKeepASlot() async throws {
    let slots = Slots(count: 1)
    var held: Slots.Slot? = try await slots.take(by: deadline)
    let leaving = Task { try await slots.take(by: deadline) }
    while slots.waiting < 1 { await Task.yield() }
    leaving.cancel()
    await #expect(throws: ServingError.self) { try await leaving.value }
    await #expect(throws: ServingError.self) { try await slots.take(by: .now + .milliseconds(5)) }
    #expect(slots.waiting == 0)
    withExtendedLifetime(held) {}
    held = nil
    _ = try await slots.take(by: deadline)
  }

  private actor Order {
    var numbers: [Int] = []
    func add(_ number: Int) { numbers.append(number) }
  }
}
