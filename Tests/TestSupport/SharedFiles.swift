internal import Foundation

/// The folder of golden vectors, pictures and weights that lies beside the project and is not part of it.
///
/// `U2CL_SHARED` names it; otherwise it is `../shared` beside the package. Tests that need it are skipped, saying so,
/// where it is absent: `@Test(.enabled(if: SharedFiles.exist, SharedFiles.absence))`.
public enum SharedFiles {
  /// The root of the package: `U2CL_ROOT` on a machine where it was not built, or else found from where this file was
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

  /// What a skipped test says.
  public static let absence = "needs the shared folder (U2CL_SHARED, or ../shared beside the project)"

  /// The path of a file in the folder, such as `golden/u2netp_random.pth`.
  public static func path(_ relative: String) -> String { root + "/" + relative }
}
