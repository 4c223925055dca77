import Testing

/// Clips that ffmpeg makes for the tests.
enum VideoClips {
  /// One second of 64×48 at 10 frames a second with sound, which players turn by a quarter.
  static func turned(in sandbox: Sandbox) throws {
    try make(
      """
      ffmpeg -v error -f lavfi -i testsrc=size=64x48:rate=10:duration=1 -f lavfi -i sine=duration=1 \
        -c:v mpeg4 -c:a aac plain.mp4
      ffmpeg -v error -i plain.mp4 -c copy -metadata:s:v:0 rotate=90 turned.mp4
      """, in: sandbox)
  }

  /// Sixty frames, of which twenty follow one another three times as fast as the others, with sound.
  static func variable(in sandbox: Sandbox) throws {
    try make(
      """
      ffmpeg -v error -f lavfi -i testsrc2=size=64x48:rate=30:duration=2 -f lavfi -i sine=duration=4.5 \
        -vf "setpts='if(lt(N,20),N,20+(N-20)*3)/30/TB'" -vsync vfr -enc_time_base 1:60000 -video_track_timescale 60000 \
        -c:v mpeg4 -c:a aac variable.mp4
      """, in: sandbox)
  }

  static func make(_ script: String, in sandbox: Sandbox) throws {
    let outcome = try sandbox.shell("set -e\n" + script)
    try #require(outcome.code == 0, "\(outcome.errors)")
  }
}
