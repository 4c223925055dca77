#include "build_info.h"

#include <stddef.h>

const char *u2cl_build_commit(void) {
#ifdef U2CL_COMMIT
  return U2CL_COMMIT;
#else
  return NULL;
#endif
}
