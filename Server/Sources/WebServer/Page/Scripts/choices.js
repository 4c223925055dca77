// What the page remembers from one visit to the next: settings, never pictures.

const choicesKey = "u2cl.page";

/** What a picture is made with, as long as nothing else is chosen. */
const plainSettings = {
  background: "transparent",
  color: "#ffffff",
  blur: 2,
  backdrop: null,
  edges: "refined",
  feather: 0,
  hard: false,
  threshold: 0.5,
  invert: false,
  trim: false,
  margin: 4,
  model: "",
  device: "",
};

/** The settings that the server needs to know; the browser does the others itself. */
const serverSettings = ["edges", "feather", "hard", "threshold", "invert", "model", "device"];

const choices = {
  language: "",
  theme: "",
  all: true,
  format: "png",
  quality: 90,
  open: { "edges-box": matchMedia("(min-width: 60rem)").matches, "crop-box": false, "engine-box": false },
  settings: { ...plainSettings },
};

/** Takes values from what was stored, as far as they are of the type that is expected. */
function take(target, stored) {
  for (const key of Object.keys(target)) {
    const value = stored?.[key];
    if (target[key] && typeof target[key] === "object") take(target[key], value);
    else if (typeof value === typeof target[key]) target[key] = value;
  }
}

function readChoices() {
  try {
    take(choices, JSON.parse(localStorage.getItem(choicesKey)));
  } catch {
    // Storage may be forbidden, or hold something else.
  }
  if (!/^#[0-9a-f]{6}$/i.test(choices.settings.color)) choices.settings.color = plainSettings.color;
  // The picture for it was not kept.
  if (choices.settings.background === "picture") choices.settings.background = "transparent";
}

function writeChoices() {
  try {
    localStorage.setItem(choicesKey, JSON.stringify({ ...choices, settings: { ...choices.settings, backdrop: null } }));
  } catch {
    // Storage may be forbidden or full; the page works without it.
  }
}
