public import Pictures
public import Tensors

/// What a model is for, which decides what is made of its first output.
public enum ModelTask: String, Sendable, Hashable, Codable, CaseIterable {
  /// The mask of what stands out: the map, normalized to its minimum and maximum.
  case saliency
  /// A label map, and a mask for each class: the class of a pixel is the channel with the largest value.
  case parsing
  /// A drawing of the picture with dark lines on white: 1 − the map, normalized to its minimum and maximum.
  case portrait
}

/// How pictures are prepared for a model, and what its output means.
public struct ModelProfile: Sendable, Hashable {
  /// What is made of the output.
  public var task: ModelTask
  /// The size of the network's input, in pixels.
  public var inputSize: Size
  /// How the values of pictures are normalized.
  public var normalization: Normalization
  /// The names of the classes, the background first; empty unless the task is `parsing`. A class without a name is
  /// called `class1`, `class2` and so on.
  public var classes: [String]

  /// Creates a profile; the defaults are those of U²-Net's authors for saliency.
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
