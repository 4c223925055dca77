// The pictures of the page and the queue in which they are sent.

/** How many requests are under way at once: enough to keep a device busy while other pictures travel. */
const parallelRequests = 3;
const retryLimit = 5;

/** The pictures, in the order of the strip. */
const items = [];
let selected = null;
let lastId = 0;
/** Set while the server asks for a token. */
let isLocked = false;

/** The settings as the server sees them; a result with another key is out of date. */
const keyOf = (item) => JSON.stringify(optionsFor(item.settings));

function makeItem(file, name) {
  lastId += 1;
  return {
    id: lastId,
    file,
    name: name || file.name || `${text("picture")} ${lastId}`,
    settings: { ...choices.settings },
    state: "waiting",
    progress: 0,
    error: null,
    result: null,
    request: null,
    size: null,
    thumbs: {},
    /** Changes with every start, so that a late answer is told from a current one. */
    attempt: 0,
  };
}

const isBusy = (item) => ["uploading", "working", "pausing"].includes(item.state);

/** Starts as many waiting pictures as may be under way; the selected one first. */
function pump() {
  if (isLocked) return;
  while (items.filter(isBusy).length < parallelRequests) {
    const waiting = items.filter((item) => item.state === "waiting");
    const next = waiting.includes(selected) ? selected : waiting[0];
    if (!next) return;
    process(next);
  }
}

function setState(item, state, more = {}) {
  Object.assign(item, { state, ...more });
  showItem(item);
  showTally();
}

/** Sends a picture until it has a result or an error. */
async function process(item) {
  const attempt = (item.attempt += 1);
  const key = keyOf(item);
  setState(item, "uploading", { progress: 0, error: null });
  for (let tries = 1; item.attempt === attempt; tries += 1) {
    try {
      const answer = await send(item, attempt);
      if (item.attempt === attempt) await finish(item, key, answer, attempt);
      break;
    } catch (error) {
      if (item.attempt !== attempt || error === null) break;
      if (!(error instanceof RequestError)) error = new RequestError(500, String(error?.message ?? error));
      if (error.status === 401) {
        setState(item, "waiting");
        askForToken();
        return;
      }
      if (![429, 503].includes(error.status) || tries >= retryLimit) {
        setState(item, "failed", { error });
        say(`${text("pictureState", { name: item.name, state: error.title })}. ${error.detail}`);
        break;
      }
      await pause(item, attempt, error.retryAfter, tries);
    }
  }
  pump();
}

function send(item, attempt) {
  const form = formFor(item.file, item.name, item.settings);
  return post(form, (request, progress) => {
    if (item.attempt !== attempt) return;
    item.request = request;
    item.progress = progress;
    setState(item, progress < 1 ? "uploading" : "working");
  });
}

/** Waits as long as the server asks for, at most 30 seconds, and shows it. */
async function pause(item, attempt, retryAfter, tries) {
  const wait = Math.min(30, Number.isFinite(retryAfter) && retryAfter > 0 ? retryAfter : 2 ** (tries - 1));
  const end = performance.now() + wait * 1000 + Math.random() * 300;
  while (item.attempt === attempt && performance.now() < end) {
    setState(item, "pausing", { pause: Math.ceil((end - performance.now()) / 1000) });
    await new Promise((resolve) => setTimeout(resolve, Math.min(1000, Math.max(0, end - performance.now()))));
  }
  if (item.attempt === attempt) setState(item, "uploading", { progress: 0 });
}

/** Takes an answer as the result of a picture. */
async function finish(item, key, answer, attempt) {
  const { blob, time, header } = answer;
  const cutout = await thumbnailOf(blob, thumbnailSide, true);
  if (item.attempt !== attempt) return release(cutout.canvas);
  const confidence = Number.parseFloat(header("U2CL-Confidence"));
  release(item.thumbs.cutout);
  item.thumbs.cutout = cutout.canvas;
  item.request = null;
  item.size = { width: cutout.width, height: cutout.height };
  item.result = {
    key,
    blob,
    time,
    model: header("U2CL-Model"),
    device: header("U2CL-Device"),
    confidence: Number.isNaN(confidence) ? null : confidence,
    phases: phasesOf(header("Server-Timing")),
    box: undefined,
  };
  noteTime(item);
  // Settings may have changed meanwhile.
  setState(item, keyOf(item) === key ? "done" : "waiting");
  if (!items.some((each) => isBusy(each) || each.state === "waiting")) say(text("allDone"));
  refreshEngine();
}

