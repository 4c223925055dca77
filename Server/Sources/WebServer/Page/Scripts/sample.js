// The sample: a cactus in a pot, drawn by the page itself.

/** Draws the sample on a square canvas of any size, with or without its background. */
function drawSample(canvas, hasBackground) {
  const context = canvas.getContext("2d");
  const unit = canvas.width / 880;
  context.setTransform(unit, 0, 0, unit, 0, 0);
  context.clearRect(0, 0, 880, 880);
  if (hasBackground) drawRoom(context);
  drawPot(context);
  drawCactus(context);
  context.setTransform(1, 0, 0, 1, 0, 0);
}

/** A gradient from one point to another, or between two circles. */
function gradient(context, points, ...colors) {
  const isLinear = points.length === 4;
  const result = isLinear ? context.createLinearGradient(...points) : context.createRadialGradient(...points);
  colors.forEach((color, index) => result.addColorStop(index / (colors.length - 1), color));
  return result;
}

function drawRoom(context) {
  context.fillStyle = gradient(context, [0, 0, 880, 700], "#cfe0e6", "#b4ccd6", "#9fbcc9");
  context.fillRect(0, 0, 880, 880);
  // Light from a window falls on the wall.
  context.fillStyle = "#ffffff40";
  for (const [left, top] of [[90, 70], [220, 70], [90, 240], [220, 240]]) {
    context.beginPath();
    context.moveTo(left, top + 40);
    context.lineTo(left + 110, top);
    context.lineTo(left + 110, top + 130);
    context.lineTo(left, top + 170);
    context.fill();
  }
  context.fillStyle = gradient(context, [0, 640, 0, 880], "#dcc3a3", "#c9a780", "#b48f68");
  context.fillRect(0, 640, 880, 240);
  context.strokeStyle = "#a37f5826";
  context.lineWidth = 3;
  for (let line = 0; line < 7; line += 1) {
    context.beginPath();
    context.moveTo(0, 668 + line * 33);
    context.bezierCurveTo(300, 658 + line * 34, 560, 684 + line * 31, 880, 664 + line * 34);
    context.stroke();
  }
  context.save();
  context.translate(540, 776);
  context.scale(1, 0.2);
  context.fillStyle = gradient(context, [0, 0, 40, 0, 0, 270], "#4a321c99", "#4a321c55", "#4a321c00");
  context.beginPath();
  context.arc(0, 0, 270, 0, 7);
  context.fill();
  context.restore();
}

function drawPot(context) {
  context.fillStyle = gradient(context, [290, 0, 590, 0], "#e58b5c", "#d2693a", "#b5502a", "#8f3c1f");
  context.beginPath();
  context.moveTo(306, 590);
  context.lineTo(574, 590);
  context.lineTo(540, 770);
  context.quadraticCurveTo(536, 790, 512, 790);
  context.lineTo(368, 790);
  context.quadraticCurveTo(344, 790, 340, 770);
  context.fill();
  context.fillStyle = gradient(context, [280, 0, 600, 0], "#f0a073", "#dd7747", "#bd5830", "#984322");
  context.beginPath();
  context.roundRect(284, 540, 312, 66, 16);
  context.fill();
  context.fillStyle = "#7a331933";
  context.fillRect(308, 606, 264, 10);
}

/** A rounded column of the cactus from one point to another. */
function drawColumn(context, points, width) {
  const stroke = (color, thickness, shift) => {
    context.strokeStyle = color;
    context.lineWidth = thickness;
    context.beginPath();
    context.moveTo(points[0][0] + shift, points[0][1]);
    if (points.length === 2) context.lineTo(points[1][0] + shift, points[1][1]);
    else context.bezierCurveTo(...points.slice(1).flatMap(([x, y]) => [x + shift, y]));
    context.stroke();
  };
  context.lineCap = "round";
  stroke("#1f6b45", width, 0);
  stroke("#2d8a58", width * 0.82, -width * 0.07);
  stroke("#43a56d", width * 0.5, -width * 0.14);
  stroke("#6cc48d", width * 0.16, -width * 0.24);
  for (const shift of [-0.32, 0.04, 0.3]) stroke("#17553640", width * 0.035, width * shift);
}

function drawCactus(context) {
  context.save();
  context.beginPath();
  context.rect(0, 0, 880, 540);
  context.clip();
  drawColumn(context, [[520, 420], [640, 430], [650, 380], [640, 270]], 84);
  drawColumn(context, [[370, 470], [250, 480], [236, 430], [244, 340]], 76);
  drawColumn(context, [[440, 600], [440, 200]], 172);
  context.strokeStyle = "#f4f7e6";
  context.lineWidth = 3;
  context.lineCap = "round";
  for (let row = 0; row < 7; row += 1) {
    for (const x of [385, 447, 492]) {
      const y = 190 + row * 48 + (x % 3) * 12;
      context.beginPath();
      context.moveTo(x - 7, y - 7);
      context.lineTo(x, y);
      context.lineTo(x + 7, y - 7);
      context.stroke();
    }
  }
  context.restore();
  drawFlower(context, 440, 112, 1);
  drawFlower(context, 641, 226, 0.55);
}

function drawFlower(context, x, y, scale) {
  context.save();
  context.translate(x, y);
  context.scale(scale, scale);
  for (let petal = 0; petal < 8; petal += 1) {
    context.rotate(Math.PI / 4);
    context.fillStyle = gradient(context, [0, 0, 0, -62], "#d81b60", "#f0508a", "#ff9cc2");
    context.beginPath();
    context.ellipse(0, -36, 19, 32, 0, 0, 7);
    context.fill();
  }
  context.fillStyle = gradient(context, [-4, -4, 2, 0, 0, 20], "#fff0a8", "#f5b931");
  context.beginPath();
  context.arc(0, 0, 18, 0, 7);
  context.fill();
  context.restore();
}

/** The sample as a file. */
function sampleFile() {
  const canvas = canvasOf(1200, 1200);
  drawSample(canvas, true);
  return new Promise((resolve) => {
    const finish = (blob) => resolve(new File([blob], `${text("sampleName")}.jpg`, { type: blob.type }));
    canvas.toBlob(finish, "image/jpeg", 0.92);
  });
}

/** Shows the sample with a slider between before and after. */
function startShowcase() {
  drawSample(byId("sample-before"), true);
  drawSample(byId("sample-after"), false);
  const range = byId("sample-split");
  const frame = range.parentElement;
  const show = () => {
    byId("sample-before").style.clipPath = `inset(0 ${100 - range.value}% 0 0)`;
    byId("sample-after").style.clipPath = `inset(0 0 0 ${range.value}%)`;
    frame.querySelector(".edge").style.left = `${range.value}%`;
  };
  range.addEventListener("input", show);
  show();
}
