public import Tensors

extension U2NetTable {
  /// The table that a checkpoint with the official names was made for, read off the shapes of its tensors.
  ///
  /// - Returns: nil where the names are not U²-Net's. Whether every tensor is there in its shape is
  ///   `Graph.validate`'s to say.
  public static func recognize(_ source: some ParameterSource) -> U2NetTable? {
    guard let sideShape = source.shape(of: "side1.weight"), sideShape.rank == 4,
      source.shape(of: "outconv.weight") != nil
    else { return nil }
    let template = full()
    func measured(_ stage: Stage) -> Stage? {
      guard let first = source.shape(of: "\(stage.name).rebnconvin.conv_s1.weight"), first.rank == 4,
        let inner = source.shape(of: "\(stage.name).rebnconv1.conv_s1.weight"), inner.rank == 4
      else { return nil }
      let block = RSU(
        form: stage.block.form, in: first.dimensions[1], mid: inner.dimensions[0], out: first.dimensions[0])
      return Stage(stage.name, block)
    }
    let encoder = template.encoder.compactMap(measured)
    let decoder = template.decoder.compactMap(measured)
    guard encoder.count == template.encoder.count, decoder.count == template.decoder.count else { return nil }
    let outChannels = sideShape.dimensions[0]
    let known = [full(outChannels: outChannels), small(outChannels: outChannels)]
    let name = known.first { $0.encoder == encoder && $0.decoder == decoder }?.name ?? "u2net (custom)"
    return U2NetTable(
      name: name, encoder: encoder, decoder: decoder, outChannels: outChannels,
      batchNorm: source.shape(of: "stage1.rebnconvin.bn_s1.weight") != nil)
  }
}
