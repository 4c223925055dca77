#pragma once

/// The commit that was built, a + behind it where the tree had been changed; NULL where the build was not told.
const char *u2cl_build_commit(void);
