/* Maps in memory, in files and in folders have the same measures, however they are divided among calls. */
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"

enum { count = 9, width = 40, height = 30 };

static u2cl_picture *maps[count], *truths[count];
static char folder[] = "/tmp/u2cl-evaluation-XXXXXX";
static char map_paths[count][64], truth_paths[count][64];
static const char *map_list[count], *truth_list[count];

static const u2cl_picture *const *of(u2cl_picture **pictures) { return (const u2cl_picture *const *)pictures; }

static u2cl_picture *grey(const unsigned char *levels, size_t w, size_t h) {
  u2cl_pixels pixels = {.struct_size = sizeof pixels, .width = w, .height = h, .format = U2CL_GRAY8};
  u2cl_picture *picture = NULL;
  pixels.data = (void *)levels;
  OK(u2cl_picture_from_pixels(&pixels, &picture));
  return picture;
}

static void save(const u2cl_picture *picture, const char *path) {
  u2cl_buffer *file = NULL;
  const uint8_t *bytes = NULL;
  size_t size = 0;
  FILE *stream = fopen(path, "wb");
  OK(u2cl_picture_encode(picture, NULL, &file));
  OK(u2cl_buffer_bytes(file, &bytes, &size));
  CHECK(stream && fwrite(bytes, 1, size, stream) == size);
  if (stream) fclose(stream);
  OK(u2cl_buffer_release(file));
}

static void make_pairs(void) {
  unsigned char map[width * height], truth[width * height];
  size_t i, k;
  char name[64];
  CHECK(mkdtemp(folder) != NULL);
  snprintf(name, sizeof name, "%s/maps", folder);
  CHECK(!mkdir(name, 0700));
  snprintf(name, sizeof name, "%s/truths", folder);
  CHECK(!mkdir(name, 0700));
  srand(7);
  for (i = 0; i < count; i++) {
    for (k = 0; k < sizeof map; k++) {
      size_t x = k % width, y = k / width;
      truth[k] = x > 5 + i && x < 30 && y > 4 && y < 20 + i ? 255 : 0;
      map[k] = (unsigned char)((truth[k] ? 140 : 20) + rand() % 100);
    }
    maps[i] = grey(map, width, height);
    truths[i] = grey(truth, width, height);
    snprintf(map_paths[i], sizeof map_paths[i], "%s/maps/%zu.png", folder, i);
    snprintf(truth_paths[i], sizeof truth_paths[i], "%s/truths/%zu.png", folder, i);
    map_list[i] = map_paths[i];
    truth_list[i] = truth_paths[i];
    save(maps[i], map_paths[i]);
    save(truths[i], truth_paths[i]);
  }
}

static u2cl_evaluation *begin(const u2cl_evaluation_options *options) {
  u2cl_evaluation *evaluation = NULL;
  OK(u2cl_evaluation_create(options, &evaluation));
  return evaluation;
}

static u2cl_measures end(u2cl_evaluation *evaluation) {
  u2cl_measures measures = {.struct_size = sizeof measures};
  OK(u2cl_evaluation_measures(evaluation, &measures));
  OK(u2cl_evaluation_release(evaluation));
  return measures;
}

/* The report has a text. */
static int reports(u2cl_evaluation *evaluation, const char *text) {
  u2cl_buffer *json = NULL;
  const uint8_t *bytes = NULL;
  size_t size = 0;
  int found;
  OK(u2cl_evaluation_report(evaluation, &json));
  OK(u2cl_buffer_bytes(json, &bytes, &size));
  found = bytes && strstr((const char *)bytes, text) != NULL;
  if (!found && bytes) fprintf(stderr, "%.300s has no %s\n", (const char *)bytes, text);
  OK(u2cl_buffer_release(json));
  return found;
}

