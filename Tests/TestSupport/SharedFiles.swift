internal import Foundation

/// The folder of golden vectors, pictures and weights beside the project, which is not part of it.
///
/// `U2CL_SHARED` names the folder; by default it is `../shared` beside the package. Tests that need it are skipped if
/// it is missing: `@Test(.enabled(if: SharedFiles.exist, SharedFiles.absence))`.
public enum SharedFiles {
  /// The root of the package: `U2CL_ROOT` on a machine where the tests were not built, or else where they were
  /// compiled.
  public static let packageRoot =
    ProcessInfo.processInfo.environment["U2CL_ROOT"]
    ?? URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

  /// The folder.
  public static let root =
    ProcessInfo.processInfo.environment["U2CL_SHARED"] ?? packageRoot + "/../shared"

  /// Whether the folder is there.
  public static let exist = FileManager.default.fileExists(atPath: root + "/golden")

  /// The reason that a skipped test gives.
  public static let absence = "needs the shared folder (U2CL_SHARED, or ../shared beside the project)"

  /// The path of a file in the folder, such as `golden/u2netp_random.pth`.
  public static func path(_ relative: String) -> String { root + "/" + relative }
}
