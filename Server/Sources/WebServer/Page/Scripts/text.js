// The texts of the page, in the language that was chosen or that the browser asks for.

const languages = {};
let language = "en";

/** The element with an id. */
const byId = (id) => document.getElementById(id);

/** The text for a key, with `{names}` filled in. English stands in for what a table lacks. */
function text(key, values = {}) {
  const template = languages[language][key] ?? languages.en[key] ?? key;
  return template.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

/** The text for a key that depends on a number, `values.count`. */
function counted(key, values) {
  const form = new Intl.PluralRules(language).select(values.count);
  const known = `${key}_${form}` in languages[language] ? form : "other";
  return text(`${key}_${known}`, { ...values, count: number(values.count) });
}

const number = (value, options) => new Intl.NumberFormat(language, options).format(value);
const percentage = (fraction) => number(fraction, { style: "percent", maximumFractionDigits: 0 });
const seconds = (milliseconds) => number(milliseconds / 1000, { maximumFractionDigits: 2 });

function byteCount(bytes) {
  if (bytes >= 1e9) return `${number(bytes / 1e9, { maximumFractionDigits: 1 })} GB`;
  return `${number(bytes / 1e6, { maximumFractionDigits: bytes < 1e7 ? 1 : 0 })} MB`;
}

/** The language to begin with: the one that was chosen, else the browser's first one that there is a table for. */
function preferredLanguage() {
  for (const tag of [choices.language, ...(navigator.languages ?? [navigator.language])]) {
    if (!tag) continue;
    if (languages[tag]) return tag;
    const base = tag.toLowerCase().split("-")[0];
    if (base === "zh") return "zh-Hans";
    if (languages[base]) return base;
  }
  return "en";
}

/** Writes the texts of a language into the page. */
function useLanguage(name) {
  language = name;
  document.documentElement.lang = name;
  document.title = `${text("title")} · u2cl`;
  for (const element of document.querySelectorAll("[data-t]")) element.textContent = text(element.dataset.t);
  for (const element of document.querySelectorAll("[data-label]")) {
    const label = text(element.dataset.label);
    element.setAttribute("aria-label", label);
    if (element.matches("button")) element.title = label;
  }
  const keys = /Mac|iPhone|iPad/.test(navigator.platform) ? "⌘V" : "Ctrl+V";
  byId("drop-hint").textContent = text(matchMedia("(pointer: coarse)").matches ? "pasteHint" : "dropHint", { keys });
}
