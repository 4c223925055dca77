import Downloads

extension PublishedModel {
  /// Every published model. The ONNX files are exports of the rembg project; the .pth files are the authors' own.
  public static let all = [
    PublishedModel(
      name: "u2netp", purpose: "what stands out; small and fast",
      files: [
        export(
          "u2netp", 4_574_861, sha256: "309c8469258dda742793dce0ebea8e6dd393174f89934733ecc8b14c76f4ddd8"),
        original("u2netp", "1rbSTGKAE-MTxBYHd-51l2hMOQPT_7EPy", md5: "e4f636406ca4e2af789941e7f139ee2e"),
      ]),
    PublishedModel(
      name: "u2net", purpose: "what stands out; better and larger",
      files: [
        export(
          "u2net", 175_997_641, sha256: "8d10d2f3bb75ae3b6d527c77944fc5e7dcd94b29809d47a739a7a728a912b491"),
        original("u2net", "1ao1ovG1Qtx4b7EoskHXmi2E9rp5CHLcZ", md5: "09fb4e49b7f785c9f855baf94916840a"),
      ]),
    PublishedModel(
      name: "u2net_human_seg", purpose: "people",
      files: [
        export("u2net_human_seg", 175_997_641, md5: "c09ddc2e0104f800e3e1bb4652583d1f"),
        original("u2net_human_seg", "1m_Kgs91b21gayc2XLW0ou8yugAIadWVP", md5: "347c3d51b01528e5c6c071e3cff1cb55"),
      ]),
    PublishedModel(
      name: "u2net_cloth_seg", purpose: "clothes: upper body, lower body, full body", licence: "MIT",
      files: [export("u2net_cloth_seg", 176_194_565, md5: "2434d1f3cb744e0e49386c906e5a08bb")]),
    PublishedModel(
      name: "u2net_portrait", purpose: "portraits, drawn with a pencil",
      files: [original("u2net_portrait", "1IG3HdpcRiDoWNookbncQjeaPN28t90yW", md5: nil)]),
    PublishedModel(
      name: "silueta", purpose: "what stands out; u2net in a quarter of its size",
      files: [export("silueta", 44_173_029, md5: "55e59e0d8062d2f5d013f4725ee84782")]),
    PublishedModel(
      name: "isnet-general-use", purpose: "what stands out, in fine detail",
      files: [
        export(
          "isnet-general-use", 178_648_008,
          sha256: "60920e99c45464f2ba57bee2ad08c919a52bbf852739e96947fbb4358c0d964a")
      ]),
    PublishedModel(
      name: "isnet-anime", purpose: "characters in anime pictures",
      files: [export("isnet-anime", 176_069_933, md5: "6f184e756bb3bd901c8849220a83e38e")]),
  ]

  private static func export(
    _ name: String, _ byteCount: Int, sha256: String? = nil, md5: String? = nil
  ) -> PublishedFile {
    PublishedFile(
      name: "\(name).onnx", address: "https://github.com/danielgatis/rembg/releases/download/v0.0.0/\(name).onnx",
      byteCount: byteCount,
      checksum: sha256.flatMap { Checksum(.sha256, $0) } ?? md5.flatMap { Checksum(.md5, $0) })
  }

  private static func original(_ name: String, _ identifier: String, md5: String?) -> PublishedFile {
    PublishedFile(
      name: "\(name).pth", page: "https://drive.google.com/file/d/\(identifier)/view",
      checksum: md5.flatMap { Checksum(.md5, $0) })
  }
}
