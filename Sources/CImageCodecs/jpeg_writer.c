// Encodes JPEG by libjpeg-turbo, into memory.
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

#include "flattening.h"
#include "image_codecs.h"
#include "jpeg_tables.h"

// From this quality on colours are not subsampled; below it subsampling is not visible.
enum { full_color_quality = 90 };
// The most bytes of a marker behind its length.
enum { marker_limit = 65533 };
// Huffman tables of colours are made for one strip of blocks in this many, of pictures that have at least so many
// strips. Tables for the whole picture take more than half of the time and keep all coefficients in memory, for files
// 0.1 to 0.6 % smaller (photographs; 3 % for shapes). The standard's tables make files 3 to 40 % larger.
enum { strips_per_sample = 8, fewest_strips = 32 };

typedef struct {
  struct jpeg_compress_struct cinfo;
  struct jpeg_compress_struct sample;
  struct jpeg_destination_mgr nowhere;
  JOCTET discarded[4096];
  uint8_t *flat;  // a row of a picture with alpha, laid over white
  struct jpeg_error_mgr errors;
  u2cl_codec_status failure;
  jmp_buf escape;
} jpeg_writer;

static _Noreturn void fail(j_common_ptr cinfo) {
  jpeg_writer *self = cinfo->client_data;
  self->failure = cinfo->err->msg_code == JERR_OUT_OF_MEMORY ? U2CL_CODEC_OUT_OF_MEMORY : U2CL_CODEC_UNSUPPORTED;
  longjmp(self->escape, 1);
}

static void print_nothing(j_common_ptr cinfo) { (void)cinfo; }

// Writes an APP1 marker of a signature and a block; a block that does not fit into one marker is left out.
static void write_app1(j_compress_ptr cinfo, const char *signature, size_t length, u2cl_bytes block) {
  if (!block.bytes || block.count > marker_limit - length) return;
  jpeg_write_m_header(cinfo, JPEG_APP0 + 1, (unsigned)(length + block.count));
  for (size_t i = 0; i < length; i++) jpeg_write_m_byte(cinfo, signature[i]);
  for (size_t i = 0; i < block.count; i++) jpeg_write_m_byte(cinfo, block.bytes[i]);
}

static void set_parameters(j_compress_ptr cinfo, const u2cl_image_info *info, size_t height, int quality) {
  cinfo->image_width = (JDIMENSION)info->width;
  cinfo->image_height = (JDIMENSION)height;
  cinfo->input_components = info->channels == 1 ? 1 : 3;
  cinfo->in_color_space = info->channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(cinfo);
  jpeg_set_quality(cinfo, quality, TRUE);
  cinfo->optimize_coding = TRUE;
  if (quality >= full_color_quality) cinfo->comp_info[0].h_samp_factor = cinfo->comp_info[0].v_samp_factor = 1;
}

static void write_rows(j_compress_ptr cinfo, const uint8_t *pixels, const u2cl_image_info *info, size_t count) {
  const jpeg_writer *self = cinfo->client_data;
  const size_t row_bytes = info->width * (size_t)info->channels;
  for (size_t y = 0; y < count; y++) {
    JSAMPROW row = (JSAMPROW)(pixels + y * row_bytes);
    if (self->flat) {
      u2cl_flatten_8(row, info->width, (const uint8_t[3]){255, 255, 255}, self->flat);
      row = self->flat;
    }
    jpeg_write_scanlines(cinfo, &row, 1);
  }
}

static void discard_all(j_compress_ptr cinfo) {
  jpeg_writer *self = cinfo->client_data;
  self->nowhere.next_output_byte = self->discarded;
  self->nowhere.free_in_buffer = sizeof self->discarded;
}

static boolean discard(j_compress_ptr cinfo) {
  discard_all(cinfo);
  return TRUE;
}

