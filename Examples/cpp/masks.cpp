// Masks of several pictures, the next ones on their way while the last are computed:  masks PICTURE...
//
//   c++ -std=c++17 masks.cpp $(pkg-config --cflags --libs u2cl) -o masks
#include <u2cl.h>

#include <cstdio>
#include <deque>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

// A failure of the library, with its line.
struct Failure : std::runtime_error {
  explicit Failure(u2cl_status status) : std::runtime_error(u2cl_last_error()), status(status) {}
  u2cl_status status;
};

void check(u2cl_status status) {
  if (status != U2CL_OK) throw Failure(status);
}

// Handles that release themselves.
template <typename Object, u2cl_status (*release)(Object *)>
struct Releaser {
  void operator()(Object *object) const { release(object); }
};
template <typename Object, u2cl_status (*release)(Object *)>
using Handle = std::unique_ptr<Object, Releaser<Object, release>>;
using Detector = Handle<u2cl_detector, u2cl_detector_release>;
using Picture = Handle<u2cl_picture, u2cl_picture_release>;
using Detection = Handle<u2cl_detection, u2cl_detection_release>;
using Pending = Handle<u2cl_pending, u2cl_pending_release>;

Picture decode(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  u2cl_picture *picture = nullptr;
  check(u2cl_picture_decode(bytes.data(), bytes.size(), nullptr, &picture));
  return Picture(picture);
}

Pending submit(u2cl_detector *detector, const Picture &picture) {
  u2cl_detect_options options{};
  options.struct_size = sizeof options;
  options.output = U2CL_MASKS;
  const u2cl_picture *pictures[] = {picture.get()};
  u2cl_pending *pending = nullptr;
  check(u2cl_detector_submit(detector, pictures, 1, &options, &pending));
  return Pending(pending);
}

// The part of a picture that stands out, in percent, from the mask in memory of our own.
double share(u2cl_pending *pending) {
  u2cl_detection *found = nullptr;
  check(u2cl_pending_wait(pending, &found, 1));
  const Detection detection(found);
  u2cl_picture *made = nullptr;
  check(u2cl_detection_mask(found, &made));
  const Picture mask(made);
  u2cl_pixels view{};
  view.struct_size = sizeof view;
  check(u2cl_picture_pixels(mask.get(), &view));
  std::vector<unsigned char> pixels(view.width * view.height);
  u2cl_pixels target = view;
  target.data = pixels.data();
  check(u2cl_picture_copy(mask.get(), &target));
  double sum = 0;
  for (unsigned char pixel : pixels) sum += pixel;
  return sum / 2.55 / static_cast<double>(pixels.size());
}

}  // namespace

int main(int count, char **arguments) {
  try {
    u2cl_detector *created = nullptr;
    check(u2cl_detector_create(nullptr, &created));
    const Detector detector(created);
    std::deque<Pending> running;
    int next = 1;
    for (int done = 1; done < count; done++) {
      for (; next < count && running.size() < 2; next++) running.push_back(submit(created, decode(arguments[next])));
      std::printf("%s: %.1f %%\n", arguments[done], share(running.front().get()));
      running.pop_front();
    }
  } catch (const Failure &failure) {
    std::fprintf(stderr, "masks: %s (%s)\n", failure.what(), u2cl_status_name(failure.status));
    return static_cast<int>(failure.status);
  }
  return 0;
}
