// What makes the page: how pictures get in, what is told, and the start.

let telling = 0;

/** Tells something to screen readers; what comes in quick succession is told together. */
function say(line) {
  const status = byId("status");
  clearTimeout(telling);
  status.textContent = status.dataset.open ? `${status.textContent}. ${line}` : line;
  status.dataset.open = "true";
  telling = setTimeout(() => delete status.dataset.open, 300);
}

let toasting = 0;
let endToast = () => {};

/**
 * Shows a line for some seconds, and tells it.
 *
 * `undo` adds a button that takes back what was done; `end` is called once the line is gone.
 */
function toast(line, { undo, end } = {}) {
  endToast();
  say(line);
  const element = byId("toast");
  byId("toast-text").textContent = line;
  byId("toast-undo").hidden = !undo;
  element.hidden = false;
  endToast = () => {
    clearTimeout(toasting);
    element.hidden = true;
    endToast = () => {};
    end?.();
  };
  byId("toast-undo").onclick = () => {
    undo();
    endToast();
  };
  toasting = setTimeout(endToast, undo ? 10_000 : 4000);
}

function showWork() {
  byId("welcome").hidden = true;
  byId("work").hidden = false;
  document.body.classList.add("working");
}

function showWelcome() {
  selected = null;
  clearStage();
  byId("work").hidden = true;
  byId("welcome").hidden = false;
  document.body.classList.remove("working");
}

/** The files of what was dropped or pasted, those in folders included. */
async function filesOf(transfer) {
  const entries = [...(transfer.items ?? [])].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  const files = [...transfer.files];
  if (!entries.some((entry) => entry.isDirectory)) return files;
  const found = [];
  for (const entry of entries) await collect(entry, found);
  return found;
}

/** Adds the pictures below an entry, a thousand at most. */
async function collect(entry, found) {
  if (found.length >= 1000) return;
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    if (/^image\//.test(file.type) || /\.(hei[cf]|avif|tiff?|jxl|jp2)$/i.test(file.name)) found.push(file);
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    const batch = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (batch.length === 0) return;
    for (const child of batch) await collect(child, found);
  }
}

function startInputs() {
  const actions = {
    choose: () => byId("files").click(),
    photograph,
    sample: async () => add([await sampleFile()]),
  };
  for (const button of document.querySelectorAll("[data-action]")) {
    button.addEventListener("click", actions[button.dataset.action]);
  }
  for (const id of ["files", "snapshot"]) {
    byId(id).addEventListener("change", (event) => {
      add(event.target.files);
      event.target.value = "";
    });
  }
  const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  let depth = 0;
  document.addEventListener("dragenter", (event) => {
    if (!hasFiles(event)) return;
    depth += 1;
    byId("veil").hidden = false;
  });
  document.addEventListener("dragleave", (event) => {
    if (hasFiles(event) && (depth -= 1) <= 0) byId("veil").hidden = true;
  });
  document.addEventListener("dragover", (event) => {
    if (hasFiles(event)) event.preventDefault();
  });
  document.addEventListener("drop", async (event) => {
    depth = 0;
    byId("veil").hidden = true;
    if (!hasFiles(event)) return;
    event.preventDefault();
    const files = await filesOf(event.dataTransfer);
    if (files.length) add(files);
    else toast(text("noPictures"));
  });
  document.addEventListener("paste", (event) => {
    if (event.target.closest?.("input[type=password]")) return;
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0) return toast(text("noPictures"));
    event.preventDefault();
    add(files);
  });
}

function useTheme(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
}

function startBar() {
  const list = byId("language");
  for (const [tag, table] of Object.entries(languages)) {
    const option = new Option(table.name, tag, false, tag === language);
    option.lang = tag;
    list.append(option);
  }
  list.addEventListener("change", () => {
    choices.language = list.value;
    writeChoices();
    showTexts();
  });
  const darkSystem = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (choices.theme ? choices.theme === "dark" : darkSystem.matches);
  const show = () => byId("theme").setAttribute("aria-pressed", String(isDark()));
  byId("theme").addEventListener("click", () => {
    choices.theme = isDark() ? "light" : "dark";
    writeChoices();
    useTheme(choices.theme);
    show();
  });
  darkSystem.addEventListener("change", show);
  show();
}

/** Writes every text of the page anew, in the language that is used now. */
function showTexts() {
  useLanguage(preferredLanguage());
  showSettings();
  showEngine();
  setSplit(stage.split);
  for (const item of items) showItem(item);
  showTally();
}

readChoices();
useTheme(choices.theme);

document.addEventListener("DOMContentLoaded", () => {
  language = preferredLanguage();
  startBar();
  startShowcase();
  startStage();
  startSettings();
  startSaving();
  startDialogs();
  startInputs();
  byId("cancel-all").onclick = cancelAll;
  byId("retry-all").onclick = retryAll;
  byId("remove-all").onclick = () => {
    removeItems([...items]);
    document.querySelector('#welcome [data-action="choose"]').focus();
  };
  showTexts();
  refreshEngine(0);
});
