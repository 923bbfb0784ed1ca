// Reads the streams that the page contains: columns of numbers and texts, compressed, as reporters/_player_data.py writes them.
"use strict";

const DELTA_KINDS = {
  t: "text", r: "reasoning", f: "refusal", c: "tool", a: "audio", q: "citation",
  s: "role", e: "finish", u: "usage", x: "error", o: "other",
};
const ITEM_KINDS = { e: "event", c: "comment", i: "ignored", t: "tail", s: "sent" };
// Each kind has a sign of its own, so that kinds are told apart without color.
const SIGNS = {
  text: "¶", reasoning: "∴", refusal: "⊘", tool: "ƒ", audio: "♪", citation: "§", role: "@", finish: "■", usage: "Σ",
  error: "✗", other: "…", event: "·", comment: ":", ignored: "-", tail: "~", sent: "→",
};
const PRIORITY = ["error", "tool", "text", "refusal", "reasoning", "finish", "usage", "role", "audio", "citation", "other"];
const ITEMS_PER_SECOND = 20; // of a stream without times

async function inflated(base64) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

// Returns the values whose differences are given; null stays null.
function running(differences) {
  let sum = 0;
  return differences.map((each) => (each === null ? null : (sum += each)));
}

async function openStream(packed) {
  const [head, body] = await Promise.all([inflated(packed.head), inflated(packed.body)]);
  const stream = JSON.parse(new TextDecoder().decode(head));
  const { items, frames, deltas } = stream;
  stream.body = body;
  stream.count = items.kind.length;
  stream.at = running(items.at).map((at) => (at === null ? null : at / 1e6)); // seconds
  stream.starts = running(items.start);
  frames.at = running(frames.at).map((at) => (at === null ? null : at / 1e6));
  frames.starts = [];
  let offset = 0;
  for (const size of frames.size) {
    frames.starts.push(offset);
    offset += size;
  }
  stream.reached = []; // the offset up to which the items until each one reach
  let reached = 0;
  for (let item = 0; item < stream.count; item++) {
    reached = Math.max(reached, stream.starts[item] + items.length[item]);
    stream.reached.push(reached);
  }
  stream.first = new Uint32Array(stream.count + 1); // the first delta of each item
  let next = 0;
  for (let item = 0; item < stream.count; item++) {
    stream.first[item] = next;
    while (next < deltas.item.length && deltas.item[next] === item) next++;
  }
  stream.first[stream.count] = deltas.item.length;
  stream.kinds = Array.from({ length: stream.count }, (_, item) => kindOf(stream, item));
  return stream;
}

function kindOf(stream, item) {
  const kinds = new Set();
  for (let each = stream.first[item]; each < stream.first[item + 1]; each++) kinds.add(DELTA_KINDS[stream.deltas.kind[each]]);
  return PRIORITY.find((kind) => kinds.has(kind)) || ITEM_KINDS[stream.items.kind[item]];
}

// When each item is shown: its time, never before the item that precedes it; without times, its number.
function positions(stream, timed) {
  if (!timed) return Float64Array.from({ length: stream.count }, (_, item) => (item + 1) / ITEMS_PER_SECOND);
  let last = 0;
  return Float64Array.from(stream.at, (at) => (last = Math.max(last, at ?? last)));
}

// The number of values (ascending) that are at most `limit`.
function upTo(values, limit) {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

function dataOf(stream, item) {
  const extra = stream.extra[item];
  if (extra !== undefined) return extra;
  const start = stream.starts[item] + stream.items.data[item];
  return new TextDecoder().decode(stream.body.subarray(start, start + stream.items.size[item]));
}

// Text of a stream with control characters and marks that reorder text shown as escapes.
function visible(text) {
  return text.replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (letter) => "\\u" + letter.charCodeAt(0).toString(16).padStart(4, "0"),
  );
}

// Bytes as text: what is not UTF-8 is shown as \xNN, line ends as signs.
function visibleBytes(bytes) {
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    text = Array.from(bytes, (byte) => (byte < 0x80 ? String.fromCharCode(byte) : "\\x" + byte.toString(16))).join("");
  }
  return visible(text.replace(/\r/g, "←").replace(/\n/g, "↵\n"));
}

// What an item adds, in a few words.
function summary(stream, item) {
  const words = [];
  const { deltas } = stream;
  for (let each = stream.first[item]; each < stream.first[item + 1]; each++) {
    words.push([deltas.name[each], deltas.text[each]].filter(Boolean).join(" "));
  }
  const text = words.filter(Boolean).join(" · ");
  return visible(text || dataOf(stream, item).slice(0, 300)).replace(/\n/g, "↵").slice(0, 300);
}

function seconds(value) {
  return value.toFixed(3) + " s";
}

function duration(value) {
  if (!value) return "0 s";
  return value < 1 ? (value * 1000).toFixed(value < 0.01 ? 2 : 0) + " ms" : value.toFixed(2) + " s";
}

// An element; text and attributes are always set as text.
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}