static void same_measures(void) {
  u2cl_evaluation *one = begin(NULL), *files = begin(NULL), *folders = begin(NULL), *single = begin(NULL);
  u2cl_measures expected, found;
  char path[2][64];
  size_t i;
  OK(u2cl_evaluation_add(one, of(maps), of(truths), count));
  CHECK(reports(one, "\"pictures\":9"));
  expected = end(one);
  CHECK(expected.pictures == count && expected.mae > 0.05 && expected.mae < 0.5 && expected.max_f > 0.9);
  CHECK(expected.max_f >= expected.mean_f && expected.s_measure > 0.5 && expected.s_measure < 1);
  OK(u2cl_evaluation_add_files(files, map_list, truth_list, 4));
  OK(u2cl_evaluation_add_files(files, map_list + 4, truth_list + 4, count - 4));
  found = end(files);
  CHECK(!memcmp(&found, &expected, sizeof found));
  snprintf(path[0], sizeof path[0], "%s/maps", folder);
  snprintf(path[1], sizeof path[1], "%s/truths", folder);
  OK(u2cl_evaluation_add_folders(folders, path[0], path[1]));
  found = end(folders);
  CHECK(!memcmp(&found, &expected, sizeof found));
  for (i = 0; i < count; i++) OK(u2cl_evaluation_add(single, of(maps) + i, of(truths) + i, 1));
  found = end(single);
  CHECK(!memcmp(&found, &expected, sizeof found));
}

static void perfect(void) {
  u2cl_evaluation *evaluation = begin(NULL);
  u2cl_measures found;
  OK(u2cl_evaluation_add(evaluation, of(truths), of(truths), count));
  found = end(evaluation);
  CHECK(found.mae == 0 && found.max_iou == 1 && found.iou_50 == 1 && found.s_measure > 0.999);
}

/* What cannot be scored fails and adds nothing, or is listed. */
static void issues(void) {
  static const unsigned char small[12] = {1, 200};
  u2cl_evaluation_options options = {.struct_size = sizeof options, .allows_issues = 1, .keeps_rows = 1};
  u2cl_evaluation *strict = begin(NULL), *lax = begin(&options), *resizing;
  u2cl_picture *odd[2] = {maps[0], grey(small, 4, 3)};
  const char *files[2] = {map_paths[0], "/nowhere/map.png"};
  u2cl_measures measures = {.struct_size = sizeof measures};
  u2cl_buffer *json = NULL;
  FAILS(u2cl_evaluation_add(strict, of(odd), of(truths), 2), U2CL_ERROR_FILE, "pair 1");
  FAILS(u2cl_evaluation_add_files(strict, files, truth_list, 2), U2CL_ERROR_FILE, "/nowhere/map.png");
  FAILS(u2cl_evaluation_add_folders(strict, "/nowhere", folder), U2CL_ERROR_FILE, "/nowhere");
  FAILS(u2cl_evaluation_measures(strict, &measures), U2CL_ERROR_USAGE, "no pair");
  FAILS(u2cl_evaluation_report(strict, &json), U2CL_ERROR_USAGE, "no pair");
  OK(u2cl_evaluation_release(strict));
  OK(u2cl_evaluation_add(lax, of(odd), of(truths), 2));
  OK(u2cl_evaluation_add_files(lax, files, truth_list, 2));
  CHECK(reports(lax, "\"wrongSize\"") && reports(lax, "\"unreadable\"") && reports(lax, "\"index\":2"));
  CHECK(end(lax).pictures == 2);
  options.resizes_maps = 1;
  options.allows_issues = 0;
  options.truth_threshold = 1;
  resizing = begin(&options);
  OK(u2cl_evaluation_add(resizing, of(odd), of(truths), 2));
  CHECK(reports(resizing, "\"resizedMaps\":1"));
  CHECK(end(resizing).pictures == 2);
  OK(u2cl_picture_release(odd[1]));
}

