// The selected picture: its layers, the slider between before and after, zoom and pan.
//
// The layers are images that the browser scales and decodes as it needs them, so nothing is composed to look at a
// picture, and a new background shows at once.

const stage = {
  item: null,
  /** Pixels of the screen for each pixel of the picture, and where the picture begins. */
  scale: 1,
  x: 0,
  y: 0,
  isFitted: true,
  isComparing: false,
  split: 0,
  size: null,
  crop: null,
  /** Small copies of the picture and its cut-out, for a blurred background. */
  small: null,
  urls: {},
};

/** Shows a picture; a picture that is shown already is brought up to date. */
async function showOnStage(item) {
  const isNew = stage.item !== item;
  if (isNew) clearStage();
  stage.item = item;
  if (isNew) {
    showLayer("original", item.file);
    stage.small = null;
    setSplit(0);
  }
  if (stage.urls.cutoutBlob !== item.result?.blob) {
    const isFirst = !stage.urls.cutoutBlob && !isNew;
    stage.urls.cutoutBlob = item.result?.blob;
    stage.small = null;
    showLayer("cutout", item.result?.blob);
    if (isFirst) reveal();
  }
  showStageState();
  await showBackdrop();
  await showCrop();
}

/** Loads a layer, and forgets the one before. */
function showLayer(name, blob) {
  const image = byId(name);
  if (stage.urls[name]) URL.revokeObjectURL(stage.urls[name]);
  stage.urls[name] = null;
  if (!blob) {
    image.hidden = true;
    image.removeAttribute("src");
    return;
  }
  stage.urls[name] = URL.createObjectURL(blob);
  image.onload = () => {
    image.hidden = false;
    if (stage.size?.width !== image.naturalWidth || stage.size?.height !== image.naturalHeight) {
      if (name === "cutout" || !stage.item?.result) setStageSize(image.naturalWidth, image.naturalHeight);
    }
    showStageState();
  };
  image.onerror = () => {
    image.hidden = true;
    showStageState();
  };
  image.src = stage.urls[name];
}

function clearStage() {
  showLayer("original", null);
  showLayer("cutout", null);
  byId("backdrop").replaceChildren();
  Object.assign(stage, { item: null, size: null, crop: null, small: null, urls: {}, isFitted: true });
  byId("crop").hidden = true;
}

/** Shows what the state of the picture needs: progress, an error, or the comparison. */
function showStageState() {
  const { item } = stage;
  if (!item) return;
  const hasBoth = Boolean(item.result) && !byId("original").hidden && item.state !== "failed";
  const waits = isBusy(item) || item.state === "waiting";
  byId("busy").hidden = !waits;
  byId("busy").classList.toggle("again", Boolean(item.result));
  byId("sheet").classList.toggle("veiled", waits && !item.result);
  byId("busy-text").textContent = stateText(item);
  const bar = byId("busy-bar");
  if (item.state === "uploading" && item.progress < 1) bar.value = item.progress;
  else bar.removeAttribute("value");
  const { error } = item;
  byId("fault").hidden = item.state !== "failed" && item.state !== "cancelled";
  byId("fault").classList.toggle("calm", item.state === "cancelled");
  byId("fault-title").textContent = error?.title ?? text("cancelled");
  byId("fault-detail").textContent = error?.detail ?? "";
  byId("fault-detail").lang = error?.status ? "en" : language;
  byId("sheet").hidden = item.state === "failed";
  byId("edge").hidden = !hasBoth;
  for (const id of ["split", "hold"]) byId(id).disabled = !hasBoth;
  byId("backdrop").hidden = !item.result;
  showFacts(item);
  placeSheet();
}

