#include "plain.h"

#include "../../Sources/CPixels/pixel_colors.c"
