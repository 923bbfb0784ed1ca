// The timeline: a canvas with a lane for each stream, and the playhead. Time may be warped to shorten long gaps.

const GAP = 1; // seconds that a shortened gap takes
const GUTTER = 74; // room for the names of the rows
const LINE = 12; // height of a row
const AXIS = 22;
const TICK = 60; // least width of a tick with its label
const TICKS = 10;
const ROWS = [
  ["reasoning", ["reasoning"]],
  ["text", ["text", "refusal"]],
  ["tools", ["tool"]],
  ["other", null],
];
const CLASSES = { reasoning: "--reasoning", text: "--text", tools: "--tool", other: "--other" };

// Maps time to time without long gaps, and back, along straight pieces.
class Warp {
  constructor(times, end, shorten) {
    this.real = [0];
    this.short = [0];
    let before = 0;
    let saved = 0;
    for (const at of [...times, end]) {
      if (shorten && at - before > GAP) {
        this.add(before, saved);
        saved += at - before - GAP;
        this.add(at, saved);
      }
      before = Math.max(before, at);
    }
    this.add(end, saved);
    this.end = end;
    this.length = end - saved;
  }

  add(at, saved) {
    this.real.push(at);
    this.short.push(at - saved);
  }

  to(at) {
    return along(this.real, this.short, at);
  }

  from(at) {
    return along(this.short, this.real, at);
  }
}

function along(xs, ys, x) {
  const place = Math.min(Math.max(upTo(xs, x), 1), xs.length - 1);
  const [x0, x1, y0, y1] = [xs[place - 1], xs[place], ys[place - 1], ys[place]];
  return x1 > x0 ? y0 + ((x - x0) * (y1 - y0)) / (x1 - x0) : y1;
}

