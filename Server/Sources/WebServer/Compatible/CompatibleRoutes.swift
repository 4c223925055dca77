/// The interfaces of other programs and services.
enum CompatibleRoutes {
  static var all: [Route] { RembgRoutes.all + RemoveBGRoutes.all + PhotoroomRoutes.all + InferenceRoutes.all }
}
