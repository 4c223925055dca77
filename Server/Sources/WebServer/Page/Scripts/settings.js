// The panel of settings. They belong to pictures; those that were chosen last begin with new ones.

/** Pictures to lay under cut-outs, by a number: `{blob, url, image}`. They are kept as long as the tab. */
const backdrops = new Map();
let lastBackdrop = 0;

const swatchColors = [
  "#ffffff", "#f1efe9", "#c9c9c9", "#111111", "#e6463c", "#f59f0a",
  "#ffd84d", "#2f9e62", "#1f9bb5", "#2b6be4", "#7a4fe0", "#ee6fa5",
];

/** Changes settings of the selected picture, or of all. */
function change(settings) {
  const list = choices.all || !selected ? items : [selected];
  Object.assign(choices.settings, settings);
  for (const item of list) Object.assign(item.settings, settings);
  writeChoices();
  showSettings();
  for (const item of list) if (tileOf.has(item)) showItem(item);
  if (Object.keys(settings).some((key) => serverSettings.includes(key))) renewSoon(list);
}

let renewal = 0;
let toRenew = new Set();

/** Sends pictures again once a slider has come to rest. */
function renewSoon(list) {
  for (const item of list) toRenew.add(item);
  clearTimeout(renewal);
  renewal = setTimeout(() => {
    const due = items.filter((item) => toRenew.has(item));
    toRenew = new Set();
    renew(due);
  }, 350);
}

/** The settings that the panel shows. */
const shownSettings = () => selected?.settings ?? choices.settings;

function showSettings() {
  const settings = shownSettings();
  checkRadio("background", settings.background);
  for (const kind of ["color", "blur", "picture"]) byId(`${kind}-detail`).hidden = settings.background !== kind;
  byId("color").value = settings.color;
  byId("colour-pic").style.backgroundColor = settings.color;
  press("swatches", settings.color);
  setSlider("blur", settings.blur, number(settings.blur, { minimumFractionDigits: 1, maximumFractionDigits: 1 }));
  press("backdrops", String(settings.backdrop));
  checkRadio("edges", settings.edges);
  byId("edges-note").textContent = text(`${edgeNames[settings.edges]}Note`);
  setSlider("feather", settings.feather, settings.feather ? `${number(settings.feather)} px` : text("off"));
  byId("hard").checked = settings.hard;
  byId("threshold-row").hidden = !settings.hard;
  setSlider("threshold", settings.threshold, percentage(settings.threshold));
  byId("invert").checked = settings.invert;
  byId("trim").checked = settings.trim;
  byId("margin-row").hidden = !settings.trim;
  setSlider("margin", settings.margin, percentage(settings.margin / 100));
  showSummaries(settings);
  showEngineChoice(settings);
  byId("all").checked = choices.all;
  byId("format").value = choices.format;
  byId("quality-row").hidden = choices.format === "png";
  setSlider("quality", choices.quality, number(choices.quality));
  byId("jpeg-note").hidden = choices.format !== "jpeg" || settings.background !== "transparent";
}

/** The texts for the methods of finding edges. */
const edgeNames = { plain: "edgesPlain", refined: "edgesRefined", matted: "edgesMatted" };

const radiosOf = (name) => document.querySelectorAll(`input[type="radio"][name="${name}"]`);

function checkRadio(name, value) {
  for (const radio of radiosOf(name)) radio.checked = radio.value === value;
}

/** Shows which of some buttons is the chosen one. */
function press(id, value) {
  for (const button of byId(id).children) button.setAttribute("aria-pressed", String(button.value === value));
}

/** What is chosen in each part of the panel, to be seen while it is closed. */
function showSummaries(settings) {
  const edges = [text(edgeNames[settings.edges])];
  if (settings.feather) edges.push(`${number(settings.feather)} px`);
  if (settings.hard) edges.push(percentage(settings.threshold));
  byId("edges-now").textContent = edges.join(" · ");
  byId("crop-now").textContent = settings.trim ? percentage(settings.margin / 100) : text("off");
}

function setSlider(id, value, shown) {
  byId(id).value = value;
  byId(id).setAttribute("aria-valuetext", shown);
  byId(`${id}-out`).textContent = shown;
}

function startSettings() {
  for (const color of swatchColors) {
    const button = make("button", "swatch");
    button.value = color;
    button.style.backgroundColor = color;
    button.title = color;
    button.setAttribute("aria-label", color);
    button.addEventListener("click", () => change({ color }));
    byId("swatches").append(button);
  }
  for (const radio of radiosOf("background")) {
    radio.addEventListener("change", () => {
      const backdrop = shownSettings().backdrop ?? (lastBackdrop || null);
      change({ background: radio.value, backdrop });
    });
  }
  byId("color").addEventListener("input", (event) => change({ color: event.target.value }));
  for (const id of ["blur", "feather", "threshold", "margin"]) {
    byId(id).addEventListener("input", (event) => change({ [id]: event.target.valueAsNumber }));
  }
  for (const radio of radiosOf("edges")) radio.addEventListener("change", () => change({ edges: radio.value }));
  for (const id of ["hard", "invert", "trim"]) {
    byId(id).addEventListener("change", (event) => change({ [id]: event.target.checked }));
  }
  byId("all").addEventListener("change", (event) => {
    choices.all = event.target.checked;
    // The pictures take over what the panel shows.
    if (choices.all && selected) change({ ...selected.settings });
    writeChoices();
  });
  byId("format").addEventListener("change", (event) => keep({ format: event.target.value }));
  byId("quality").addEventListener("input", (event) => keep({ quality: event.target.valueAsNumber }));
  byId("choose-backdrop").addEventListener("click", () => byId("backdrop-file").click());
  byId("backdrop-file").addEventListener("change", (event) => {
    const [file] = event.target.files;
    event.target.value = "";
    if (file) addBackdrop(file);
  });
  for (const id of Object.keys(choices.open)) {
    byId(id).open = choices.open[id];
    byId(id).addEventListener("toggle", () => {
      choices.open[id] = byId(id).open;
      writeChoices();
    });
  }
}

/** Keeps a choice that is about files and not about pictures. */
function keep(values) {
  Object.assign(choices, values);
  writeChoices();
  showSettings();
}

/** Adds a picture to lay under cut-outs, and uses it. */
async function addBackdrop(blob) {
  const image = new Image();
  const url = URL.createObjectURL(blob);
  image.src = url;
  try {
    await image.decode();
  } catch {
    URL.revokeObjectURL(url);
    return toast(text("error422"));
  }
  const id = (lastBackdrop += 1);
  backdrops.set(id, { blob, url, image });
  const button = make("button", "backdrop-choice");
  button.value = id;
  button.setAttribute("aria-label", text("backdropNumber", { number: number(id) }));
  const picture = new Image();
  picture.alt = "";
  picture.src = url;
  button.append(picture);
  button.addEventListener("click", () => change({ backdrop: id }));
  byId("backdrops").append(button);
  byId("photo-pic").replaceChildren(picture.cloneNode());
  change({ background: "picture", backdrop: id });
}
