internal import Foundation

/// How much time tests may take on the device that they run on.
public enum TestBudget {
  /// Whether the device is a simulator, a thousand times slower than a processor (`U2CL_TEST_BOUNDED`): tests of whole
  /// networks are `.disabled(if: TestBudget.isBounded)`, tests of operations take small shapes.
  public static let isBounded = ProcessInfo.processInfo.environment["U2CL_TEST_BOUNDED"] != nil
  /// Whether tests may take minutes, such as compiling every tile of every kernel (`U2CL_TEST_THOROUGH`).
  public static let isThorough = ProcessInfo.processInfo.environment["U2CL_TEST_THOROUGH"] != nil
}