function showFacts(item) {
  const { result, size } = item;
  const facts = [item.name];
  const side = (pixels) => number(pixels, { useGrouping: false });
  if (size) facts.push(`${side(size.width)} × ${side(size.height)}`);
  if (result) {
    const server = Object.values(result.phases).reduce((sum, phase) => sum + phase, 0);
    facts.push(result.model, text("serverTime", { seconds: seconds(server || result.time) }));
    if (result.confidence !== null) facts.push(text("confidence", { percent: percentage(result.confidence) }));
    if (byId("original").hidden) facts.push(text("noPreview"));
  }
  const line = byId("facts");
  line.replaceChildren(...facts.filter(Boolean).map((fact) => make("span", "", fact)));
  const { decode, detect, encode } = result?.phases ?? {};
  const rounded = { decode: Math.round(decode), detect: Math.round(detect), encode: Math.round(encode) };
  line.title = detect === undefined ? "" : text("phases", rounded);
  byId("warning").hidden = !isNothing(item);
  byId("warning").querySelector("span").textContent = text("nothing");
}

/** Shows the background of the selected picture under its cut-out. */
async function showBackdrop() {
  const { item } = stage;
  const layer = byId("backdrop");
  if (!item?.result) return layer.replaceChildren();
  const { background, color, blur, backdrop } = item.settings;
  layer.className = `backdrop ${background}`;
  layer.style.backgroundColor = background === "color" ? color : "";
  if (background === "picture" && backdrops.has(backdrop)) {
    const image = new Image();
    image.alt = "";
    image.src = backdrops.get(backdrop).url;
    layer.replaceChildren(image);
  } else if (background === "blur") {
    const { result } = item;
    try {
      stage.small ??= await smallCopies(item);
    } catch {
      return layer.replaceChildren();
    }
    if (stage.item !== item || item.result !== result || item.settings.background !== "blur") return;
    layer.replaceChildren(blurredBackground(stage.small.source, stage.small.cutout, item.settings.blur ?? blur));
  } else {
    layer.replaceChildren();
  }
}

function smallCopies(item) {
  return inTurn(async () => {
    const [source, cutout] = [await bitmapOf(item.file, 640), await bitmapOf(item.result.blob, 640)];
    return { source, cutout };
  }, true);
}

async function showCrop() {
  const { item } = stage;
  const crop = item ? await cropOf(item).catch(() => null) : null;
  if (stage.item !== item) return;
  stage.crop = crop;
  byId("crop").hidden = !crop;
  placeSheet();
}

// Before and after.

function setSplit(percent) {
  stage.split = Math.min(100, Math.max(0, percent));
  const range = byId("split");
  range.value = stage.split;
  range.setAttribute("aria-valuetext", text("compareValue", { percent: percentage(stage.split / 100) }));
  placeSplit();
}

/** The part of the stage that the picture fills, from left to right. */
function visibleSpan() {
  const width = byId("stage").clientWidth;
  const left = Math.max(0, stage.x);
  const right = Math.min(width, stage.x + (stage.size?.width ?? 0) * stage.scale);
  return { left, width: Math.max(1, right - left) };
}

function placeSplit() {
  const { item, size } = stage;
  if (!size) return;
  const span = visibleSpan();
  const at = span.left + (span.width * stage.split) / 100;
  const original = byId("original");
  const isWhole = stage.isComparing || !item?.result;
  const hidden = isWhole ? 0 : size.width * stage.scale - (at - stage.x);
  original.style.clipPath = `inset(0 ${Math.max(0, hidden)}px 0 0)`;
  // What is semi-transparent in the cut-out must not show the original beneath it.
  byId("edge").style.transform = `translateX(${at}px)`;
  byId("edge").classList.toggle("resting", stage.split === 0);
  const isSplit = !byId("edge").hidden && !stage.isComparing && stage.split > 8 && stage.split < 92;
  byId("tag-before").hidden = !(isSplit || (stage.isComparing && item?.result));
  byId("tag-after").hidden = !isSplit;
}

/** Sweeps from before to after when a result arrives. */
function reveal() {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  const { item } = stage;
  const start = performance.now();
  const frame = (now) => {
    const part = Math.min(1, (now - start) / 700);
    if (stage.item !== item || stage.isDragging) return;
    setSplit(100 * (1 - part) ** 3);
    if (part < 1) requestAnimationFrame(frame);
  };
  setSplit(100);
  requestAnimationFrame(frame);
}

