// Requests to the server.

/** The token of this visit; it is kept for the tab alone. */
let token = "";
try {
  token = sessionStorage.getItem("u2cl.token") ?? "";
} catch {
  // Storage may be forbidden.
}

function useToken(value) {
  token = value;
  try {
    sessionStorage.setItem("u2cl.token", value);
  } catch {
    // Storage may be forbidden; the token is kept in memory.
  }
}

/** Why a request has no result: a status (0 if there was no answer), and what the server says. */
class RequestError extends Error {
  constructor(status, detail, retryAfter) {
    super(detail);
    Object.assign(this, { status, detail, retryAfter });
  }

  /** One line in the language of the page. */
  get title() {
    const known = [0, 400, 401, 413, 422, 503, 504].includes(this.status);
    if (this.status === 415) return text("error422");
    if (this.status === 429) return text("error503");
    return text(known ? `error${this.status}` : this.status < 500 ? "error400" : "error500");
  }
}

/** What the server says about a failure: the detail of a problem, or a line of text. */
async function requestError(request) {
  const body = await textOf(request.response);
  let detail = body.length < 300 && !body.includes("<") ? body.trim() : "";
  try {
    const problem = JSON.parse(body);
    detail = problem.detail ?? problem.title ?? "";
  } catch {
    // Not JSON.
  }
  const after = Number.parseInt(request.getResponseHeader("Retry-After"), 10);
  return new RequestError(request.status, detail, after);
}

async function textOf(blob) {
  return blob instanceof Blob ? blob.slice(0, 1 << 16).text() : "";
}

/** The form of a request for a cut-out with some settings. */
function formFor(file, name, settings) {
  const form = new FormData();
  for (const [key, value] of Object.entries(optionsFor(settings))) form.append(key, value);
  form.append("image", file, name);
  return form;
}

/** The options of the server for some settings; what is the server's default is left out. */
function optionsFor(settings) {
  const options = {};
  if (settings.edges === "matted") options.matting = "true";
  if (settings.edges === "plain") options.refine = "false";
  if (settings.hard) options.threshold = String(settings.threshold);
  if (settings.feather > 0) options.feather = String(settings.feather);
  if (settings.invert) options.invert = "true";
  if (settings.model) options.model = settings.model;
  if (settings.device) options.device = settings.device;
  return options;
}

/**
 * Sends a form. `watch` gets the request, to cancel it, and the fraction that has been sent.
 *
 * Resolves to `{blob, time, header}`; rejects with `RequestError`, or with null if the request was cancelled.
 */
function post(form, watch = () => {}) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    let sent = performance.now();
    request.open("POST", "v1/remove");
    request.responseType = "blob";
    request.setRequestHeader("Accept", "image/png, image/webp;q=0.9, image/jpeg;q=0.9, application/problem+json;q=0.5");
    if (token) request.setRequestHeader("Authorization", `Bearer ${token}`);
    request.upload.onprogress = (event) => watch(request, event.lengthComputable ? event.loaded / event.total : 0);
    request.upload.onload = () => {
      sent = performance.now();
      watch(request, 1);
    };
    request.onload = async () => {
      if (request.status !== 200) return reject(await requestError(request));
      const header = (name) => request.getResponseHeader(name);
      resolve({ blob: request.response, time: performance.now() - sent, header });
    };
    request.onerror = () => reject(new RequestError(0, text("error0Detail")));
    request.onabort = () => reject(null);
    watch(request, 0);
    request.send(form);
  });
}

/** The phases of a `Server-Timing` header, in milliseconds. */
function phasesOf(header) {
  const phases = {};
  for (const part of (header ?? "").split(",")) {
    const match = /^\s*([\w-]+)\s*;.*?dur=([\d.]+)/.exec(part);
    if (match) phases[match[1]] = Number(match[2]);
  }
  return phases;
}

/** A list of the server, such as `models`; empty if the server has none. */
async function listOf(name) {
  try {
    const headers = token ? { Authorization: `Bearer ${token}` } : {};
    const answer = await fetch(`v1/${name}`, { headers });
    if (!answer.ok) return [];
    const list = (await answer.json())[name];
    return Array.isArray(list) ? list : [];
  } catch {
    return [];
  }
}
