// Huffman tables of JPEG for a picture of which a part is known.
#ifndef U2CL_JPEG_TABLES_H
#define U2CL_JPEG_TABLES_H

#include <stdio.h>

#include <jpeglib.h>

// Gives every symbol that a baseline encoder can meet a code, at little cost to those that have one. The table is for
// the differences of DC coefficients (`is_dc`) or for runs and AC coefficients, of samples of 8 bits.
void u2cl_complete_huffman_table(JHUFF_TBL *table, int is_dc);

#endif
