// See jpeg_tables.h. Codes are made as in annex K.2 of ITU-T T.81.
#include "jpeg_tables.h"

#include <stdint.h>
#include <string.h>

enum { symbols = 256, reserved = symbols, longest = 16, most_bits = 64 };
// The frequency of a symbol whose code is one bit long. Symbols without a code are taken as this much rarer.
enum { half = 1 << 22 };

typedef struct {
  // 0 for what does not occur. The last one takes the code of ones alone, which JPEG forbids.
  uint32_t frequency[symbols + 1];
  int bits[symbols + 1];
  int next[symbols + 1];  // in the chain of symbols that are in one tree; -1 at its end
} huffman;

// The trees' least frequent root other than `but`; of equals the last. -1 if there is none.
static int least(const huffman *self, int but) {
  int found = -1;
  for (int i = 0; i <= symbols; i++) {
    if (i == but || self->frequency[i] == 0) continue;
    if (found < 0 || self->frequency[i] <= self->frequency[found]) found = i;
  }
  return found;
}

// Adds a bit to all symbols of a tree, and returns the last of them.
static int lengthen(huffman *self, int root) {
  int last = root;
  for (int i = root; i >= 0; i = self->next[i]) {
    self->bits[i]++;
    last = i;
  }
  return last;
}

static void find_lengths(huffman *self) {
  for (;;) {
    const int a = least(self, -1), b = least(self, a);
    if (b < 0) return;
    self->frequency[a] += self->frequency[b];
    self->frequency[b] = 0;
    const int last = lengthen(self, a);
    lengthen(self, b);
    self->next[last] = b;
  }
}

// Shortens codes of more than 16 bits, two at a time, by lengthening a shorter one.
static void limit_lengths(int counts[most_bits + 1]) {
  for (int i = most_bits; i > longest; i--) {
    while (counts[i] > 0) {
      int j = i - 2;
      while (counts[j] == 0) j--;
      counts[i] -= 2;
      counts[i - 1]++;
      counts[j + 1] += 2;
      counts[j]--;
    }
  }
}

static int is_possible(int symbol, int is_dc) {
  if (is_dc) return symbol <= 11;
  const int run = symbol >> 4, size = symbol & 15;
  return size == 0 ? run == 0 || run == 15 : size <= 10;
}

static void read_frequencies(huffman *self, const JHUFF_TBL *table, int is_dc) {
  memset(self, 0, sizeof *self);
  for (int i = 0; i <= symbols; i++) self->next[i] = -1;
  for (int symbol = 0; symbol < symbols; symbol++) self->frequency[symbol] = (uint32_t)is_possible(symbol, is_dc);
  self->frequency[reserved] = 1;
  int index = 0;
  for (int length = 1; length <= longest; length++) {
    for (int i = 0; i < table->bits[length]; i++) self->frequency[table->huffval[index++]] = half >> (length - 1);
  }
}

void u2cl_complete_huffman_table(JHUFF_TBL *table, int is_dc) {
  huffman self;
  read_frequencies(&self, table, is_dc);
  find_lengths(&self);
  int counts[most_bits + 1] = {0};
  for (int i = 0; i <= symbols; i++) {
    if (self.bits[i] > 0) counts[self.bits[i]]++;
  }
  limit_lengths(counts);
  int last = longest;
  while (counts[last] == 0) last--;
  counts[last]--;  // the reserved code is one of the longest
  table->bits[0] = 0;
  for (int length = 1; length <= longest; length++) table->bits[length] = (UINT8)counts[length];
  int index = 0;
  for (int length = 1; length <= most_bits; length++) {
    for (int symbol = 0; symbol < symbols; symbol++) {
      if (self.bits[symbol] == length) table->huffval[index++] = (UINT8)symbol;
    }
  }
  table->sent_table = FALSE;
}
