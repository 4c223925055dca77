// The mathematical functions of C and nothing else, under one name on every platform.
#include <math.h>
