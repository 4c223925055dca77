// All of the module's functions.
#ifndef U2CL_CPIXELS_H
#define U2CL_CPIXELS_H

#include "flattening.h"
#include "foreground.h"
#include "guided_fits.h"
#include "matting_system.h"
#include "pixel_blend.h"
#include "pixel_colors.h"
#include "pixel_formats.h"
#include "pixel_grid.h"
#include "png_filters.h"

#endif
