import U2Net

extension Failure.Kind {
  /// The exit code of the command.
  var exitCode: Int32 {
    switch self {
    case .usage: 2
    case .device: 3
    case .model: 4
    case .file: 5
    case .verification: 6
    }
  }
}

extension Failure {
  /// The failure with what to type to mend it; one line.
  var message: String { remedy.map { "\(self)\($0.advice)" } ?? description }
}

extension Failure.Remedy {
  /// What follows the description of a failure, in the terms of the command.
  fileprivate var advice: String {
    switch self {
    case .allowAnotherDevice: "; --strict forbids another device"
    case .useReference: "; --device reference needs none"
    case .useOpenCLDevice: "; name an OpenCL device with --device"
    case .chooseInputSize(let range): "; give a --size from \(range.lowerBound) to \(range.upperBound)"
    case .chooseTask(let task): "; is it --task \(task)?"
    case .chooseModel: "; check --model"
    case .installModel(let name, let byteCount):
      ": type 'u2cl models pull \(name)'\(byteCount.map { " (\($0.formattedSize))" } ?? ""), add --pull, or name a "
        + "file with --model FILE"
    case .listModels: "; 'u2cl models list' shows what is"
    case .pullFromFile(let name): ", then type 'u2cl models pull \(name) --from FILE'"
    case .pullInspectedFile(let name):
      ", then type 'u2cl models pull \(name) --from FILE --sha256 DIGITS' with the digits that sha256sum prints"
    case .nameSourceAndChecksum: "; for another one give --from and --sha256"
    case .replaceFile: "; --force replaces it"
    }
  }
}
