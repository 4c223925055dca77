public import Pictures

/// What a detector computes for each picture: `.maps`, `.masks`, `.maskDetections`, `.refinedMattes` or
/// `.refinedCutouts`. The less is requested, the more of it is done on the device.
public struct RequestedOutput<Output: Sendable>: Sendable {
  /// Sends pictures on their way, in batches.
  let begin: @Sendable (SaliencyDetector, [Picture]) throws -> [Pending<[Output]>]
}

extension RequestedOutput where Output == Detection {
  /// Every map that the detector computes.
  public static var maps: RequestedOutput { RequestedOutput { try $0.beginMaps($1) } }

  /// The first map with a matte of refined edges, which the device computes if it can:
  /// `Detection.matte(of:edges:background:)` returns that matte for `.refined`. Other edges are computed by the host.
  public static var refinedMattes: RequestedOutput { RequestedOutput { try $0.beginRefining($1) } }

  /// The first map with a cut-out of refined edges, which the device computes if it can: `Composition` uses that
  /// cut-out for cut-outs, composites and blurred backgrounds. All else is computed by the host.
  ///
  /// - Parameter withMattes: whether a refined matte is needed, too, as for `Composition.trim` and for blurred
  ///   backgrounds. Without it, the host computes the matte if it is asked for one.
  public static func refinedCutouts(withMattes: Bool) -> RequestedOutput {
    RequestedOutput { try $0.beginCuttingOut($1, includesMattes: withMattes) }
  }
}

extension RequestedOutput where Output == Mask {
  /// The masks alone, which the device makes if it can.
  public static var masks: RequestedOutput {
    RequestedOutput { try $0.beginMasks($1).map { $0.map { $0.map(\.mask) } } }
  }
}

/// A picture's mask, and how sure the network is that something stands out.
public struct MaskDetection: Sendable {
  /// The mask, of the picture's size.
  public let mask: Mask
  /// How sure the network is; nil if the model's task is another than to find what stands out.
  public let confidence: Confidence?
}

extension RequestedOutput where Output == MaskDetection {
  /// The masks, which the device makes if it can, and how sure the network is of each.
  public static var maskDetections: RequestedOutput { RequestedOutput { try $0.beginMasks($1) } }
}
