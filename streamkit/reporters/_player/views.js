// The views of one stream: the message so far, the chunks, and the bytes of the wire.

// Of one part, these are shown, the beginning of a longer one is left out; fewer while it plays, so that a frame takes little.
const LETTERS = 20000;
const LETTERS_MOVING = 3000;
const ROW = 22; // height of a row of the list, in CSS pixels
const FRAMES = 60; // frames that are shown, up to the current one
const FRAMES_MOVING = 8;
const FRAME_BYTES = 3000; // of one frame that are shown
const NODES = 3000; // values of one chunk that are shown

// The message as assembled from the first items.
class MessageView {
  constructor(stream) {
    this.stream = stream;
    this.parts = element("div", { class: "parts" });
    this.ends = element("p", { class: "ends" });
    this.element = element("div", { class: "view message", tabindex: "0", role: "group", "aria-label": "Message so far" }, this.parts, this.ends);
    this.clear();
  }

  clear() {
    this.shown = 0;
    this.letters = 0;
    this.open = new Map();
    this.notes = new Map();
    this.cut = new Set(); // the parts of which less is shown because it plays
    this.parts.replaceChildren();
  }

  show(count, moving) {
    const { stream } = this;
    this.moving = moving;
    if (count < this.shown) this.clear();
    const { deltas } = stream;
    const last = count ? stream.first[count - 1] : 0; // the first delta of the current item
    const changed = new Set([...(this.latest || []), ...(moving ? [] : this.cut)]);
    this.latest = new Set();
    for (let each = stream.first[this.shown]; each < stream.first[count]; each++) {
      const kind = DELTA_KINDS[deltas.kind[each]];
      if (["text", "reasoning", "refusal", "tool"].includes(kind)) {
        const part = this.part(kind, deltas.choice[each], deltas.part[each]);
        if (each >= last && !this.latest.has(part)) {
          part.old = part.text.length;
          this.latest.add(part);
        }
        if (deltas.name[each]) part.name = deltas.name[each];
        part.text += deltas.text[each];
        this.letters += deltas.text[each].length;
        changed.add(part);
      } else if (deltas.text[each]) {
        this.notes.set(kind, deltas.text[each]);
      }
    }
    this.shown = count;
    for (const part of changed) this.draw(part);
    this.ends.replaceChildren(
      ...[...this.notes].map(([kind, text]) => element("span", { class: "note " + kind }, `${SIGNS[kind]} ${kind}: ${visible(text).slice(0, 500)}`)),
    );
    if (this.latest.size) this.element.scrollTop = this.element.scrollHeight;
  }

  part(kind, choice, place) {
    const key = `${choice}/${kind}/${place}`;
    if (!this.open.has(key)) {
      const title = element("h4");
      const body = element("div", { class: "said" });
      this.parts.append(element("section", { class: "part " + kind }, title, body));
      this.open.set(key, { kind, choice, place, title, body, text: "", name: "", old: 0 });
    }
    return this.open.get(key);
  }

  draw(part) {
    const choice = part.choice ? `choice ${part.choice}, ` : "";
    const name = part.kind === "tool" ? `tool call ${part.place}${part.name ? ": " + visible(part.name) : ""}` : part.kind;
    part.title.textContent = `${SIGNS[part.kind]} ${choice}${name}`;
    const from = Math.max(part.text.length - (this.moving ? LETTERS_MOVING : LETTERS), 0);
    this.cut[this.moving && from ? "add" : "delete"](part);
    const old = this.latest.has(part) ? Math.max(part.old, from) : part.text.length;
    const added = part.text.slice(old);
    part.body.replaceChildren(
      ...(from ? [element("span", { class: "dim" }, `… ${from.toLocaleString("en")} characters before\n`)] : []),
      visible(part.text.slice(from, old)),
      ...(added ? [element("span", { class: "new" }, visible(added))] : []),
    );
  }
}

// The items as a list. Only the rows in sight are elements.
class ListView {
  constructor(stream, id, choose) {
    this.stream = stream;
    this.id = id;
    this.choose = choose;
    this.current = 0;
    this.space = element("div", { class: "space", role: "presentation" });
    this.space.style.height = stream.count * ROW + "px";
    this.element = element("div", { class: "view list", role: "listbox", tabindex: "0", "aria-label": "Chunks and other items" }, this.space);
    this.element.addEventListener("scroll", () => this.draw());
    this.longest = stream.at.reduce((most, at, item) => Math.max(most, this.gap(item) ?? 0), 0);
  }

