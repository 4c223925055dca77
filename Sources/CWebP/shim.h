#include <stdio.h>
#include <webp/decode.h>
#include <webp/demux.h>
