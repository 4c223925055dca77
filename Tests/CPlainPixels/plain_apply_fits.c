#include "plain.h"

#include "../../Sources/CPixels/apply_fits.c"
