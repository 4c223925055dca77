/// The processor time of a process by the stages of its pictures. Times are in seconds.
package struct StageReport: Encodable, Sendable {
  /// A stage.
  package struct Row: Encodable, Sendable {
    package let stage: Stage
    /// The number of pictures; of devices for `load`.
    package let pictures: Int
    /// The processor time, all threads together.
    package let cpuSeconds: Double
    /// Its share of the process's.
    package let share: Double
    /// The bytes of pictures and files that were read and written, by their shapes.
    package let bytes: Int
  }

  /// The stages that took part, in the order of a picture's way.
  package let stages: [Row]
  /// The processor time that belongs to no stage: the start of the process, its queues, reports.
  package let restSeconds: Double
  /// The processor time of the process so far.
  package let cpuSeconds: Double
  /// The part of it that the system's kernel took.
  package let systemSeconds: Double
  /// The time since the measurements began.
  package let wallSeconds: Double
  /// How long devices were busy with batches, by the clock on the wall.
  package let deviceSeconds: Double

  init(totals: [Stage: StageTimes.Total], processTime: Int, systemTime: Int, wall: Duration, deviceTime: Duration) {
    let rows = Stage.allCases.compactMap { stage in
      totals[stage].map { total in
        Row(
          stage: stage, pictures: total.pictures, cpuSeconds: Double(total.nanoseconds) / 1e9,
          share: Double(total.nanoseconds) / Double(max(1, processTime)), bytes: total.bytes)
      }
    }
    let sum = totals.values.reduce(0) { $0 + $1.nanoseconds }
    stages = rows
    restSeconds = Double(max(0, processTime - sum)) / 1e9
    cpuSeconds = Double(processTime) / 1e9
    systemSeconds = Double(systemTime) / 1e9
    wallSeconds = wall / .seconds(1)
    deviceSeconds = deviceTime / .seconds(1)
  }
}
