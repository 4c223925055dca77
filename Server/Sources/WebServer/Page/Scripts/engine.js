// The choice of a model and a device, with what each costs.

let models = [];
let devices = [];
/** How long the server took for the last picture, by model and device, in milliseconds. */
const lastTimes = new Map();

function noteTime(item) {
  const { phases, time, model, device } = item.result;
  const took = Object.values(phases).reduce((sum, phase) => sum + phase, 0) || time;
  lastTimes.set(`model ${item.settings.model || ""}`, took);
  if (model) lastTimes.set(`model ${model}`, took);
  lastTimes.set(`device ${item.settings.device || ""}`, took);
  if (device) lastTimes.set(`device ${device}`, took);
}

let refresh = 0;

/** Asks the server for its models again, once it has nothing else to do: one may be loaded now. */
function refreshEngine(delay = 1000) {
  clearTimeout(refresh);
  refresh = setTimeout(async () => {
    [models, devices] = await Promise.all([listOf("models"), listOf("devices")]);
    // Devices that the server knows, but was not started with.
    devices = devices.filter((device) => device.isUsed !== false);
    forgetUnknown("model", models.map(modelCard));
    forgetUnknown("device", devices.map(deviceCard));
    showEngine();
  }, delay);
}

/** Goes back to the server's own choice where a choice that was remembered is no longer there. */
function forgetUnknown(name, cards) {
  const isKnown = (value) => !value || cards.length === 0 || cards.some((card) => card.value === value);
  for (const settings of [choices.settings, ...items.map((item) => item.settings)]) {
    if (!isKnown(settings[name])) settings[name] = "";
  }
}

/** Shows the models and the devices, if there is something to choose. */
function showEngine() {
  const focused = document.activeElement?.closest?.("#engine-box .card")?.querySelector("input");
  const [name, value] = [focused?.name, focused?.value];
  showCards("model", models.map(modelCard));
  showCards("device", devices.map(deviceCard));
  byId("engine-box").hidden = models.length + devices.length === 0;
  if (name) document.querySelector(`#engine-box input[name="${name}"][value="${CSS.escape(value)}"]`)?.focus();
  showEngineChoice(shownSettings());
}

// The server's own choice is not sent, so it has no value.

function modelCard({ name, task, purpose, bytes, loaded, isDefault }) {
  const facts = [isDefault && text("usual"), task, bytes && byteCount(bytes)];
  if (loaded !== undefined) facts.push(text(loaded ? "loaded" : "notLoaded"));
  facts.push(lastTime(`model ${name}`));
  return { value: isDefault ? "" : name, title: name, facts, hint: purpose };
}

function deviceCard({ id, name, kind, isDefault }) {
  const facts = [isDefault && text("usual"), kind, lastTime(`device ${name}`) ?? lastTime(`device ${id}`)];
  return { value: isDefault ? "" : String(id), title: name, facts };
}

function lastTime(key) {
  return lastTimes.has(key) ? text("lastTime", { seconds: seconds(lastTimes.get(key)) }) : null;
}

function showCards(name, entries) {
  const list = byId(`${name}s`);
  list.closest("fieldset").hidden = entries.length === 0;
  if (entries.length > 0 && !entries.some((entry) => entry.value === "")) {
    const note = text(name === "model" ? "usualNote" : "usualDeviceNote");
    entries.unshift({ value: "", title: text("usual"), facts: [note, lastTime(`${name} `)] });
  }
  list.replaceChildren(...entries.map((entry) => cardOf(name, entry)));
}

function cardOf(name, { value, title, facts, hint }) {
  const radio = make("input", "");
  Object.assign(radio, { type: "radio", name, value });
  radio.addEventListener("change", () => change({ [name]: value }));
  const line = make("span", "card-facts", facts.filter(Boolean).join(" · "));
  const card = make("label", "card", radio, make("span", "card-text", make("span", "card-title", title), line));
  if (hint) card.title = hint;
  return card;
}

function showEngineChoice(settings) {
  for (const name of ["model", "device"]) checkRadio(name, settings[name]);
  const device = devices.find((entry) => String(entry.id) === settings.device)?.name;
  byId("engine-now").textContent = [settings.model, device].filter(Boolean).join(" · ");
}