  gap(item) {
    const [at, before] = [this.stream.at[item], item ? this.stream.at[item - 1] : null];
    return at === null || before === null || before === undefined ? null : at - before;
  }

  show(count) {
    this.current = count;
    const top = (count - 1) * ROW;
    const { scrollTop, clientHeight } = this.element;
    if (top < scrollTop || top + ROW > scrollTop + clientHeight) this.element.scrollTop = Math.max(top - clientHeight / 2, 0);
    this.draw();
  }

  draw() {
    const first = Math.max(Math.floor(this.element.scrollTop / ROW) - 2, 0);
    const last = Math.min(first + Math.ceil((this.element.clientHeight || 300) / ROW) + 4, this.stream.count);
    const rows = [];
    for (let item = first; item < last; item++) rows.push(this.row(item));
    this.space.replaceChildren(...rows);
    this.element.setAttribute("aria-activedescendant", this.current ? `${this.id}-${this.current}` : "");
  }

  row(item) {
    const { stream } = this;
    const kind = stream.kinds[item];
    const gap = this.gap(item);
    const bar = element("span", { class: "gapbar" });
    bar.style.width = gap && this.longest ? `${Math.max((gap / this.longest) * 40, 1)}px` : "0";
    const state = item + 1 === this.current ? "current" : item < this.current ? "" : "later";
    const row = element(
      "div",
      {
        class: `row ${kind} ${state}`, role: "option", id: `${this.id}-${item + 1}`, "aria-setsize": stream.count,
        "aria-posinset": item + 1, "aria-selected": String(item + 1 === this.current), onclick: () => this.choose(item),
      },
      element("span", { class: "n" }, String(item + 1)),
      element("span", { class: "at" }, stream.at[item] === null ? "-" : stream.at[item].toFixed(3)),
      element("span", { class: "gap", title: gap === null ? "" : `gap ${duration(gap)}` }, bar),
      element("span", { class: "kind" }, SIGNS[kind], element("span", {}, ` ${kind}`)),
      element("span", { class: "what" }, summary(stream, item)),
    );
    row.style.top = item * ROW + "px";
    return row;
  }
}

// One chunk as a tree, with what differs from the chunk before it.
class TreeView {
  constructor(stream) {
    this.stream = stream;
    this.element = element("div", { class: "view tree", tabindex: "0", role: "group", "aria-label": "Current chunk" });
  }

  show(count) {
    if (this.shown === count) return;
    this.shown = count;
    const item = count - 1;
    if (item < 0) return this.element.replaceChildren(element("p", { class: "dim" }, "nothing has arrived"));
    const value = parsed(this.stream, item);
    const name = this.stream.names.table[this.stream.names.index[item]] || "";
    const head = element("p", { class: "dim" }, `${ITEM_KINDS[this.stream.items.kind[item]]} ${item + 1}${name ? " · " + visible(name) : ""}`);
    if (value === undefined) {
      return this.element.replaceChildren(head, element("pre", {}, visible(dataOf(this.stream, item).slice(0, FRAME_BYTES))));
    }
    const before = this.before(item, value);
    this.left = NODES;
    this.element.replaceChildren(head, element("ul", {}, ...this.members(value, before)));
  }

  // The last chunk before this one with the same type.
  before(item, value) {
    for (let other = item - 1; other >= Math.max(item - 50, 0); other--) {
      const found = parsed(this.stream, other);
      if (isNode(found) && found.type === value.type) return found;
    }
    return undefined;
  }

  members(value, before) {
    if (!isNode(value)) return [this.member("", value, before)];
    const old = isNode(before) && Array.isArray(before) === Array.isArray(value) ? before : undefined;
    const rows = Object.keys(value).map((key) => this.member(key, value[key], old && Object.hasOwn(old, key) ? old[key] : undefined, old));
    const gone = old ? Object.keys(old).filter((key) => !Object.hasOwn(value, key)) : [];
    rows.push(...gone.map((key) => element("li", { class: "gone" }, `− ${visible(key)}`)));
    return rows;
  }

