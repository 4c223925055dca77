// Decoding, thumbnails, and composing cut-outs over backgrounds, in canvases.

/** A canvas of a size. */
function canvasOf(width, height) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width));
  canvas.height = Math.max(1, Math.round(height));
  return canvas;
}

/** Gives the pixels of a canvas back at once, without waiting for the garbage collector. */
function release(canvas) {
  if (canvas) canvas.width = canvas.height = 0;
}

/** A picture at its own size, or with its longer side at `longest`. The caller closes the bitmap. */
async function bitmapOf(blob, longest) {
  const whole = await createImageBitmap(blob);
  const scale = longest / Math.max(whole.width, whole.height);
  if (!longest || scale >= 1) return whole;
  const width = Math.max(1, Math.round(whole.width * scale));
  const height = Math.max(1, Math.round(whole.height * scale));
  const small = await createImageBitmap(whole, { resizeWidth: width, resizeHeight: height, resizeQuality: "medium" });
  whole.close();
  return small;
}

/** Large pictures are decoded one after another, so that many of them do not fill the memory. */
const decodings = [];
let isDecoding = false;

/** Does what takes a decoded picture in turn; results go before pictures that have only been added. */
function inTurn(work, isUrgent) {
  return new Promise((resolve, reject) => {
    const step = () => work().then(resolve, reject);
    if (isUrgent) decodings.unshift(step);
    else decodings.push(step);
    if (!isDecoding) decodeNext();
  });
}

async function decodeNext() {
  isDecoding = true;
  for (let step = decodings.shift(); step; step = decodings.shift()) await step();
  isDecoding = false;
}

/** A small canvas with a picture, and the size of the picture. */
function thumbnailOf(blob, longest, isUrgent = false) {
  return inTurn(async () => {
    const whole = await createImageBitmap(blob);
    const { width, height } = whole;
    const scale = Math.min(1, longest / Math.max(width, height));
    const options = {
      resizeWidth: Math.max(1, Math.round(width * scale)),
      resizeHeight: Math.max(1, Math.round(height * scale)),
      resizeQuality: "medium",
    };
    const small = await createImageBitmap(whole, options);
    whole.close();
    const canvas = canvasOf(small.width, small.height);
    canvas.getContext("2d").drawImage(small, 0, 0);
    small.close();
    return { canvas, width, height };
  }, isUrgent);
}

/**
 * The smallest rectangle with all that is visible, by the server's rule: alpha above 5 %. Null if there is nothing.
 * The picture is read in strips.
 */
function visibleBox(bitmap) {
  const { width, height } = bitmap;
  const strip = Math.max(1, Math.min(height, Math.floor((1 << 22) / width)));
  const canvas = canvasOf(width, strip);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  let [left, right, top, bottom] = [width, -1, -1, -1];
  for (let start = 0; start < height; start += strip) {
    const rows = Math.min(strip, height - start);
    context.clearRect(0, 0, width, strip);
    context.drawImage(bitmap, 0, start, width, rows, 0, 0, width, rows);
    const pixels = context.getImageData(0, 0, width, rows).data;
    for (let y = 0; y < rows; y += 1) {
      const [row, end] = [4 * y * width + 3, 4 * (y + 1) * width];
      let first = row;
      while (first < end && pixels[first] <= 12) first += 4;
      if (first >= end) continue;
      let last = end - 1;
      while (pixels[last] <= 12) last -= 4;
      left = Math.min(left, (first - row) / 4);
      right = Math.max(right, (last - row) / 4);
      if (top < 0) top = start + y;
      bottom = start + y;
    }
  }
  release(canvas);
  return right < 0 ? null : { left, top, width: right - left + 1, height: bottom - top + 1 };
}

/** A rectangle with a margin in per cent of its longer side, within a picture. */
function grown(box, margin, width, height) {
  const extra = Math.round((Math.max(box.width, box.height) * margin) / 100);
  const [left, top] = [Math.max(0, box.left - extra), Math.max(0, box.top - extra)];
  return {
    left,
    top,
    width: Math.min(width, box.left + box.width + extra) - left,
    height: Math.min(height, box.top + box.height + extra) - top,
  };
}

/**
 * The blurred background of a picture, on a coarse canvas to be scaled up. The subject is left out, because its colours
 * would glow around it. `strength` is the radius in per cent of the longer side.
 */