// Makes Huffman tables for a part of the picture, and gives the others of their symbols long codes.
static void sample_tables(jpeg_writer *self, const uint8_t *pixels, const u2cl_image_info *info, int quality) {
  j_compress_ptr cinfo = &self->cinfo, sample = &self->sample;
  const size_t strip = DCTSIZE * (size_t)cinfo->comp_info[0].v_samp_factor, strips = info->height / strip;
  if (info->channels == 1 || strips < fewest_strips) return;
  self->nowhere = (struct jpeg_destination_mgr){
    .init_destination = discard_all, .empty_output_buffer = discard, .term_destination = discard_all};
  jpeg_create_compress(sample);
  sample->dest = &self->nowhere;
  set_parameters(sample, info, strips / strips_per_sample * strip, quality);
  jpeg_start_compress(sample, TRUE);
  const size_t strip_bytes = strip * info->width * (size_t)info->channels;
  for (size_t i = 0; i < strips / strips_per_sample; i++) {
    write_rows(sample, pixels + (i * strips_per_sample + strips_per_sample / 2) * strip_bytes, info, strip);
  }
  jpeg_finish_compress(sample);
  for (int i = 0; i < 2; i++) {
    *cinfo->dc_huff_tbl_ptrs[i] = *sample->dc_huff_tbl_ptrs[i];
    *cinfo->ac_huff_tbl_ptrs[i] = *sample->ac_huff_tbl_ptrs[i];
    u2cl_complete_huffman_table(cinfo->dc_huff_tbl_ptrs[i], 1);
    u2cl_complete_huffman_table(cinfo->ac_huff_tbl_ptrs[i], 0);
  }
  cinfo->optimize_coding = FALSE;
}

static u2cl_codec_status write_all(
  jpeg_writer *self, const uint8_t *pixels, const u2cl_image_info *info, int quality,
  const u2cl_attachments *attachments, uint8_t **file, unsigned long *count) {
  j_compress_ptr cinfo = &self->cinfo;
  if (setjmp(self->escape)) return self->failure;
  jpeg_create_compress(cinfo);
  jpeg_mem_dest(cinfo, file, count);
  set_parameters(cinfo, info, info->height, quality);
  sample_tables(self, pixels, info, quality);
  if (attachments->density.unit != 0) {
    cinfo->density_unit = (UINT8)attachments->density.unit;
    cinfo->X_density = (UINT16)attachments->density.horizontal;
    cinfo->Y_density = (UINT16)attachments->density.vertical;
  }
  jpeg_start_compress(cinfo, TRUE);
  static const char exif[] = "Exif\0", xmp[] = "http://ns.adobe.com/xap/1.0/";
  write_app1(cinfo, exif, sizeof exif, attachments->exif);
  write_app1(cinfo, xmp, sizeof xmp, attachments->xmp);
  if (attachments->icc_profile.bytes) {
    jpeg_write_icc_profile(cinfo, attachments->icc_profile.bytes, (unsigned)attachments->icc_profile.count);
  }
  write_rows(cinfo, pixels, info, info->height);
  jpeg_finish_compress(cinfo);
  return U2CL_CODEC_OK;
}

u2cl_codec_status u2cl_jpeg_encode(
  const uint8_t *pixels, const u2cl_image_info *info, int quality, const u2cl_attachments *attachments, uint8_t **file,
  size_t *file_count) {
  jpeg_writer self = {.failure = U2CL_CODEC_UNSUPPORTED};
  self.cinfo.err = self.sample.err = jpeg_std_error(&self.errors);
  self.cinfo.client_data = self.sample.client_data = &self;
  self.errors.error_exit = fail;
  self.errors.output_message = print_nothing;
  *file = NULL;
  if (info->channels == 4 && !(self.flat = malloc(info->width * 3 + 1))) return U2CL_CODEC_OUT_OF_MEMORY;
  unsigned long count = 0;
  const u2cl_codec_status status = write_all(&self, pixels, info, quality, attachments, file, &count);
  // Where the buffer is once it has grown, only libjpeg knows until its destination ends.
  if (status != U2CL_CODEC_OK && *file) self.cinfo.dest->term_destination(&self.cinfo);
  jpeg_destroy_compress(&self.cinfo);
  jpeg_destroy_compress(&self.sample);
  free(self.flat);
  if (status != U2CL_CODEC_OK) {
    free(*file);
    *file = NULL;
    return status;
  }
  *file_count = count;
  return U2CL_CODEC_OK;
}