/** Stops the request of a picture, if there is one. */
function stop(item) {
  item.attempt += 1;
  item.request?.abort();
  item.request = null;
}

function cancel(item) {
  if (!isBusy(item) && item.state !== "waiting") return;
  stop(item);
  setState(item, "cancelled");
  pump();
}

function cancelAll() {
  // Those that wait first, or they would start in the places of the others.
  for (const item of items.filter((each) => each.state === "waiting")) cancel(item);
  for (const item of items.filter(isBusy)) cancel(item);
}

function retry(item) {
  stop(item);
  setState(item, "waiting", { error: null });
  pump();
}

function retryAll() {
  const ended = items.filter((item) => ["failed", "cancelled"].includes(item.state));
  for (const item of ended) setState(item, "waiting", { error: null });
  pump();
}

/** Sends pictures again whose result is out of date. */
function renew(list) {
  for (const item of list) {
    if (item.result?.key === keyOf(item)) {
      if (item.state !== "done") {
        stop(item);
        setState(item, "done", { error: null });
      }
    } else if (item.state !== "cancelled" || item.result) {
      stop(item);
      setState(item, "waiting", { error: null });
    }
  }
  pump();
}

/** The rectangle to which a picture with a result is cropped; null if it is not. */
async function cropOf(item) {
  const { settings, result, size } = item;
  if (!settings.trim || !result) return null;
  if (result.box === undefined) {
    result.box = await inTurn(async () => {
      const bitmap = await createImageBitmap(result.blob);
      const box = visibleBox(bitmap);
      bitmap.close();
      return box;
    }, true);
  }
  // Noise is no subject to crop to.
  if (!result.box || isNothing(item)) return null;
  return grown(result.box, settings.margin, size.width, size.height);
}

const isNothing = (item) => item.result?.confidence != null && item.result.confidence < 0.5;

/** Adds pictures and selects the first of them. */
function add(files, name) {
  const added = [...files].map((file) => makeItem(file, name));
  if (added.length === 0) return;
  items.push(...added);
  const hadFocus = byId("welcome").contains(document.activeElement);
  showWork();
  for (const item of added) {
    showItem(item);
    thumbnailOf(item.file, thumbnailSide).then(
      ({ canvas, width, height }) => {
        if (!items.includes(item)) return release(canvas);
        item.thumbs.source = canvas;
        item.size ??= { width, height };
        showItem(item);
      },
      () => showItem(item),
    );
  }
  say(counted("added", { count: added.length }));
  if (!selected || added.length === 1) select(added[0]);
  // What had the focus is gone.
  if (hadFocus) tileOf.get(selected).pick.focus({ preventScroll: true });
  showTally();
  pump();
}

/** Takes pictures away; they can be had back as long as the line that says so is shown. */
function removeItems(list) {
  const places = list.map((item) => ({ item, index: items.indexOf(item) }));
  for (const item of list) {
    stop(item);
    items.splice(items.indexOf(item), 1);
    removeTile(item);
  }
  if (items.length === 0) showWelcome();
  else if (list.includes(selected)) select(items[Math.min(places[0].index, items.length - 1)]);
  showTally();
  pump();
  toast(counted("removed", { count: list.length }), {
    undo: () => restore(places),
    end: () => list.filter((item) => !items.includes(item)).forEach(forgetItem),
  });
}

/** Puts pictures back where they were. */
function restore(places) {
  for (const { item, index } of places) {
    items.splice(index, 0, item);
    if (isBusy(item)) item.state = "waiting";
  }
  showWork();
  byId("pictures").replaceChildren();
  tileOf.clear();
  for (const item of items) showItem(item);
  select(places[0].item);
  tileOf.get(selected).pick.focus();
  showTally();
  pump();
}
