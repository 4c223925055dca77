// SwiftPM builds a C target only if it has a source file; the functions are implemented in CLibrary, in Swift.
#include "u2cl.h"
