/* A child that was forked before the first use works; one that was forked later is refused everything, and ends. */
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

static u2cl_detector *detector;
static u2cl_picture *picture;

static int works(void) {
  u2cl_detector *own = make_detector(1, U2CL_MAIN_MAP);
  u2cl_picture *mine = make_picture(16, 16);
  CHECK(mask_hash(own, mine) != 0);
  OK(u2cl_detector_release(own));
  OK(u2cl_picture_release(mine));
  return failures;
}

static int is_refused(void) {
  u2cl_detection *found = NULL;
  const u2cl_picture *pictures[] = {picture};
  u2cl_detector *other = NULL;
  u2cl_buffer *json = NULL;
  u2cl_pixels view = {.struct_size = sizeof view};
  FAILS(u2cl_detector_detect(detector, pictures, 1, NULL, &found), U2CL_ERROR_FORKED, "forked");
  FAILS(u2cl_detector_create(NULL, &other), U2CL_ERROR_FORKED, "forked");
  FAILS(u2cl_devices(&json), U2CL_ERROR_FORKED, "forked");
  FAILS(u2cl_models(&json), U2CL_ERROR_FORKED, "forked");
  FAILS(u2cl_setup(NULL), U2CL_ERROR_FORKED, "forked");
  FAILS(u2cl_set_log(NULL, NULL), U2CL_ERROR_FORKED, "forked");
  FAILS(u2cl_picture_pixels(picture, &view), U2CL_ERROR_FORKED, "forked");
  OK(u2cl_picture_release(picture));
  OK(u2cl_detector_release(detector));
  CHECK(u2cl_version()[0] && u2cl_handle_count() == 0);
  return failures;
}

static void in_child(int (*body)(void)) {
  int status = -1;
  pid_t child = fork();
  if (child == 0) {
    alarm(60);
    exit(body() ? 1 : 0);
  }
  CHECK(child > 0 && waitpid(child, &status, 0) == child);
  if (status) fprintf(stderr, "the child ended with %x\n", status);
  CHECK(status == 0);
}

int main(void) {
  CHECK(u2cl_version()[0] != 0);
  in_child(works);
  in_child(works);
  detector = make_detector(1, U2CL_MAIN_MAP);
  picture = make_picture(16, 16);
  CHECK(mask_hash(detector, picture) != 0);
  in_child(is_refused);
  CHECK(mask_hash(detector, picture) != 0);
  in_child(is_refused);
  OK(u2cl_detector_release(detector));
  OK(u2cl_picture_release(picture));
  return finish("forks");
}
