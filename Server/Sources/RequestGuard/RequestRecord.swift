/// What the log says of a request.
public struct RequestRecord: Sendable {
  /// Seconds since 1970, in UTC.
  public var time: Double
  /// The name of the request.
  public var id: RequestID
  /// The method.
  public var method: String
  /// The template of the route: never what the client has sent.
  public var route: String
  /// The status of the answer.
  public var status: Int
  /// The bytes of the request's body that were read.
  public var bytesIn = 0
  /// The bytes of the answer's body that were written.
  public var bytesOut = 0
  /// How long it took, from the head to the answer's last byte.
  public var duration = Duration.zero
  /// The model that has made the result.
  public var model: String?
  /// The device that has made the result.
  public var device: String?
  /// Where the client is.
  public var remote: String?

  /// Creates a record.
  public init(time: Double, id: RequestID, method: String, route: String, status: Int) {
    (self.time, self.id, self.method, self.route, self.status) = (time, id, method, route, status)
  }

  /// The record as JSON, in one line.
  package var json: [UInt8] {
    var line = LogLine(#"{"time":""#)
    line.add(time: time)
    line.add(raw: #"","id":"#)
    line.add(string: id.description)
    line.add(raw: #","method":"#)
    line.add(string: method)
    line.add(raw: #","route":"#)
    line.add(string: route)
    line.add(raw: ",\"status\":\(status),\"in\":\(bytesIn),\"out\":\(bytesOut),\"ms\":")
    line.add(milliseconds: duration)
    for case let (name, value?) in [("model", model), ("device", device), ("remote", remote)] {
      line.add(raw: ",\"\(name)\":")
      line.add(string: value)
    }
    line.add(raw: "}\n")
    return line.bytes
  }

  /// The record as words, in one line.
  package var text: [UInt8] {
    var line = LogLine("")
    line.add(time: time)
    line.add(raw: " ")
    for word in [method, route, "\(status)"] {
      line.add(word: word)
      line.add(raw: " ")
    }
    line.add(milliseconds: duration)
    line.add(raw: " ms, \(bytesIn) bytes in, \(bytesOut) out, ")
    line.add(word: id.description)
    for case let value? in [model, device, remote] {
      line.add(raw: ", ")
      line.add(word: value)
    }
    line.add(raw: "\n")
    return line.bytes
  }
}
