/* What makes no sense is refused with a line that says why, and nothing is made. */
#include <limits.h>

#include "check.h"

static void handles(void) {
  u2cl_picture *picture = make_picture(8, 8), *stale = picture, *other = NULL;
  u2cl_buffer *buffer = NULL;
  u2cl_detection *detection = (u2cl_detection *)picture;
  const uint8_t *bytes;
  size_t size;
  OK(u2cl_picture_release(NULL));
  OK(u2cl_detector_release(NULL));
  FAILS(u2cl_picture_notes(NULL, &buffer), U2CL_ERROR_USAGE, "picture is NULL");
  FAILS(u2cl_picture_notes(picture, NULL), U2CL_ERROR_USAGE, "NULL");
  FAILS(u2cl_detection_mask(detection, &other), U2CL_ERROR_USAGE, "no detection");
  FAILS(u2cl_picture_release((u2cl_picture *)&size), U2CL_ERROR_USAGE, "no picture");
  OK(u2cl_picture_release(picture));
  FAILS(u2cl_picture_release(stale), U2CL_ERROR_USAGE, "was released");
  FAILS(u2cl_picture_encode(stale, NULL, &buffer), U2CL_ERROR_USAGE, "was released");
  FAILS(u2cl_buffer_bytes(NULL, &bytes, &size), U2CL_ERROR_USAGE, "buffer is NULL");
  CHECK(!buffer && !other && !bytes && size == 0);
}

static void pixels(void) {
  unsigned char samples[64];
  u2cl_picture *picture = (u2cl_picture *)1;
  const u2cl_pixels good = {
    .struct_size = sizeof good, .data = samples, .width = 4, .height = 4, .format = U2CL_RGB8, .byte_count = 48};
  u2cl_pixels p = good;
#define REFUSED(member, value, text)                                              \
  p = good;                                                                       \
  p.member = value;                                                               \
  FAILS(u2cl_picture_from_pixels(&p, &picture), U2CL_ERROR_USAGE, text);          \
  CHECK(picture == NULL)
  memset(samples, 7, sizeof samples);
  FAILS(u2cl_picture_from_pixels(NULL, &picture), U2CL_ERROR_USAGE, "NULL");
  FAILS(u2cl_picture_from_pixels(&good, NULL), U2CL_ERROR_USAGE, "NULL");
  REFUSED(struct_size, 0, "struct_size");
  REFUSED(struct_size, sizeof good - 1, "struct_size");
  REFUSED(struct_size, 100000, "struct_size");
  REFUSED(data, NULL, "NULL");
  REFUSED(width, 0, "0×4");
  REFUSED(height, 0, "4×0");
  REFUSED(width, SIZE_MAX, "pixels");
  REFUSED(height, SIZE_MAX / 2, "pixels");
  REFUSED(width, 200000001, "200 million");
  REFUSED(stride, 11, "less than the 12");
  REFUSED(stride, -12, "negative");
  REFUSED(stride, PTRDIFF_MAX, "overflows");
  REFUSED(byte_count, 47, "take 48 bytes");
  REFUSED(stride, 13, "take 51 bytes");
  REFUSED(format, 0, "no format");
  REFUSED(format, 9, "no format");
  REFUSED(format, -1, "no format");
  p = good;
  p.format = U2CL_GRAY16;
  p.byte_count = 0;
  p.stride = 9;
  FAILS(u2cl_picture_from_pixels(&p, &picture), U2CL_ERROR_USAGE, "even");
  p.stride = 0;
  p.data = samples + 1;
  FAILS(u2cl_picture_from_pixels(&p, &picture), U2CL_ERROR_USAGE, "even");
}

/* A caller of a later version has more members; they may be used if they are zero. */
static void later_version(void) {
  struct {
    u2cl_pixels known;
    size_t more[2];
  } later = {.known = {.struct_size = sizeof later, .width = 1, .height = 1, .format = U2CL_RGB8}};
  unsigned char sample[3] = {1, 2, 3};
  u2cl_picture *picture = NULL;
  later.known.data = sample;
  OK(u2cl_picture_from_pixels(&later.known, &picture));
  OK(u2cl_picture_release(picture));
  later.more[1] = 1;
  FAILS(u2cl_picture_from_pixels(&later.known, &picture), U2CL_ERROR_USAGE, "does not know");
}

