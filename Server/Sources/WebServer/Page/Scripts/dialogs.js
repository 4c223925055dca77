// The dialogs: the camera, and the server's token.

let cameraStream = null;

/** Phones have a camera application of their own; elsewhere the page shows what the camera sees. */
function photograph() {
  const isPhone = matchMedia("(pointer: coarse) and (hover: none)").matches;
  if (isPhone || !navigator.mediaDevices?.getUserMedia) byId("snapshot").click();
  else openCamera();
}

async function openCamera() {
  const dialog = byId("camera");
  byId("camera-note").textContent = text("cameraWait");
  byId("camera-shoot").disabled = true;
  dialog.showModal();
  try {
    const video = { facingMode: "environment", width: { ideal: 1920 }, height: { ideal: 1440 } };
    const stream = await navigator.mediaDevices.getUserMedia({ video, audio: false });
    if (!dialog.open) return stream.getTracks().forEach((track) => track.stop());
    cameraStream = stream;
    byId("camera-view").srcObject = stream;
  } catch (error) {
    byId("camera-note").textContent = text("cameraFailed", { reason: error.message || error.name });
  }
}

/** The camera has given its first picture. */
function cameraIsReady() {
  byId("camera-note").textContent = "";
  byId("camera-shoot").disabled = false;
  byId("camera-shoot").focus();
}

function closeCamera() {
  cameraStream?.getTracks().forEach((track) => track.stop());
  cameraStream = null;
  byId("camera-view").srcObject = null;
}

function shoot() {
  const video = byId("camera-view");
  if (!video.videoWidth) return;
  const canvas = canvasOf(video.videoWidth, video.videoHeight);
  canvas.getContext("2d").drawImage(video, 0, 0);
  byId("camera").close();
  canvas.toBlob((blob) => {
    release(canvas);
    const time = new Date().toISOString().slice(0, 19).replace(/[:T]/g, "-");
    if (blob) add([new File([blob], `photo-${time}.jpg`, { type: blob.type })]);
  }, "image/jpeg", 0.95);
}

/** Asks for the token; the queue stands still until there is one. */
function askForToken() {
  isLocked = true;
  const dialog = byId("token");
  if (dialog.open) return;
  byId("token-field").value = "";
  dialog.showModal();
}

function acceptToken() {
  const value = byId("token-field").value.trim();
  if (!value) return byId("token-field").focus();
  useToken(value);
  isLocked = false;
  byId("token").close();
  refreshEngine(0);
  pump();
}

function startDialogs() {
  byId("camera").addEventListener("close", closeCamera);
  byId("camera-view").addEventListener("loadeddata", cameraIsReady);
  byId("camera-close").onclick = () => byId("camera").close();
  byId("camera-shoot").onclick = shoot;
  byId("token-form").addEventListener("submit", (event) => {
    event.preventDefault();
    acceptToken();
  });
  byId("token-close").onclick = () => byId("token").close();
  byId("token").addEventListener("close", () => {
    if (!isLocked) return;
    isLocked = false;
    const error = new RequestError(401, "");
    for (const item of items) if (item.state === "waiting") setState(item, "failed", { error });
  });
}
