// The player: one clock for one stream or two, the controls, the keys, and the address.

const SPEEDS = [0.1, 0.25, 0.5, 1, 2, 4, 8, 16];

class Lane {
  constructor(stream, place, player) {
    this.stream = stream;
    this.count = 0;
    this.message = new MessageView(stream);
    this.list = new ListView(stream, `lane${place}`, (item) => player.toItem(this, item));
    this.tree = new TreeView(stream);
    this.wire = new WireView(stream);
    this.state = element("p", { class: "state" });
    const who = [stream.api, stream.dialect, stream.model].filter(Boolean).map(visible).join(" · ");
    this.element = element(
      "section",
      { class: "lane", "aria-label": visible(stream.name) },
      element("h2", {}, visible(stream.name), " ", element("span", { class: stream.verdict === "complete" ? "good" : "bad" }, stream.verdict)),
      element("p", { class: "dim" }, `${who} over ${stream.framing}`),
      ...(stream.items_left_out ? [element("p", { class: "warn" }, `the first ${stream.count.toLocaleString("en")} items; ${stream.items_left_out.toLocaleString("en")} did not fit into the page`)] : []),
      this.state,
      element("div", { class: "views" }, titled("Message", this.message), titled("Chunks", this.list, this.tree), titled("Wire", this.wire)),
    );
  }

  show(count, now, player) {
    this.count = count;
    this.message.show(count, player.moving);
    this.list.show(count);
    this.tree.show(count);
    this.wire.show(count, now, player.moving);
    const done = count === this.stream.count ? ` · finished at ${player.moment(this.end)}${player.winner === this ? " · first" : ""}` : "";
    const letters = this.message.letters.toLocaleString("en");
    this.state.textContent = `${count.toLocaleString("en")} of ${this.stream.count.toLocaleString("en")} items · ${letters} characters${done}`;
  }
}

function titled(title, ...views) {
  return element("div", { class: "panel" }, element("h3", {}, title), ...views.map((view) => view.element));
}

class Player {
  constructor(page, streams, rules) {
    this.streams = streams;
    this.rules = rules;
    this.now = 0;
    this.playing = false;
    this.speed = 1;
    this.timeline = new Timeline((at) => this.seek(at), (lane, finding) => this.openFinding(lane, finding));
    this.lanesElement = element("div", { class: "lanes" });
    this.findings = element("div", { class: "findings" });
    this.status = element("p", { class: "hidden", role: "status", "aria-live": "polite" });
    this.dialog = element("dialog", { "aria-labelledby": "rule-title" });
    this.element = element("div", { class: "player" }, this.controls(), this.timeline.holder, this.findings, this.lanesElement, this.status, this.dialog);
    page.replaceChildren(this.element); // before anything is drawn, which depends on its size
    this.choose(0, streams.length === 2 ? 1 : -1);
    document.addEventListener("keydown", (event) => this.key(event));
    addEventListener("hashchange", () => this.fromAddress());
  }

  controls() {
    const button = (label, text, action) => element("button", { type: "button", "aria-label": label, title: label, onclick: action }, text);
    this.playButton = button("Play", "▶ Play", () => this.toggle());
    this.playButton.id = "play";
    this.time = element("output", { class: "time", id: "time" });
    this.speeds = element("select", { id: "speed", "aria-label": "Speed", onchange: () => (this.speed = Number(this.speeds.value)) });
    this.speeds.append(...SPEEDS.map((speed) => element("option", { value: speed }, `${speed}×`)));
    this.speeds.value = "1";
    this.shorten = element("input", { type: "checkbox", id: "shorten", onchange: () => this.retime() });
    const parts = [
      button("To the beginning", "|◀◀", () => this.seek(0)), button("Previous item", "◀|", () => this.step(-1)), this.playButton,
      button("Next item", "|▶", () => this.step(1)), button("To the end", "▶▶|", () => this.seek(this.warp.end)), this.time, this.speeds,
      element("label", {}, this.shorten, ` gaps of at most ${GAP} s`),
    ];
    if (this.streams.length > 1) parts.push(this.chooser("Stream", false), this.chooser("Race", true));
    this.choosers = parts.slice(8);
    return element("div", { class: "controls", role: "toolbar", "aria-label": "Player" }, ...parts);
  }

