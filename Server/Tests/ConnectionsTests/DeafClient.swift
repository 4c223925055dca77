import NIOCore
import NIOPosix

/// A client that sends, and reads nothing.
struct DeafClient {
  private let channel: any Channel

  init(port: Int) async throws {
    channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelOption(.autoRead, value: false).channelOption(.socketOption(.so_rcvbuf), value: 16 << 10)
      .connect(host: "127.0.0.1", port: port).get()
  }

  func send(_ text: String) async throws { try await channel.writeAndFlush(ByteBuffer(string: text)) }

  func close() async throws { try? await channel.close() }
}