function compare(isComparing) {
  if (byId("hold").disabled) isComparing = false;
  stage.isComparing = isComparing;
  byId("hold").classList.toggle("held", isComparing);
  placeSplit();
}

// Zoom and pan.

function setStageSize(width, height) {
  stage.size = { width, height };
  fit();
}

/** The scale at which the whole picture is seen. */
function fitScale() {
  const { clientWidth, clientHeight } = byId("stage");
  const gap = clientWidth < 600 ? 16 : 48;
  const { width, height } = stage.size;
  return Math.min((clientWidth - gap) / width, (clientHeight - gap) / height, 4);
}

function fit() {
  if (!stage.size) return;
  stage.isFitted = true;
  stage.scale = fitScale();
  placeSheet();
}

/** Zooms by a factor, around a point of the stage; around its middle by default. */
function zoomBy(factor, point) {
  if (!stage.size) return;
  const { clientWidth, clientHeight } = byId("stage");
  const [x, y] = point ?? [clientWidth / 2, clientHeight / 2];
  const least = Math.min(fitScale(), 1);
  const scale = Math.min(Math.max(16, least), Math.max(least, stage.scale * factor));
  stage.x = x - ((x - stage.x) * scale) / stage.scale;
  stage.y = y - ((y - stage.y) * scale) / stage.scale;
  stage.scale = scale;
  stage.isFitted = scale <= fitScale() * 1.001;
  placeSheet();
}

function panBy(x, y) {
  stage.x += x;
  stage.y += y;
  placeSheet();
}

/** Where a picture begins along one side of the stage: centred if it fits, else without a gap. */
function placed(at, length, room) {
  return length <= room ? (room - length) / 2 : Math.min(0, Math.max(room - length, at));
}

/** Puts the layers where they belong. */
function placeSheet() {
  const { size, scale, crop } = stage;
  if (!size) return;
  const { clientWidth, clientHeight } = byId("stage");
  const [width, height] = [size.width * scale, size.height * scale];
  stage.x = placed(stage.x, width, clientWidth);
  stage.y = placed(stage.y, height, clientHeight);
  const sheet = byId("sheet");
  Object.assign(sheet.style, { width: `${width}px`, height: `${height}px` });
  sheet.style.transform = `translate(${stage.x}px, ${stage.y}px)`;
  sheet.classList.toggle("pixels", scale > 3);
  byId("stage").classList.toggle("zoomed", !stage.isFitted);
  const frame = crop ?? { left: 0, top: 0, ...size };
  for (const property of ["left", "top", "width", "height"]) {
    byId("crop").style[property] = `${frame[property] * scale}px`;
    byId("backdrop").style[property] = `${frame[property] * scale}px`;
  }
  // Blur belongs to the whole picture, whatever the crop.
  if (byId("backdrop").classList.contains("blur")) {
    Object.assign(byId("backdrop").style, { left: 0, top: 0, width: "100%", height: "100%" });
  }
  showScale();
  placeSplit();
}

function showScale() {
  const button = byId("zoom-one");
  button.textContent = percentage(stage.scale);
  button.title = text("actualSize");
  button.setAttribute("aria-label", `${button.textContent}, ${button.title}`);
}

