// Downloads, archives and the clipboard.

const isReady = (item) => Boolean(item.result) && item.state === "done";
const extensions = { png: "png", webp: "webp", jpeg: "jpg" };

/** The result of a picture as a file, at full resolution. */
async function savedFile(item, format = choices.format, quality = choices.quality) {
  const { settings, result } = item;
  const crop = await cropOf(item);
  const isPlain = settings.background === "transparent" && !crop;
  if (format === "png" && isPlain && result.blob.type === "image/png") return result.blob;
  const file = await inTurn(() => composedFile(item, crop, format, quality), true).catch(() => null);
  // Some browsers have no WebP, or no canvas of this size; the server has both.
  return file ?? composedByServer(item, format, quality);
}

async function composedFile(item, crop, format, quality) {
  const { settings, result } = item;
  const cutout = await createImageBitmap(result.blob);
  const source = settings.background === "blur" ? await bitmapOf(item.file, 1024) : null;
  const canvas = compose({ settings, cutout, crop, opaque: format === "jpeg", source });
  cutout.close();
  source?.close();
  const file = await fileOf(canvas, format, quality);
  release(canvas);
  return file;
}

async function composedByServer(item, format, quality) {
  const { settings, size } = item;
  const form = formFor(item.file, item.name, settings);
  const backdrop = backdrops.get(settings.backdrop);
  let over = settings.background === "color" ? settings.color.slice(1) : null;
  if (settings.background === "transparent" && format === "jpeg") over = "ffffff";
  form.append("format", format);
  if (format !== "png") form.append("quality", String(quality));
  if (settings.background === "blur") {
    form.append("output", "blur");
    form.append("blur-radius", String((settings.blur * Math.max(size.width, size.height)) / 100));
  } else if (over || (settings.background === "picture" && backdrop)) {
    form.append("output", "composite");
    form.append("over", over ?? backdrop.blob);
  }
  if (settings.trim) {
    form.append("trim", "true");
    form.append("margin", `${settings.margin}%`);
  }
  return (await post(form)).blob;
}

/** The name of a result: that of its picture, with another extension. */
function savedName(item, format) {
  const base = item.name.replace(/\.[^.]{1,5}$/, "").replace(/[\u0000-\u001f\\/:*?"<>|]/g, "_").slice(0, 120);
  const { background } = item.settings;
  return `${base || "picture"}-${background === "transparent" ? "cutout" : background}.${extensions[format]}`;
}

function uniqueName(name, taken) {
  const [, base, extension] = /^(.*)(\.\w+)$/.exec(name);
  let result = name;
  // File systems of Windows and macOS take no notice of case.
  for (let copy = 2; taken.has(result.toLowerCase()); copy += 1) result = `${base}-${copy}${extension}`;
  taken.add(result.toLowerCase());
  return result;
}

function offer(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Runs what a button does, which is off meanwhile, and tells why it has failed. */
async function withButton(id, work) {
  const button = byId(id);
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-busy", "true");
  button.setAttribute("aria-disabled", "true");
  try {
    await work();
  } catch (error) {
    if (error) toast(text("saveFailed", { reason: error.detail ?? error.message ?? error.title }));
  }
  button.removeAttribute("aria-busy");
  button.removeAttribute("aria-disabled");
  showSaving();
}

async function downloadOne() {
  const item = selected;
  if (!item || !isReady(item)) return;
  const { format } = choices;
  offer(await savedFile(item, format), savedName(item, format));
  toast(counted("saved", { count: 1 }));
}

async function downloadAll() {
  const ready = items.filter(isReady);
  const { format, quality } = choices;
  const archive = new ZipArchive();
  const taken = new Set();
  for (const [index, item] of ready.entries()) {
    byId("download-all-text").textContent = text("packing", { done: number(index + 1), count: number(ready.length) });
    await archive.add(uniqueName(savedName(item, format), taken), await savedFile(item, format, quality));
  }
  offer(archive.finish(), "u2cl.zip");
  toast(counted("saved", { count: ready.length }));
}

async function copyOne() {
  const item = selected;
  if (!item || !isReady(item)) return;
  try {
    // A promise, because Safari wants the item within the click.
    await navigator.clipboard.write([new ClipboardItem({ "image/png": savedFile(item, "png") })]);
    toast(text("copied"));
  } catch {
    toast(text("copyFailed"));
  }
}

/** Shows what can be saved. */
function showSaving() {
  const ready = items.filter(isReady).length;
  const canSave = Boolean(selected && isReady(selected));
  byId("download").disabled = !canSave;
  byId("copy").disabled = !canSave;
  byId("copy").hidden = !navigator.clipboard?.write || typeof ClipboardItem === "undefined";
  byId("download-all").hidden = items.length < 2;
  byId("download-all").disabled = ready === 0;
  if (byId("download-all").getAttribute("aria-busy") !== "true") {
    byId("download-all-text").textContent = counted("downloadAll", { count: ready });
  }
}

function startSaving() {
  byId("download").onclick = () => withButton("download", downloadOne);
  byId("download-all").onclick = () => withButton("download-all", downloadAll);
  byId("copy").onclick = () => withButton("copy", copyOne);
}
