/// What will be asked of what is found; the less that is, the more of it the device does.
public enum RequestedOutput: Sendable {
  /// Anything.
  case maps
  /// `Detection.mask()` alone: the device makes the masks where it can.
  case masks
  /// `Detection.matte(of:edges:background:)` with refined edges, of the saliency map alone: the device refines them where it
  /// prepares pictures. All else may be asked, too; the host does it.
  case refinedMattes
}