static void detectors(void) {
  u2cl_detector_options o = {.struct_size = sizeof o};
  const u2cl_detector_options none = o;
  u2cl_detector *detector = NULL;
#define NO_DETECTOR(member, value, status, text)                 \
  o = none;                                                      \
  o.device = "reference";                                        \
  o.member = value;                                              \
  FAILS(u2cl_detector_create(&o, &detector), status, text);      \
  CHECK(detector == NULL)
  FAILS(u2cl_detector_create(NULL, NULL), U2CL_ERROR_USAGE, "NULL");
  NO_DETECTOR(struct_size, 8, U2CL_ERROR_USAGE, "u2cl_detector_options");
  NO_DETECTOR(model, "/nowhere/model.onnx", U2CL_ERROR_MODEL, "/nowhere/model.onnx");
  NO_DETECTOR(model, "no-such-model", U2CL_ERROR_MODEL, "no-such-model");
  NO_DETECTOR(device, "no-such-device", U2CL_ERROR_DEVICE, "no-such-device");
  NO_DETECTOR(device, "\xff", U2CL_ERROR_USAGE, "UTF-8");
  NO_DETECTOR(precision, 3, U2CL_ERROR_USAGE, "precision");
  NO_DETECTOR(strict, 2, U2CL_ERROR_USAGE, "strict");
  NO_DETECTOR(input_size, 8193, U2CL_ERROR_USAGE, "8192");
  NO_DETECTOR(batch, 4097, U2CL_ERROR_USAGE, "4096");
  NO_DETECTOR(resampling, 5, U2CL_ERROR_USAGE, "resampling");
  NO_DETECTOR(mask_resampling, -1, U2CL_ERROR_USAGE, "mask_resampling");
  NO_DETECTOR(normalization, 2, U2CL_ERROR_USAGE, "normalization");
  NO_DETECTOR(background, 0xffffff, U2CL_ERROR_USAGE, "background");
  NO_DETECTOR(maps, 2, U2CL_ERROR_USAGE, "maps");
  NO_DETECTOR(task, 4, U2CL_ERROR_USAGE, "task");
  NO_DETECTOR(ignores_tunings, -1, U2CL_ERROR_USAGE, "ignores_tunings");
}

static void detections(void) {
  u2cl_detector *detector = make_detector(1, U2CL_ALL_MAPS);
  u2cl_picture *picture = make_picture(24, 16), *mask = make_picture(24, 16), *result = NULL;
  const u2cl_picture *pictures[2] = {picture, NULL};
  u2cl_detection *found[2] = {(u2cl_detection *)1, (u2cl_detection *)1};
  u2cl_detect_options options = {.struct_size = sizeof options, .output = 5};
  u2cl_composition c = {.struct_size = sizeof c};
  u2cl_confidence confidence = {.struct_size = sizeof confidence};
  u2cl_map map = {.struct_size = sizeof map};
  size_t count = 9;
  FAILS(u2cl_detector_detect(detector, pictures, 2, NULL, found), U2CL_ERROR_USAGE, "picture is NULL");
  CHECK(!found[0] && !found[1]);
  FAILS(u2cl_detector_detect(detector, pictures, 0, NULL, found), U2CL_ERROR_USAGE, "0 pictures");
  FAILS(u2cl_detector_detect(detector, pictures, SIZE_MAX, NULL, found), U2CL_ERROR_USAGE, "pictures");
  FAILS(u2cl_detector_detect(detector, NULL, 1, NULL, found), U2CL_ERROR_USAGE, "NULL");
  FAILS(u2cl_detector_detect(detector, pictures, 1, NULL, NULL), U2CL_ERROR_USAGE, "NULL");
  FAILS(u2cl_detector_detect(detector, pictures, 1, &options, found), U2CL_ERROR_USAGE, "output");
  OK(u2cl_detector_detect(detector, pictures, 1, NULL, found));
  FAILS(u2cl_detection_map(found[0], 7, &map), U2CL_ERROR_USAGE, "there are 7");
  FAILS(u2cl_detection_labels(found[0], &result), U2CL_ERROR_USAGE, "parsing");
  FAILS(u2cl_detection_matte(found[0], 4, 0, &result), U2CL_ERROR_USAGE, "edges");
  FAILS(u2cl_detection_confidence(found[0], NULL), U2CL_ERROR_USAGE, "NULL");
  OK(u2cl_detection_confidence(found[0], &confidence));
  CHECK(confidence.is_known && confidence.maximum >= confidence.minimum);
  OK(u2cl_detection_map_count(found[0], &count));
  CHECK(count == 7);
  OK(u2cl_detection_map(found[0], 0, &map));
  CHECK(!strcmp(map.name, "d0") && map.channels == 1 && map.are_probabilities);
  CHECK(map.height == test_side() && map.width == test_side());
#define NO_RESULT(member, value, text)                                                \
  c = (u2cl_composition){.struct_size = sizeof c};                                    \
  c.member = value;                                                                   \
  FAILS(u2cl_detection_compose(found[0], &c, &result), U2CL_ERROR_USAGE, text);       \
  CHECK(!result)
  NO_RESULT(kind, 8, "kind");
  NO_RESULT(edges, -1, "edges");
  NO_RESULT(threshold, 1.5, "threshold");
  NO_RESULT(threshold, -0.1, "threshold");
  NO_RESULT(threshold, 0.0 / 0.0, "threshold");
  NO_RESULT(feather, 1e9, "feather");
  NO_RESULT(trims, 2, "trims");
  NO_RESULT(color, 1, "color");
  NO_RESULT(certain_background, 0.99, "certain_background");
  NO_RESULT(backdrop, (const u2cl_picture *)found[0], "no picture");
  FAILS(u2cl_picture_compose(picture, mask, NULL, &result), U2CL_ERROR_USAGE, "grey");
  OK(u2cl_picture_release(mask));
  mask = make_picture(8, 8);
  FAILS(u2cl_picture_compose(picture, mask, NULL, &result), U2CL_ERROR_USAGE, "pixels");
  OK(u2cl_picture_release(mask));
  OK(u2cl_picture_release(picture));
  OK(u2cl_detection_release(found[0]));
  OK(u2cl_detector_release(detector));
}

