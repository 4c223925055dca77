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
    const isGone = (list, key, value) => list.length > 0 && !list.some((entry) => String(entry[key]) === value);
    if (isGone(models, "name", choices.settings.model)) choices.settings.model = "";
    if (isGone(devices, "id", choices.settings.device)) choices.settings.device = "";
    showEngine();
  }, delay);
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

function modelCard(model) {
  const facts = [model.task];
  if (model.bytes) facts.push(byteCount(model.bytes));
  if (model.loaded !== undefined) facts.push(text(model.loaded ? "loaded" : "notLoaded"));
  facts.push(lastTime(`model ${model.name}`));
  return { value: model.name, title: model.name, facts };
}

function deviceCard(device) {
  const facts = [device.kind, lastTime(`device ${device.id}`) ?? lastTime(`device ${device.name}`)];
  return { value: String(device.id), title: device.name, facts };
}

function lastTime(key) {
  return lastTimes.has(key) ? text("lastTime", { seconds: seconds(lastTimes.get(key)) }) : null;
}

function showCards(name, entries) {
  const list = byId(`${name}s`);
  list.closest("fieldset").hidden = entries.length === 0;
  const note = text(name === "model" ? "usualNote" : "usualDeviceNote");
  const usual = { value: "", title: text("usual"), facts: [note, lastTime(`${name} `)] };
  list.replaceChildren(...[usual, ...entries].map((entry) => {
    const radio = make("input", "");
    Object.assign(radio, { type: "radio", name, value: entry.value });
    radio.addEventListener("change", () => change({ [name]: entry.value }));
    const facts = make("span", "card-facts", entry.facts.filter(Boolean).join(" · "));
    return make("label", "card", radio, make("span", "card-text", make("span", "card-title", entry.title), facts));
  }));
}

function showEngineChoice(settings) {
  for (const name of ["model", "device"]) {
    checkRadio(name, settings[name]);
  }
  const device = devices.find((entry) => String(entry.id) === settings.device)?.name;
  byId("engine-now").textContent = [settings.model, device].filter(Boolean).join(" · ");
}
