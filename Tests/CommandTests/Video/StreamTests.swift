import Foundation
import TestSupport
import Testing
import U2Net

/// Raw frames in and out.
@Suite struct StreamTests {
  private let size = Size(height: 24, width: 40)
  private let stream = [
    "stream", "--width", "40", "--height", "24", "-q", "--model", Sandbox.tinyModel, "--size", "32",
  ]

  /// Frames in which a square moves.
  private func frames(_ count: Int, channels: Int = 3) -> [UInt8] {
    (0..<count).flatMap { frame in
      (0..<size.height).flatMap { y in
        (0..<size.width).flatMap { x -> [UInt8] in
          let inside = (frame..<frame + 9).contains(x) && (6..<18).contains(y)
          let value = UInt8(inside ? 230 : 20 + (x + y) % 8)
          return channels == 4 ? [value, value, value, 255] : Array(repeating: value, count: channels)
        }
      }
    }
  }

  /// Every frame's mask is what `run` makes of that picture, in the order of the frames.
  @Test func framesComeOutInOrder() throws {
    let sandbox = try Sandbox()
    let count = 11
    let bytes = frames(count)
    let plain = try sandbox.expectSuccess(stream, input: bytes).output
    let area = size.height * size.width
    #expect(plain.count == count * area)
    for frame in [0, 4, 10] {
      let samples = Array(bytes[frame * area * 3..<(frame + 1) * area * 3])
      try Picture(size: size, hasAlpha: false, samples: .bits8(samples)).writePNG(toFileAt: sandbox.folder + "/in.png")
      try sandbox.expectSuccess(["run", "in.png", "-o", "out.png"] + ManyPicturesTests.quick)
      let mask = try Picture(contentsOf: sandbox.folder + "/out.png").luma
      #expect(mask == Array(plain[frame * area..<(frame + 1) * area]), "frame \(frame)")
    }
    for options in [["--batch", "4"], ["--device", "cpu,cpu"], ["--pixel", "gray"], ["--pixel", "rgba"]] {
      let channels = options.last == "gray" ? 1 : options.last == "rgba" ? 4 : 3
      let other = try sandbox.expectSuccess(stream + options, input: frames(count, channels: channels)).output
      #expect(other.count == plain.count && zip(other, plain).allSatisfy { abs(Int($0) - Int($1)) <= 1 }, "\(options)")
    }
  }

  @Test func framesAreCutOutAndLaidOver() throws {
    let sandbox = try Sandbox()
    let bytes = frames(2)
    let masks = try sandbox.expectSuccess(stream, input: bytes).output
    let cut = try sandbox.expectSuccess(stream + ["-o", "rgba"], input: bytes).output
    let laid = try sandbox.expectSuccess(stream + ["-o", "composite", "--background", "00FF00"], input: bytes).output
    #expect(cut.count == 4 * masks.count && laid.count == 3 * masks.count)
    for (pixel, mask) in masks.enumerated() {
      #expect(cut[4 * pixel] == bytes[3 * pixel] && cut[4 * pixel + 3] == mask)
      let expected = (Int(bytes[3 * pixel]) * Int(mask) + 127) / 255
      #expect(abs(Int(laid[3 * pixel]) - expected) <= 1)
    }
  }

  @Test func aStreamThatEndsTooEarlyIsTold() throws {
    let sandbox = try Sandbox()
    let outcome = try sandbox.run(stream, input: frames(3) + [1, 2, 3])
    #expect(outcome.code == 5 && outcome.output.count == 3 * 40 * 24)
    #expect(outcome.errors.hasPrefix("u2cl: standard input ends in the middle of frame 4, after 3 of its 2880 bytes"))
    try sandbox.expectFailure(5, stream, says: "standard input holds no frame")
    try sandbox.expectFailure(2, ["stream", "--width", "320,240", "--height", "240"], says: "-f yuv4mpegpipe")
    try sandbox.expectFailure(2, ["stream", "--width", "40"], says: "missing expected argument '--height <pixels>'")
    try sandbox.expectFailure(2, stream + ["--smooth", "1.5"], says: "--smooth is a number from 0 to 1")
    try sandbox.expectFailure(2, ["stream", "--width", "0", "--height", "1"], says: "is not possible")
    try sandbox.expectFailure(2, ["stream", "--width", "60000", "--height", "60000"], says: "is not possible")
  }

  /// The numbers of a phone's clip are those of frames that ffmpeg has not turned yet.
  @Test func turnedFramesAreTold() throws {
    let sandbox = try Sandbox()
    let (width, height) = (96, 64)
    let turned = (0..<width * height).flatMap { pixel -> [UInt8] in
      let (y, x) = (pixel / height, pixel % height)
      return Array(repeating: UInt8(2 * x + y / 2), count: 3)
    }
    func told(_ width: Int, _ height: Int) throws -> String {
      let options = ["stream", "--width", "\(width)", "--height", "\(height)", "--size", "32"]
      return try sandbox.expectSuccess(options + ["--model", Sandbox.tinyModel], input: turned).errors
    }
    #expect(try told(width, height).contains("looks like 64×96, not 96×64"))
    #expect(try !told(height, width).contains("looks like"))
  }

  /// A slow reader stops whoever writes: only so much is taken in. One that goes away ends it all, without a word.
  @Test func whoeverWritesWaits() throws {
    let sandbox = try Sandbox()
    let options = stream.joined(separator: " ")
    let slow = try sandbox.shell(
      """
      touch taken
      (for i in $(seq 4000); do head -c 28800 /dev/zero || break; echo $i >> taken; done) 2> /dev/null |
        "$U2CL" \(options) | (sleep 2; wc -l < taken; head -c 1000 > /dev/null)
      """)
    #expect(slow.code == 0 && slow.errors.isEmpty, "\(slow.errors)")
    // Of 40,000 frames: what is under way, and what the pipes hold.
    #expect(Int(slow.lines.first ?? "").map { $0 < 40 } == true, "\(slow.text)")
    let ignored = try sandbox.shell(
      "trap '' PIPE; head -c 28800000 /dev/zero 2> /dev/null | \"$U2CL\" \(options) | head -c 10 | wc -c")
    #expect(ignored.text == "10\n" && ignored.errors.isEmpty, "\(ignored.errors)")
  }
}