  chooser(label, none) {
    const options = this.streams.map((stream, place) => element("option", { value: place }, `${place + 1}. ${visible(stream.name)}`));
    if (none) options.unshift(element("option", { value: -1 }, "no second stream"));
    return element("select", { "aria-label": label, onchange: () => this.choose(...this.choosers.map((each) => Number(each.value))) }, ...options);
  }

  // Shows one stream, or two side by side (`second` is -1 for none).
  choose(first, second) {
    this.choosers.forEach((each, place) => (each.value = String([first, second][place])));
    const chosen = [first, ...(second >= 0 ? [second] : [])].map((place) => this.streams[place]);
    this.timed = chosen.every((stream) => stream.timed);
    this.lanes = chosen.map((stream, place) => new Lane(stream, place, this));
    for (const lane of this.lanes) {
      lane.position = positions(lane.stream, this.timed);
      lane.end = lane.position.length ? lane.position[lane.position.length - 1] : 0;
    }
    const [one, two] = this.lanes;
    this.winner = two && one.end !== two.end ? (one.end < two.end ? one : two) : null;
    this.lanesElement.replaceChildren(...this.lanes.map((lane) => lane.element));
    this.lanesElement.classList.toggle("race", this.lanes.length > 1);
    this.listFindings();
    this.retime();
    this.seek(this.warp.end, false);
    this.fromAddress();
  }

  retime() {
    const times = this.lanes.flatMap((lane) => Array.from(lane.position)).sort((a, b) => a - b);
    const end = this.lanes.reduce((most, lane) => Math.max(most, lane.end), 0);
    this.warp = new Warp(times, end, this.shorten.checked);
    this.timeline.set(this.lanes, this.warp, this.timed);
    this.render();
  }

  moment(at) {
    return this.timed ? seconds(at) : `item ${Math.round(at * ITEMS_PER_SECOND)}`;
  }

  // Shows everything that has arrived at a time.
  seek(at, settled = true) {
    this.now = Math.min(Math.max(at, 0), this.warp.end);
    for (const lane of this.lanes) lane.next = upTo(lane.position, this.now);
    this.render();
    if (settled && !this.playing) this.toAddress();
  }

  // Shows one item more or less, of the stream whose turn it is.
  step(by) {
    this.pause();
    const next = (lane) => lane.position[by > 0 ? lane.next : lane.next - 1];
    const able = this.lanes.filter((lane) => next(lane) !== undefined);
    if (!able.length) return;
    const lane = able.reduce((best, each) => ((by > 0 ? next(each) < next(best) : next(each) >= next(best)) ? each : best));
    lane.next += by;
    const last = this.lanes.map((each) => (each.next ? each.position[each.next - 1] : 0));
    this.now = Math.max(...last);
    this.render();
    this.toAddress();
    this.announce(lane);
  }

  toItem(lane, item) {
    this.pause();
    this.seek(lane.position[item], false);
    lane.next = item + 1;
    this.render();
    this.toAddress();
    this.announce(lane);
  }

  announce(lane) {
    const item = lane.next - 1;
    this.status.textContent = item < 0 ? "before the first item" : `item ${item + 1}, ${this.moment(this.now)}, ${lane.stream.kinds[item]}: ${summary(lane.stream, item)}`;
  }

  // Whether it plays or the timeline is dragged, when each frame must be drawn in a few milliseconds.
  get moving() {
    return this.playing || Boolean(this.timeline.dragging);
  }

  render() {
    for (const lane of this.lanes) lane.show(lane.next || 0, this.now, this);
    this.timeline.show(this.now);
    const slider = this.timeline.element;
    const unit = this.timed ? 1 : ITEMS_PER_SECOND;
    slider.setAttribute("aria-valuemin", "0");
    slider.setAttribute("aria-valuemax", (this.warp.end * unit).toFixed(3));
    slider.setAttribute("aria-valuenow", (this.now * unit).toFixed(3));
    slider.setAttribute("aria-valuetext", `${this.moment(this.now)} of ${this.moment(this.warp.end)}`);
    this.time.textContent = `${this.moment(this.now)} / ${this.moment(this.warp.end)}`;
  }

