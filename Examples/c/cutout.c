/*
 * Cuts out what stands out in a picture:  cutout PICTURE RESULT.png
 *
 *   cc cutout.c $(pkg-config --cflags --libs u2cl) -o cutout
 */
#include <stdio.h>
#include <stdlib.h>
#include <u2cl.h>

static void log_line(void *context, const char *line) {
  (void)context;
  fprintf(stderr, "u2cl: %s\n", line);
}

static void *read_file(const char *path, size_t *size) {
  FILE *file = fopen(path, "rb");
  void *bytes = NULL;
  long length;
  if (!file) return NULL;
  if (!fseek(file, 0, SEEK_END) && (length = ftell(file)) > 0 && !fseek(file, 0, SEEK_SET) &&
      (bytes = malloc((size_t)length)) != NULL) {
    *size = fread(bytes, 1, (size_t)length, file);
  }
  fclose(file);
  return bytes;
}

static int write_file(const char *path, const void *bytes, size_t size) {
  FILE *file = fopen(path, "wb");
  int ok = file && fwrite(bytes, 1, size, file) == size;
  if (file && fclose(file)) ok = 0;
  return ok;
}

/* Each step runs if all before it went well. */
static u2cl_status cut_out(const void *bytes, size_t size, u2cl_buffer **file) {
  u2cl_detector *detector = NULL;
  u2cl_picture *picture = NULL, *cutout = NULL;
  u2cl_detection *detection = NULL;
  const u2cl_picture *pictures[1];
  u2cl_detect_options options = {.struct_size = sizeof options, .output = U2CL_REFINED_CUTOUTS};
  u2cl_status status = u2cl_detector_create(NULL, &detector);
  if (!status) status = u2cl_picture_decode(bytes, size, NULL, &picture);
  pictures[0] = picture;
  if (!status) status = u2cl_detector_detect(detector, pictures, 1, &options, &detection);
  if (!status) status = u2cl_detection_compose(detection, NULL, &cutout);
  if (!status) status = u2cl_picture_encode(cutout, NULL, file);
  u2cl_picture_release(cutout);
  u2cl_detection_release(detection);
  u2cl_picture_release(picture);
  u2cl_detector_release(detector);
  return status;
}

int main(int count, char **arguments) {
  size_t size = 0, file_size = 0;
  const uint8_t *file_bytes = NULL;
  u2cl_buffer *file = NULL;
  u2cl_status status;
  void *bytes;
  if (count != 3) return fprintf(stderr, "usage: cutout PICTURE RESULT.png\n"), 2;
  if (u2cl_abi_version() != U2CL_ABI_VERSION) return fprintf(stderr, "another libu2cl is needed\n"), 2;
  bytes = read_file(arguments[1], &size);
  if (!bytes) return fprintf(stderr, "%s cannot be read\n", arguments[1]), 5;
  u2cl_set_log(log_line, NULL);
  status = cut_out(bytes, size, &file);
  if (!status) status = u2cl_buffer_bytes(file, &file_bytes, &file_size);
  if (status) fprintf(stderr, "cutout: %s (%s)\n", u2cl_last_error(), u2cl_status_name(status));
  if (!status && !write_file(arguments[2], file_bytes, file_size)) {
    fprintf(stderr, "%s cannot be written\n", arguments[2]);
    status = U2CL_ERROR_FILE;
  }
  u2cl_buffer_release(file);
  free(bytes);
  return (int)status;
}
