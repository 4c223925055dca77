internal import Foundation

/// How much a test may ask of the device that it runs on.
public enum TestBudget {
  /// Whether the device is a simulator, a thousand times slower than a processor (`U2CL_TEST_BOUNDED`): tests of whole
  /// networks are `.disabled(if: TestBudget.isBounded)`, tests of operations take small shapes.
  public static let isBounded = ProcessInfo.processInfo.environment["U2CL_TEST_BOUNDED"] != nil
  /// Whether tests may take minutes, as the tiles of every kernel do to compile (`U2CL_TEST_THOROUGH`).
  public static let isThorough = ProcessInfo.processInfo.environment["U2CL_TEST_THOROUGH"] != nil
}
