// Encodes JPEG by libjpeg-turbo, into memory.
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

#include "image_codecs.h"

// From this quality on colours are not subsampled; below it subsampling is not visible.
enum { full_color_quality = 90 };
// The most bytes of a marker behind its length.
enum { marker_limit = 65533 };

typedef struct {
  struct jpeg_compress_struct cinfo;
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

static u2cl_codec_status write_all(
  jpeg_writer *self, const uint8_t *pixels, const u2cl_image_info *info, int quality,
  const u2cl_attachments *attachments, uint8_t **file, unsigned long *count) {
  j_compress_ptr cinfo = &self->cinfo;
  if (setjmp(self->escape)) return self->failure;
  jpeg_create_compress(cinfo);
  jpeg_mem_dest(cinfo, file, count);
  cinfo->image_width = (JDIMENSION)info->width;
  cinfo->image_height = (JDIMENSION)info->height;
  cinfo->input_components = info->channels;
  cinfo->in_color_space = info->channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(cinfo);
  jpeg_set_quality(cinfo, quality, TRUE);
  cinfo->optimize_coding = TRUE;
  if (quality >= full_color_quality) cinfo->comp_info[0].h_samp_factor = cinfo->comp_info[0].v_samp_factor = 1;
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
  const size_t row_bytes = info->width * (size_t)info->channels;
  while (cinfo->next_scanline < cinfo->image_height) {
    JSAMPROW row = (JSAMPROW)(pixels + cinfo->next_scanline * row_bytes);
    jpeg_write_scanlines(cinfo, &row, 1);
  }
  jpeg_finish_compress(cinfo);
  return U2CL_CODEC_OK;
}

u2cl_codec_status u2cl_jpeg_encode(
  const uint8_t *pixels, const u2cl_image_info *info, int quality, const u2cl_attachments *attachments, uint8_t **file,
  size_t *file_count) {
  jpeg_writer self = {.failure = U2CL_CODEC_UNSUPPORTED};
  self.cinfo.err = jpeg_std_error(&self.errors);
  self.cinfo.client_data = &self;
  self.errors.error_exit = fail;
  self.errors.output_message = print_nothing;
  *file = NULL;
  unsigned long count = 0;
  const u2cl_codec_status status = write_all(&self, pixels, info, quality, attachments, file, &count);
  // Where the buffer is once it has grown, only libjpeg knows until its destination ends.
  if (status != U2CL_CODEC_OK && *file) self.cinfo.dest->term_destination(&self.cinfo);
  jpeg_destroy_compress(&self.cinfo);
  if (status != U2CL_CODEC_OK) {
    free(*file);
    *file = NULL;
    return status;
  }
  *file_count = count;
  return U2CL_CODEC_OK;
}