  toggle() {
    if (this.playing) return this.pause();
    if (this.now >= this.warp.end) this.seek(0, false);
    this.playing = true;
    this.label();
    let before = null;
    const frame = (at) => {
      if (!this.playing) return;
      if (before !== null) this.seek(this.warp.from(this.warp.to(this.now) + ((at - before) / 1000) * this.speed), false);
      before = at;
      if (this.now >= this.warp.end) this.pause();
      else requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  }

  pause() {
    if (!this.playing) return;
    this.playing = false;
    this.label();
    this.render();
    this.toAddress();
  }

  label() {
    this.playButton.textContent = this.playing ? "‖ Pause" : "▶ Play";
    this.playButton.setAttribute("aria-label", this.playing ? "Pause" : "Play");
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || this.dialog.open || event.target.closest("select, input")) return;
    if (event.key === " " && event.target.closest("button, summary")) return;
    const actions = {
      " ": () => this.toggle(), k: () => this.toggle(), Home: () => this.seek(0), End: () => this.seek(this.warp.end),
      ArrowRight: () => (event.shiftKey ? this.seek(this.now + 1) : this.step(1)),
      ArrowLeft: () => (event.shiftKey ? this.seek(this.now - 1) : this.step(-1)),
      "+": () => this.faster(1), "-": () => this.faster(-1), n: () => this.toFinding(),
    };
    if (actions[event.key]) {
      event.preventDefault();
      actions[event.key]();
    }
  }

  faster(by) {
    const place = Math.min(Math.max(SPEEDS.indexOf(this.speed) + by, 0), SPEEDS.length - 1);
    this.speed = SPEEDS[place];
    this.speeds.value = String(this.speed);
  }

  // To the next finding after this moment, or the first one.
  toFinding() {
    const found = this.lanes.flatMap((lane) => lane.stream.findings.filter((each) => each.item !== null).map((each) => [lane, each.item]));
    found.sort(([a, x], [b, y]) => a.position[x] - b.position[y]);
    const next = found.find(([lane, item]) => lane.position[item] > this.now) || found[0];
    if (next) this.toItem(...next);
  }

  listFindings() {
    const rows = this.lanes.flatMap((lane) => lane.stream.findings.map((finding) => this.findingRow(lane, finding)));
    const title = rows.length ? `${rows.length} finding${rows.length > 1 ? "s" : ""}` : "no findings";
    this.findings.replaceChildren(element("details", rows.length && rows.length < 6 ? { open: "" } : {}, element("summary", {}, title), element("ul", {}, ...rows)));
  }

  findingRow(lane, finding) {
    const place = finding.item === null ? "" : ` · item ${finding.item + 1}`;
    const more = finding.count > 1 ? ` (${finding.count}×)` : "";
    const name = this.lanes.length > 1 ? `${visible(lane.stream.name)}: ` : "";
    const open = element("button", { type: "button", class: "link", onclick: () => this.openFinding(lane, finding) }, finding.code);
    return element("li", { class: finding.severity }, open, ` ${finding.severity}${place}: ${name}${visible(finding.message)}${more}`);
  }

  openFinding(lane, finding) {
    if (finding.item !== null) this.toItem(lane, finding.item);
    this.dialog.replaceChildren(
      element("h2", { id: "rule-title" }, `${finding.code} ${finding.name}`),
      element("p", { class: finding.severity }, `${finding.severity}: ${visible(finding.message)}`),
      element("pre", {}, this.rules[finding.code] || ""),
      element("button", { type: "button", onclick: () => this.dialog.close() }, "Close"),
    );
    this.dialog.showModal();
  }

  toAddress() {
    const place = this.timed ? `#t=${this.now.toFixed(3)}` : `#n=${Math.round(this.now * ITEMS_PER_SECOND)}`;
    if (this.now < this.warp.end || location.hash) history.replaceState(null, "", place);
  }

  fromAddress() {
    const found = /^#([tn])=(\d{1,9}(?:\.\d{1,9})?)$/.exec(location.hash);
    if (!found || (found[1] === "t") !== this.timed) return;
    this.pause();
    this.seek(found[1] === "t" ? Number(found[2]) + 1e-6 : Number(found[2]) / ITEMS_PER_SECOND, false);
  }
}

async function start() {
  const page = document.getElementById("player");
  try {
    const given = JSON.parse(document.getElementById("data").textContent);
    const streams = await Promise.all(given.streams.map(openStream));
    new Player(page, streams, given.rules);
    document.documentElement.dataset.ready = "yes";
  } catch (error) {
    page.textContent = `This page cannot be shown: ${error.message}`;
    document.documentElement.dataset.ready = "failed";
  }
}

start();
