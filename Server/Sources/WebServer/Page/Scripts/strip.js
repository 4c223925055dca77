// The strip of pictures, with what is going on beside each.

/** The longer side of thumbnails, in pixels. */
const thumbnailSide = 240;
const tileOf = new Map();

function stateText(item) {
  switch (item.state) {
    case "uploading": return text("uploading", { percent: percentage(item.progress) });
    case "pausing": return text("pausing", { seconds: number(item.pause ?? 1) });
    case "failed": return item.error?.title ?? text("failed");
    case "done": return isNothing(item) ? text("nothingShort") : text("done");
    default: return text(item.state);
  }
}

const icon = (name) => {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("aria-hidden", "true");
  svg.append(document.createElementNS("http://www.w3.org/2000/svg", "use"));
  svg.firstChild.setAttribute("href", `#i-${name}`);
  return svg;
};

/** An element with a class, and what it holds. */
function make(tag, className, ...children) {
  const element = document.createElement(tag);
  element.className = className;
  element.append(...children);
  if (tag === "button") element.type = "button";
  return element;
}

function makeTile(item) {
  const canvas = make("canvas", "thumb");
  canvas.setAttribute("aria-hidden", "true");
  const badge = make("span", "badge");
  const meter = make("span", "meter");
  const pick = make("button", "pick", canvas, badge, meter);
  const line = make("p", "line");
  const act = make("button", "act icon");
  const remove = make("button", "remove icon", icon("cross"));
  const element = make("li", "picture", pick, line, act, remove);
  pick.addEventListener("click", () => select(item));
  pick.addEventListener("keydown", (event) => stripKey(event, item));
  act.addEventListener("click", () => {
    if (isBusy(item) || item.state === "waiting") cancel(item);
    else retry(item);
    if (act.hidden) pick.focus();
  });
  remove.addEventListener("click", () => removeWithFocus(item));
  const tile = { element, pick, canvas, badge, meter, line, act, remove };
  tileOf.set(item, tile);
  byId("pictures").append(element);
  return tile;
}

/** Brings everything that shows a picture up to date. */
function showItem(item) {
  if (!items.includes(item)) return;
  const tile = tileOf.get(item) ?? makeTile(item);
  const { element, pick, badge, meter, line, act, remove } = tile;
  const isSelected = item === selected;
  const waits = isBusy(item) || item.state === "waiting";
  const again = ["failed", "cancelled"].includes(item.state);
  element.dataset.state = item.state;
  element.classList.toggle("selected", isSelected);
  if (isSelected) pick.setAttribute("aria-current", "true");
  else pick.removeAttribute("aria-current");
  pick.setAttribute("aria-label", text("pictureState", { name: item.name, state: stateText(item) }));
  pick.title = item.name;
  // One stop for the Tab key; arrow keys move between pictures.
  for (const button of [pick, remove]) button.tabIndex = isSelected ? 0 : -1;
  act.tabIndex = isSelected || item.state === "failed" ? 0 : -1;
  meter.style.width = item.state === "uploading" ? `${Math.round(item.progress * 100)}%` : "";
  line.textContent = item.state === "done" && !isNothing(item) ? item.name : stateText(item);
  line.title = item.error?.detail ?? "";
  setBadge(badge, item);
  act.hidden = !waits && !again;
  if (!act.hidden) {
    act.replaceChildren(icon(again ? "retry" : "cross"));
    act.title = text(again ? "retryOne" : "cancelOne", { name: item.name });
    act.setAttribute("aria-label", act.title);
  }
  remove.hidden = waits;
  remove.title = text("removeOne", { name: item.name });
  remove.setAttribute("aria-label", remove.title);
  drawSoon(item);
  if (isSelected) showOnStage(item);
  showSaving();
}

function setBadge(badge, item) {
  const name = item.state === "failed" || isNothing(item) ? "alert" : item.state === "done" ? "check" : "";
  if (badge.dataset.icon === name) return;
  badge.dataset.icon = name;
  badge.replaceChildren(...(name ? [icon(name)] : []));
}

const tilesToDraw = new Set();

/** Draws a thumbnail with the next frame; many of them in several frames, so that sliders stay quick. */
function drawSoon(item) {
  tilesToDraw.add(item);
  if (tilesToDraw.size === 1) requestAnimationFrame(drawTiles);
}

function drawTiles() {
  const start = performance.now();
  for (const item of tilesToDraw) {
    if (performance.now() - start > 12) break;
    tilesToDraw.delete(item);
    if (tileOf.has(item)) drawTile(item);
  }
  if (tilesToDraw.size > 0) requestAnimationFrame(drawTiles);
}

/** Draws the thumbnail, once for each look that it has. */
function drawTile(item) {
  const { canvas } = tileOf.get(item);
  const { source, cutout } = item.thumbs;
  const { background, color, blur, backdrop } = item.settings;
  const look = [Boolean(source), item.result?.key, cutout && [background, color, blur, backdrop]].join();
  if (canvas.dataset.look === look) return;
  canvas.dataset.look = look;
  const picture = cutout ? compose({ settings: item.settings, source, cutout }) : source;
  if (!picture) return;
  [canvas.width, canvas.height] = [picture.width, picture.height];
  canvas.getContext("2d").drawImage(picture, 0, 0);
  canvas.classList.toggle("checker", Boolean(cutout));
  if (picture !== source) release(picture);
}

function stripKey(event, item) {
  const index = items.indexOf(item);
  const targets = { ArrowLeft: index - 1, ArrowRight: index + 1, Home: 0, End: items.length - 1 };
  if (event.key in targets) {
    event.preventDefault();
    const next = items[targets[event.key]];
    if (!next) return;
    select(next);
    tileOf.get(next).pick.focus();
  } else if (event.key === "Delete") {
    event.preventDefault();
    removeWithFocus(item);
  }
}

/** Removes a picture, and leaves the focus on its neighbour. */
function removeWithFocus(item) {
  const index = items.indexOf(item);
  removeItems([item]);
  const next = items[Math.min(index, items.length - 1)];
  if (next) tileOf.get(next)?.pick.focus();
  else document.querySelector('#welcome [data-action="choose"]').focus();
}

function removeTile(item) {
  tileOf.get(item)?.element.remove();
  tileOf.delete(item);
}

/** Gives the memory of a picture back that cannot be had again. */
function forgetItem(item) {
  release(item.thumbs.source);
  release(item.thumbs.cutout);
  item.thumbs = {};
  item.result = null;
}

function select(item) {
  const before = selected;
  selected = item;
  if (before && before !== item) showItem(before);
  showItem(item);
  showSettings();
  scrollTo(tileOf.get(item).element);
}

/** Scrolls the strip, and not the page, so that a picture is seen. */
function scrollTo(element) {
  const list = byId("pictures");
  const left = element.offsetLeft - list.offsetLeft;
  const right = left + element.offsetWidth;
  if (left < list.scrollLeft) list.scrollLeft = left - 8;
  else if (right > list.scrollLeft + list.clientWidth) list.scrollLeft = right - list.clientWidth + 8;
}

function showTally() {
  const count = items.length;
  const failures = items.filter((item) => item.state === "failed").length;
  const done = items.filter((item) => item.state === "done").length;
  let line = counted("tally", { count, done: number(done) });
  if (failures > 0) line += ` · ${counted("failures", { count: failures })}`;
  byId("tally").textContent = line;
  byId("cancel-all").hidden = !items.some((item) => isBusy(item) || item.state === "waiting");
  byId("retry-all").hidden = items.filter((item) => ["failed", "cancelled"].includes(item.state)).length < 2;
  byId("all-row").hidden = count < 2;
  showSaving();
}