static void files(void) {
  u2cl_picture *picture = NULL;
  u2cl_buffer *buffer = NULL;
  const uint8_t *bytes = NULL;
  size_t size = 0, cut;
  u2cl_decoding_options decoding = {.struct_size = sizeof decoding, .pixel_limit = 63};
  u2cl_encoding_options encoding = {.struct_size = sizeof encoding, .format = 5};
  u2cl_picture *made = make_picture(8, 8);
  FAILS(u2cl_picture_encode(made, &encoding, &buffer), U2CL_ERROR_USAGE, "format");
  encoding.format = U2CL_JPEG;
  encoding.quality = 101;
  FAILS(u2cl_picture_encode(made, &encoding, &buffer), U2CL_ERROR_USAGE, "quality");
  OK(u2cl_picture_encode(made, NULL, &buffer));
  OK(u2cl_buffer_bytes(buffer, &bytes, &size));
  FAILS(u2cl_picture_decode(bytes, size, &decoding, &picture), U2CL_ERROR_FILE, "limit");
  FAILS(u2cl_picture_decode(NULL, size, NULL, &picture), U2CL_ERROR_USAGE, "no bytes");
  FAILS(u2cl_picture_decode(bytes, 0, NULL, &picture), U2CL_ERROR_USAGE, "no bytes");
  for (cut = 1; cut < size; cut += 7) CHECK(u2cl_picture_decode(bytes, cut, NULL, &picture) == U2CL_ERROR_FILE);
  OK(u2cl_picture_decode(bytes, size, NULL, &picture));
  CHECK(hash(picture) == hash(made));
  OK(u2cl_picture_release(picture));
  OK(u2cl_picture_release(made));
  OK(u2cl_buffer_release(buffer));
}

static void models(void) {
  u2cl_buffer *json = NULL;
  const uint8_t *text = NULL;
  size_t size = 0;
  u2cl_pull_options pull = {.struct_size = sizeof pull, .source = "/nowhere/", .sha256 = "12"};
  OK(u2cl_models(&json));
  OK(u2cl_buffer_bytes(json, &text, &size));
  CHECK(text && strlen((const char *)text) == size && strstr((const char *)text, "\"u2cl-default\""));
  OK(u2cl_buffer_release(json));
  OK(u2cl_model_info(NULL, &json));
  OK(u2cl_buffer_release(json));
  FAILS(u2cl_model_info("/nowhere.onnx", &json), U2CL_ERROR_MODEL, "nowhere");
  FAILS(u2cl_model_pull(NULL, NULL, NULL), U2CL_ERROR_USAGE, "NULL");
  FAILS(u2cl_model_pull("u2netp", &pull, &json), U2CL_ERROR_USAGE, "SHA-256");
  FAILS(u2cl_model_remove("no-such-model", NULL), U2CL_ERROR_MODEL, "no-such-model");
  FAILS(u2cl_model_verify("no-such-model", &json), U2CL_ERROR_MODEL, "no-such-model");
}

int main(void) {
  CHECK(u2cl_last_error()[0] == 0);
  CHECK(u2cl_abi_version() == U2CL_ABI_VERSION);
  CHECK(strlen(u2cl_version()) >= 5);
  CHECK(!strcmp(u2cl_status_name(U2CL_ERROR_FORKED), "forked") && !strcmp(u2cl_status_name(99), "unknown"));
  handles();
  FAILS(u2cl_setup(NULL), U2CL_ERROR_USAGE, "comes first");
  pixels();
  later_version();
  files();
  models();
  detectors();
  detections();
  return finish("arguments");
}
