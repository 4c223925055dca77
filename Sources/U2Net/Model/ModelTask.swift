public import Pictures
public import Tensors

/// What a model is for, and so what becomes of its first output.
public enum ModelTask: String, Sendable, Hashable, Codable, CaseIterable {
  /// The map, min–max normalized, is the mask of what stands out.
  case saliency
  /// The class of the largest of several channels, pixel by pixel: a label map, and a mask for each class.
  case parsing
  /// 1 − the map, min–max normalized, is a drawing of the picture: dark lines on white.
  case portrait
}

/// What a model expects of its pictures, and what its output means.
public struct ModelProfile: Sendable, Hashable {
  /// What becomes of the output.
  public var task: ModelTask
  /// The size that the network was trained or is run at, in pixels.
  public var inputSize: Size
  /// What is done to a picture's values.
  public var normalization: Normalization
  /// The names of the classes, the background first; empty unless the task is `parsing`. Classes without a name are
  /// called `class1`, ….
  public var classes: [String]

  /// The authors' way with saliency unless told otherwise.
  public init(
    task: ModelTask = .saliency, inputSize: Size = Size(height: 320, width: 320),
    normalization: Normalization = .imageNet, classes: [String] = []
  ) {
    self.task = task
    self.inputSize = inputSize
    self.normalization = normalization
    self.classes = classes
  }
}