  member(key, value, before, known) {
    if (this.left-- <= 0) return element("li", { class: "dim" }, "…");
    const label = element("span", { class: "key" }, key === "" ? "" : visible(key) + ": ");
    const same = before !== undefined && JSON.stringify(before) === JSON.stringify(value);
    const mark = same || !known ? "" : before === undefined ? "+ " : "≠ ";
    const look = { class: same ? "same" : mark === "+ " ? "added" : mark ? "changed" : "" };
    if (isNode(value) && Object.keys(value).length) {
      const size = Array.isArray(value) ? `[${value.length}]` : `{${Object.keys(value).length}}`;
      const details = element("details", same ? {} : { open: "" }, element("summary", {}, mark, label, element("span", { class: "dim" }, size)));
      if (same) details.addEventListener("toggle", () => this.fill(details, value, before), { once: true });
      else details.append(element("ul", {}, ...this.members(value, before)));
      return element("li", look, details);
    }
    const was = mark === "≠ " && !isNode(before) ? element("span", { class: "was" }, ` was ${shownValue(before)}`) : "";
    return element("li", look, mark, label, element("span", { class: "value" }, shownValue(value)), was);
  }

  fill(details, value, before) {
    this.left = NODES;
    details.append(element("ul", {}, ...this.members(value, before)));
  }
}

function isNode(value) {
  return typeof value === "object" && value !== null && !(value instanceof Exact);
}

// A number that JavaScript cannot hold, as it is written in the stream.
class Exact {
  constructor(source) {
    this.source = source;
  }
}

function parsed(stream, item) {
  if (!"es".includes(stream.items.kind[item])) return undefined;
  try {
    return JSON.parse(dataOf(stream, item), (key, value, context) =>
      typeof value === "number" && context && context.source !== String(value) ? new Exact(context.source) : value,
    );
  } catch {
    return undefined;
  }
}

function shownValue(value) {
  const text = value instanceof Exact ? value.source : JSON.stringify(value);
  return visible(text.length > 2000 ? text.slice(0, 2000) + "…" : text);
}

// The bytes as they came: a box for each frame, with those of the current item marked.
class WireView {
  constructor(stream) {
    this.stream = stream;
    this.element = element("div", { class: "view wire", tabindex: "0", role: "group", "aria-label": "Bytes on the wire" });
    new ResizeObserver(() => this.center()).observe(this.element);
  }

  show(count, now, moving) {
    const { frames, reached, starts, items } = this.stream;
    const byBytes = count ? upTo(frames.starts, Math.max(reached[count - 1] - 1, 0)) : 0;
    let byTime = byBytes;
    while (byTime < frames.size.length && frames.at[byTime] !== null && frames.at[byTime] < now) byTime++;
    const last = count === this.stream.count ? frames.size.length : byTime;
    const span = count ? [starts[count - 1], starts[count - 1] + items.length[count - 1]] : [0, 0];
    const key = `${last}/${count}/${moving}`;
    if (this.key === key) return;
    this.key = key;
    const first = Math.max(last - (moving ? FRAMES_MOVING : FRAMES), 0);
    const boxes = [];
    for (let frame = first; frame < last; frame++) boxes.push(this.box(frame, span));
    if (first) boxes.unshift(element("p", { class: "dim" }, `… ${first.toLocaleString("en")} frames before`));
    if (!last) boxes.push(element("p", { class: "dim" }, "no bytes yet"));
    this.element.replaceChildren(...boxes);
    this.center();
  }

  // Scrolls to the bytes of the current item.
  center() {
    const marked = this.element.querySelector("mark");
    if (!marked) return;
    const above = marked.getBoundingClientRect().top - this.element.getBoundingClientRect().top;
    this.element.scrollTop += above - this.element.clientHeight / 2;
  }

  box(frame, [from, to]) {
    const { frames, body } = this.stream;
    const start = frames.starts[frame];
    const size = frames.size[frame];
    const stop = start + Math.min(size, FRAME_BYTES);
    const cut = [start, Math.min(Math.max(from, start), stop), Math.min(Math.max(to, start), stop), stop];
    const pieces = [0, 1, 2].map((part) => visibleBytes(body.subarray(cut[part], Math.max(cut[part + 1], cut[part]))));
    const at = frames.at[frame] === null ? "" : ` · ${seconds(frames.at[frame])}`;
    return element(
      "div",
      { class: "frame" },
      element("span", { class: "tag" }, `frame ${frame + 1}${at} · ${size.toLocaleString("en")} B`),
      pieces[0],
      ...(pieces[1] ? [element("mark", {}, pieces[1])] : []),
      pieces[2],
      ...(size > FRAME_BYTES ? [element("span", { class: "dim" }, `… ${(size - FRAME_BYTES).toLocaleString("en")} bytes more`)] : []),
    );
  }
}