/** Dragging moves the slider while the whole picture is seen, and the picture once it is zoomed; two fingers zoom. */
function startStage() {
  const element = byId("stage");
  const pointers = new Map();
  let drag = null;
  const place = (event) => {
    const box = element.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.target.closest("button") || !stage.size) return;
    pointers.set(event.pointerId, place(event));
    element.setPointerCapture(event.pointerId);
    const onEdge = event.target.closest(".edge");
    drag = pointers.size > 1 ? "pinch" : onEdge || stage.isFitted ? "split" : "pan";
    if (drag === "split" && byId("edge").hidden) drag = null;
    stage.isDragging = true;
    element.classList.toggle("dragging", drag === "pan");
  });
  element.addEventListener("pointermove", (event) => {
    const last = pointers.get(event.pointerId);
    if (!last) return;
    const now = place(event);
    if (drag === "pinch" && pointers.size === 2) {
      const [other] = [...pointers.entries()].filter(([id]) => id !== event.pointerId).map(([, point]) => point);
      const distance = (point) => Math.hypot(point[0] - other[0], point[1] - other[1]);
      zoomBy(distance(now) / Math.max(1, distance(last)), [(now[0] + other[0]) / 2, (now[1] + other[1]) / 2]);
    } else if (drag === "pan") {
      panBy(now[0] - last[0], now[1] - last[1]);
    } else if (drag === "split") {
      const span = visibleSpan();
      setSplit((100 * (now[0] - span.left)) / span.width);
    }
    pointers.set(event.pointerId, now);
  });
  const end = (event) => {
    pointers.delete(event.pointerId);
    stage.isDragging = pointers.size > 0;
    if (pointers.size === 0) {
      drag = null;
      element.classList.remove("dragging");
    }
  };
  element.addEventListener("pointerup", end);
  element.addEventListener("pointercancel", end);
  element.addEventListener("wheel", (event) => {
    // On a phone's layout the page itself scrolls.
    if (!event.ctrlKey && !matchMedia("(min-width: 60rem)").matches) return;
    event.preventDefault();
    zoomBy(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0015)), place(event));
  }, { passive: false });
  element.addEventListener("dblclick", (event) => {
    if (event.target.closest("button")) return;
    if (stage.isFitted) zoomBy(Math.max(2, 1 / stage.scale), place(event));
    else fit();
  });
  element.addEventListener("keydown", stageKey);
  element.addEventListener("keyup", (event) => {
    if (event.key === " ") compare(false);
  });
  element.addEventListener("blur", () => compare(false));
  new ResizeObserver(() => (stage.isFitted ? fit() : placeSheet())).observe(element);
  startStageTools();
}

function stageKey(event) {
  if (event.target !== byId("stage") || event.ctrlKey || event.metaKey || event.altKey) return;
  const step = event.shiftKey ? 200 : 50;
  const keys = {
    "+": () => zoomBy(1.25),
    "=": () => zoomBy(1.25),
    "-": () => zoomBy(0.8),
    "0": fit,
    "1": () => zoomBy(1 / stage.scale),
    " ": () => compare(true),
    ArrowLeft: () => panBy(step, 0),
    ArrowRight: () => panBy(-step, 0),
    ArrowUp: () => panBy(0, step),
    ArrowDown: () => panBy(0, -step),
  };
  if (!keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
}

function startStageTools() {
  byId("split").addEventListener("input", (event) => setSplit(event.target.valueAsNumber));
  byId("split").addEventListener("focus", () => {
    byId("edge").classList.toggle("focused", byId("split").matches(":focus-visible"));
  });
  byId("split").addEventListener("blur", () => byId("edge").classList.remove("focused"));
  byId("zoom-in").onclick = () => zoomBy(1.25);
  byId("zoom-out").onclick = () => zoomBy(0.8);
  byId("zoom-one").onclick = () => zoomBy(1 / stage.scale);
  byId("zoom-fit").onclick = fit;
  const hold = byId("hold");
  hold.addEventListener("pointerdown", (event) => {
    hold.setPointerCapture(event.pointerId);
    compare(true);
  });
  for (const name of ["pointerup", "pointercancel", "blur"]) hold.addEventListener(name, () => compare(false));
  hold.addEventListener("keydown", (event) => {
    if (event.key === " " || event.key === "Enter") compare(true);
  });
  hold.addEventListener("keyup", () => compare(false));
  hold.addEventListener("contextmenu", (event) => event.preventDefault());
  byId("busy-cancel").onclick = () => cancel(stage.item);
  byId("fault-retry").onclick = () => retry(stage.item);
  byId("fault-remove").onclick = () => removeWithFocus(stage.item);
}