class Timeline {
  constructor(seek, open) {
    this.open = open;
    this.canvas = element("canvas", { "aria-hidden": "true" });
    this.marks = element("div", { class: "marks" });
    this.element = element("div", { class: "timeline", role: "slider", tabindex: "0", "aria-label": "Position in the stream" }, this.canvas);
    this.holder = element("div", { class: "holder" }, this.element, this.marks);
    this.element.addEventListener("pointerdown", (event) => {
      this.element.setPointerCapture(event.pointerId);
      seek(this.timeAt(event.clientX));
      this.dragging = true;
    });
    this.element.addEventListener("pointermove", (event) => {
      if (this.dragging) seek(this.timeAt(event.clientX));
    });
    for (const kind of ["pointerup", "pointercancel"]) {
      this.element.addEventListener(kind, () => {
        this.dragging = false;
        seek(this.now);
      });
    }
    new ResizeObserver(() => this.resize()).observe(this.holder);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.resize());
  }

  set(lanes, warp, timed) {
    Object.assign(this, { lanes, warp, timed });
    this.resize();
  }

  get room() {
    return Math.max(this.width - GUTTER - 8, 1);
  }

  x(at) {
    return GUTTER + (this.warp.length ? (this.warp.to(at) / this.warp.length) * this.room : 0);
  }

  timeAt(clientX) {
    const share = (clientX - this.canvas.getBoundingClientRect().left - GUTTER) / this.room;
    return this.warp.from(Math.min(Math.max(share, 0), 1) * this.warp.length);
  }

  resize() {
    if (!this.lanes) return;
    this.width = this.holder.clientWidth || 600;
    this.laneHeight = (ROWS.length + 2) * LINE + 6;
    this.height = this.lanes.length * this.laneHeight + AXIS;
    this.picture = document.createElement("canvas");
    const scale = devicePixelRatio || 1;
    for (const canvas of [this.picture, this.canvas]) {
      canvas.width = this.width * scale;
      canvas.height = this.height * scale;
    }
    this.canvas.style.height = this.height + "px";
    const style = getComputedStyle(document.documentElement);
    this.color = (name) => style.getPropertyValue(name).trim();
    const pen = this.picture.getContext("2d");
    pen.scale(scale, scale);
    pen.font = "11px system-ui, sans-serif";
    pen.textBaseline = "middle";
    this.lanes.forEach((lane, place) => this.drawLane(pen, lane, place * this.laneHeight));
    this.drawAxis(pen);
    this.placeMarks();
    this.show(this.now || 0);
  }

  drawLane(pen, lane, top) {
    const { stream, position } = lane;
    pen.fillStyle = this.color("--stall");
    for (const [at, gap] of this.timed ? stream.stalls : []) {
      const [from, to] = [this.x(Math.max(at - gap, 0)), this.x(at)];
      pen.fillRect(from, top, Math.max(to - from, 1), this.laneHeight - LINE - 4);
      for (let x = from; x < to; x += 6) pen.clearRect(x, top, 2, this.laneHeight - LINE - 4);
    }
    const counts = new Uint32Array(Math.ceil(this.width) + 1);
    const cells = ROWS.map(() => new Uint8Array(Math.ceil(this.width) + 1));
    const rowOf = (kind) => { const row = ROWS.findIndex(([, kinds]) => kinds?.includes(kind)); return row < 0 ? ROWS.length - 1 : row; };
    for (let item = 0; item < stream.count; item++) {
      const x = Math.round(this.x(position[item]));
      counts[x]++;
      cells[rowOf(stream.kinds[item])][x] = 1;
    }
    ROWS.forEach(([name], row) => {
      const y = top + row * LINE;
      pen.fillStyle = this.color(CLASSES[name]);
      cells[row].forEach((there, x) => there && pen.fillRect(x, y + 2, 2, LINE - 3));
      this.label(pen, name, y + LINE / 2 + 1);
    });
    const most = counts.reduce((most, count) => Math.max(most, count), 1);
    const y = top + ROWS.length * LINE;
    pen.fillStyle = this.color("--dim");
    counts.forEach((count, x) => {
      const tall = count ? Math.max((LINE * 2 - 4) * Math.sqrt(count / most), 1) : 0;
      pen.fillRect(x, y + LINE * 2 - 2 - tall, 1, tall);
    });
    this.label(pen, `≤ ${most.toLocaleString("en")}`, y + LINE + 2);
  }

  label(pen, text, y) {
    pen.fillStyle = this.color("--dim");
    pen.textAlign = "right";
    pen.fillText(text, GUTTER - 6, y);
  }

  drawAxis(pen) {
    const y = this.height - AXIS;
    pen.fillStyle = this.color("--dim");
    const ticks = Math.min(Math.max(Math.floor(this.room / TICK), 2), TICKS);
    for (let tick = 0; tick <= ticks; tick++) {
      const x = GUTTER + (this.room * tick) / ticks;
      const at = this.warp.from((this.warp.length * tick) / ticks);
      pen.fillRect(x, y, 1, 4);
      pen.textAlign = tick === 0 ? "left" : tick === ticks ? "right" : "center";
      pen.fillText(this.timed ? duration(at) : String(Math.round(at * ITEMS_PER_SECOND)), x, y + 13);
    }
  }

  // Findings are buttons above the canvas, so that a keyboard and a screen reader reach them.
  placeMarks() {
    this.marks.replaceChildren();
    this.lanes.forEach((lane, place) => {
      for (const finding of lane.stream.findings.slice(0, 200)) {
        if (finding.item === null) continue;
        const button = element(
          "button",
          {
            class: "mark " + finding.severity, type: "button", "aria-label": `${finding.severity} ${finding.code} at item ${finding.item + 1}`,
            title: `${finding.code}: ${visible(finding.message)}`, onclick: () => this.open(lane, finding),
          },
          "▲",
        );
        button.style.left = this.x(lane.position[finding.item]) + "px";
        button.style.top = place * this.laneHeight + (ROWS.length + 1) * LINE + "px";
        this.marks.append(button);
      }
    });
  }

  show(now) {
    this.now = now;
    const pen = this.canvas.getContext("2d");
    const scale = devicePixelRatio || 1;
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
    const x = this.x(now) * scale;
    const bottom = (this.height - AXIS) * scale;
    pen.globalAlpha = 0.35;
    pen.drawImage(this.picture, 0, 0);
    pen.globalAlpha = 1;
    pen.drawImage(this.picture, 0, 0, Math.max(x, 1), bottom, 0, 0, Math.max(x, 1), bottom);
    pen.drawImage(this.picture, 0, bottom, this.canvas.width, AXIS * scale, 0, bottom, this.canvas.width, AXIS * scale);
    pen.fillStyle = this.color("--ink");
    pen.fillRect(x - scale, 0, 2 * scale, bottom + 4 * scale);
  }
}