static void arguments(void) {
  u2cl_evaluation_options options = {.struct_size = sizeof options, .truth_threshold = 256};
  u2cl_evaluation *evaluation = NULL;
  u2cl_measures measures = {.struct_size = 8};
  const char *none[1] = {NULL};
  FAILS(u2cl_evaluation_create(&options, &evaluation), U2CL_ERROR_USAGE, "truth_threshold");
  options.truth_threshold = 0;
  options.keeps_rows = 2;
  FAILS(u2cl_evaluation_create(&options, &evaluation), U2CL_ERROR_USAGE, "keeps_rows");
  FAILS(u2cl_evaluation_create(NULL, NULL), U2CL_ERROR_USAGE, "NULL");
  evaluation = begin(NULL);
  FAILS(u2cl_evaluation_add(evaluation, NULL, of(truths), 1), U2CL_ERROR_USAGE, "NULL");
  FAILS(u2cl_evaluation_add(evaluation, of(maps), of(truths), 0), U2CL_ERROR_USAGE, "0 pairs");
  FAILS(u2cl_evaluation_add_files(evaluation, none, truth_list, 1), U2CL_ERROR_USAGE, "pair 0 is NULL");
  FAILS(u2cl_evaluation_add_folders(evaluation, NULL, folder), U2CL_ERROR_USAGE, "NULL");
  FAILS(u2cl_evaluation_measures(evaluation, NULL), U2CL_ERROR_USAGE, "NULL");
  FAILS(u2cl_evaluation_measures(evaluation, &measures), U2CL_ERROR_USAGE, "struct_size");
  FAILS(u2cl_evaluation_add((u2cl_evaluation *)maps[0], of(maps), of(truths), 1), U2CL_ERROR_USAGE, "no evaluation");
  OK(u2cl_evaluation_release(evaluation));
  FAILS(u2cl_evaluation_release(evaluation), U2CL_ERROR_USAGE, "was released");
}

static u2cl_evaluation *own;

static int32_t stop(void *context, uint64_t done, uint64_t total) {
  int *calls = context;
  CHECK(total == 9 && done <= total);
  ++*calls;
  FAILS(u2cl_evaluation_add(own, of(maps), of(truths), 1), U2CL_ERROR_USAGE, "callback");
  return *calls == 1;
}

/* A cancelled call adds nothing, and the evaluation goes on. */
static void cancelled(void) {
  int calls = 0;
  u2cl_evaluation_options options = {.struct_size = sizeof options, .progress = stop, .progress_context = &calls};
  u2cl_measures measures = {.struct_size = sizeof measures};
  own = begin(&options);
  FAILS(u2cl_evaluation_add(own, of(maps), of(truths), count), U2CL_ERROR_CANCELLED, "cancelled");
  FAILS(u2cl_evaluation_measures(own, &measures), U2CL_ERROR_USAGE, "no pair");
  OK(u2cl_evaluation_add(own, of(maps), of(truths), count));
  CHECK(calls == 2 && end(own).pictures == count);
}

static void *add_all(void *evaluation) {
  size_t i;
  for (i = 0; i < count; i++) OK(u2cl_evaluation_add(evaluation, of(maps) + i, of(truths) + i, 1));
  return NULL;
}

static void threads(void) {
  u2cl_evaluation *evaluation = begin(NULL);
  pthread_t ids[4];
  int i;
  for (i = 0; i < 4; i++)
    if (pthread_create(&ids[i], NULL, add_all, evaluation)) abort();
  for (i = 0; i < 4; i++) pthread_join(ids[i], NULL);
  CHECK(end(evaluation).pictures == 4 * count);
}

int main(void) {
  char name[64];
  size_t i;
  make_pairs();
  same_measures();
  perfect();
  issues();
  arguments();
  cancelled();
  threads();
  for (i = 0; i < count; i++) {
    OK(u2cl_picture_release(maps[i]));
    OK(u2cl_picture_release(truths[i]));
    CHECK(!unlink(map_paths[i]) && !unlink(truth_paths[i]));
  }
  snprintf(name, sizeof name, "%s/maps", folder);
  CHECK(!rmdir(name));
  snprintf(name, sizeof name, "%s/truths", folder);
  CHECK(!rmdir(name) && !rmdir(folder));
  return finish("evaluation");
}