function blurredBackground(source, cutout, strength) {
  const longer = Math.max(source.width, source.height);
  const scale = Math.min(1, 640 / longer, 400 / strength / longer);
  const [width, height] = [source.width, source.height].map((side) => Math.max(1, Math.round(side * scale)));
  const [colors, alphas] = [source, cutout].map((picture) => pixelsOf(picture, width, height));
  let planes = new Float32Array(4 * width * height);
  for (let index = 0; index < planes.length; index += 4) {
    // The subject counts a little, so that every place has a colour.
    const weight = 1 - alphas[index + 3] / 255 + 0.001;
    for (let channel = 0; channel < 3; channel += 1) planes[index + channel] = colors[index + channel] * weight;
    planes[index + 3] = weight;
  }
  // Three box filters approximate a Gaussian.
  const radius = Math.max(1, Math.round((0.7 * strength * Math.max(width, height)) / 100));
  for (let pass = 0; pass < 3; pass += 1) {
    planes = boxMean(planes, width, height, radius, 4, 4 * width);
    planes = boxMean(planes, height, width, radius, 4 * width, 4);
  }
  const canvas = canvasOf(width, height);
  const image = new ImageData(width, height);
  for (let index = 0; index < planes.length; index += 4) {
    const weight = planes[index + 3];
    for (let channel = 0; channel < 3; channel += 1) image.data[index + channel] = planes[index + channel] / weight;
    image.data[index + 3] = 255;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

function pixelsOf(picture, width, height) {
  const canvas = canvasOf(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  release(canvas);
  return data;
}

/** The mean over windows along one axis; `step` leads along the axis, `line` to the next line. */
function boxMean(planes, count, lines, radius, step, line) {
  const result = new Float32Array(planes.length);
  for (let index = 0; index < lines; index += 1) {
    for (let channel = 0; channel < 4; channel += 1) {
      const start = index * line + channel;
      let [sum, inside] = [0, 0];
      for (let at = 0; at < Math.min(radius, count); at += 1, inside += 1) sum += planes[start + at * step];
      for (let at = 0; at < count; at += 1) {
        if (at + radius < count) [sum, inside] = [sum + planes[start + (at + radius) * step], inside + 1];
        if (at - radius > 0) [sum, inside] = [sum - planes[start + (at - radius - 1) * step], inside - 1];
        result[start + at * step] = sum / inside;
      }
    }
  }
  return result;
}

/** Draws a picture so that it covers a rectangle, centred. */
function drawCovering(context, picture, width, height) {
  const [ownWidth, ownHeight] = [picture.naturalWidth ?? picture.width, picture.naturalHeight ?? picture.height];
  const scale = Math.max(width / ownWidth, height / ownHeight);
  const [partWidth, partHeight] = [width / scale, height / scale];
  const [left, top] = [(ownWidth - partWidth) / 2, (ownHeight - partHeight) / 2];
  context.drawImage(picture, left, top, partWidth, partHeight, 0, 0, width, height);
}

/**
 * A cut-out over its background, at the size of the cut-out or of the crop.
 *
 * `opaque` lays white under what has no background, for JPEG. `source` is needed for a blurred background alone.
 */
function compose({ settings, source, cutout, crop, opaque }) {
  const { width, height } = cutout;
  const frame = crop ?? { left: 0, top: 0, width, height };
  const canvas = canvasOf(frame.width, frame.height);
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  const fill = settings.background === "color" ? settings.color : opaque ? "#ffffff" : null;
  if (fill) {
    context.fillStyle = fill;
    context.fillRect(0, 0, frame.width, frame.height);
  }
  const backdrop = backdrops.get(settings.backdrop);
  if (settings.background === "picture" && backdrop) drawCovering(context, backdrop.image, frame.width, frame.height);
  context.translate(-frame.left, -frame.top);
  if (settings.background === "blur" && source) {
    const blurred = blurredBackground(source, cutout, settings.blur);
    context.drawImage(blurred, 0, 0, width, height);
    release(blurred);
  }
  context.drawImage(cutout, 0, 0);
  return canvas;
}

/** A canvas as a file; null if the browser cannot make this format, or a picture of this size. */
function fileOf(canvas, format, quality) {
  return new Promise((resolve) => {
    canvas.toBlob((blob) => resolve(blob?.type === `image/${format}` ? blob : null), `image/${format}`, quality / 100);
  });
}
